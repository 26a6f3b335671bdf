"""What Marie says of waiting, call-backs and appointments, and an appointment's calendar file.

What is so is decided where it is known (`marie.services.appointments`, in the transaction); here it
becomes sentences, the same after a hand-over, in an answer and in what she writes by herself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from marie.clock import MONTREAL, local_date
from marie.domain.appointments import Appointment, Offered
from marie.domain.messages import Content
from marie.domain.waiting import Decided, UsualWait, Wait
from marie.knowledge.event_words import french_hour
from marie.knowledge.library import Library
from marie.language.typography import french_day, french_weekday

TOPIC = "handoff"
STATUS, CALL, SLOTS, SLOT, CANCEL = "wait", "call", "slots", "slot", "cancel"
WITHDRAW = "withdraw"
"""Answers of buttons: `slots:1` is a page of free moments, `slot:MS:phone+video` one of them."""

ROUND = 5
"""Minutes to which a usual wait is rounded up."""
HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60
LONG_HOURS = 36


def say(decided: Decided, library: Library) -> Content:
    """What Marie says of what became of a request."""
    buttons: tuple[dict[str, str], ...]
    match decided.outcome:
        case "waiting" | "followed" if decided.wait is not None:
            return say_wait(decided.wait, library, now=decided.now, waits=decided.outcome)
        case "offered" | "taken":
            return _slots(decided, library)
        case "booked" | "moved" | "same" if decided.appointment is not None:
            return _booked(decided, decided.appointment, library)
        case "called" if decided.call_back is not None:
            wish = decided.call_back
            text = library.phrase(
                f"call_back_{wish.channel}",
                address=wish.address,
                part=library.phrase(f"part_{wish.part}"),
            )
            return Content(text=text, topic=TOPIC, quick_replies=(_button(library, "slots"),))
        case "cancelled":
            buttons = (_button(library, "slots"), _button(library, "call"))
        case "no_slots":
            buttons = (_button(library, "call"),)
        case _:
            person = {"title": library.phrase("button_handoff"), "payload": "/handoff"}
            buttons = (person,)
    text = library.phrase(f"appointment_{decided.outcome}")
    return Content(text=text, topic=TOPIC, quick_replies=buttons)


def say_wait(wait: Wait, library: Library, *, now: datetime, waits: str = "waiting") -> Content:
    """Where she stands, and what she can have instead of waiting."""
    lines = [library.phrase("wait_followed")] if waits == "followed" else []
    leave = (_button(library, "withdraw"),) if waits == "waiting" else ()
    if wait.appointment is not None:
        when = appointment_when(wait.appointment)
        lines.append(library.phrase("wait_has_appointment", when=when))
    elif wait.call_back is not None:
        part = library.phrase(f"part_{wait.call_back.part}")
        lines.append(library.phrase("wait_has_call_back", part=part))
    elif waits == "waiting":
        lines += wait_lines(wait, library, now=now)
        if wait.open is False:
            lines.append(library.phrase("wait_instead" if wait.may_book else "wait_instead_call"))
    return Content(
        text=" ".join(lines),
        topic=TOPIC,
        entry="handoff-delay",
        quick_replies=(*_choices(wait, library), *leave),
    )


def wait_lines(wait: Wait, library: Library, *, now: datetime) -> list[str]:
    """Position, opening, usual time: only what is known."""
    lines = [position(wait, library)]
    if wait.open is False:
        if wait.holiday:
            lines.append(library.phrase("wait_holiday", name=wait.holiday))
        if wait.opens_at is not None:
            lines.append(
                library.phrase("wait_closed", when=moment_said(wait.opens_at, now, library))
            )
    elif wait.usual is not None:
        lines.append(_usual(wait.usual, library))
    else:
        lines.append(library.phrase("wait_no_promise"))
    return lines


def position(wait: Wait, library: Library) -> str:
    """« Deux personnes attendent avant vous. »"""
    if wait.ahead == 0:
        return library.phrase("wait_first")
    if wait.ahead == 1:
        return library.phrase("wait_one_ahead")
    return library.phrase("wait_ahead", count=str(wait.ahead))


def offer_again(wait: Wait, library: Library, *, now: datetime) -> Content:
    """What Marie writes by herself to somebody nobody has come to."""
    lines = [library.phrase("wait_still"), *wait_lines(wait, library, now=now)]
    lines.append(library.phrase("wait_instead" if wait.may_book else "wait_instead_call"))
    return Content(text=" ".join(lines), topic=TOPIC, quick_replies=_choices(wait, library))


def _usual(usual: UsualWait, library: Library) -> str:
    half, most = duration_said(usual.half, library), duration_said(usual.most, library)
    if half == most:
        return library.phrase("wait_usual_same", most=most)
    return library.phrase("wait_usual", half=half, most=most)


def duration_said(wait: timedelta, library: Library) -> str:
    """« 15 minutes », « 2 heures », « 3 jours »: rounded up, never shorter than it is."""
    minutes = max(ROUND, math.ceil(wait / timedelta(minutes=ROUND)) * ROUND)
    if minutes < HOUR_MINUTES:
        return library.phrase("wait_minutes", count=str(minutes))
    hours = math.ceil(minutes / HOUR_MINUTES)
    if hours == 1:
        return library.phrase("wait_hour")
    if hours <= LONG_HOURS:
        return library.phrase("wait_hours", count=str(hours))
    return library.phrase("wait_days", count=str(math.ceil(minutes / DAY_MINUTES)))


def moment_said(moment: datetime, now: datetime, library: Library) -> str:
    """« aujourd’hui à 13 h », « demain à 9 h », « mardi 24 novembre à 9 h »."""
    local = moment.astimezone(MONTREAL)
    days = (local.date() - local_date(now)).days
    if days == 0:
        day = library.phrase("day_today")
    elif days == 1:
        day = library.phrase("day_tomorrow")
    else:
        day = day_said(moment)
    return library.phrase("day_at", day=day, hour=french_hour(local))


def day_said(moment: datetime) -> str:
    """« mardi 24 novembre », in Montréal."""
    day = local_date(moment)
    return f"{french_weekday(day)} {french_day(day).rsplit(' ', 1)[0]}"


def appointment_when(known: Appointment) -> str:
    """« mardi 24 novembre 2026, de 9 h à 9 h 30 »."""
    first, last = known.starts_at.astimezone(MONTREAL), known.ends_at.astimezone(MONTREAL)
    day = f"{french_weekday(first.date())} {french_day(first.date())}"
    return f"{day}, de {french_hour(first)} à {french_hour(last)}"


def slot_title(slot: Offered, library: Library) -> str:
    """« mardi 24 novembre, 9 h 30 »."""
    return f"{day_said(slot.starts_at)}, {french_hour(slot.starts_at.astimezone(MONTREAL))}"


def _slots(decided: Decided, library: Library) -> Content:
    if not decided.slots:
        text = library.phrase("appointment_taken_last")
        return Content(text=text, topic=TOPIC, quick_replies=(_button(library, "call"),))
    kind = decided.outcome if decided.appointment is None else f"{decided.outcome}_again"
    buttons = [
        {
            "title": slot_title(each, library),
            "payload": payload(f"{SLOT}:{milliseconds(each.starts_at)}:{'+'.join(each.means)}"),
        }
        for each in decided.slots
    ]
    if decided.more:
        more = library.phrase("button_slots_more")
        buttons.append({"title": more, "payload": payload(f"{SLOTS}:{decided.page + 1}")})
    else:
        buttons.append(_button(library, "call"))
    said = [
        f"• {slot_title(each, library)} ({_means(each.means, library)})" for each in decided.slots
    ]
    text = "\n".join([library.phrase(f"appointment_{kind}"), *said])
    return Content(text=text, topic=TOPIC, quick_replies=tuple(buttons))


def _means(means: Sequence[str], library: Library) -> str:
    return ", ".join(library.phrase(f"means_{each}") for each in means)


def how(known: Appointment, library: Library) -> str:
    """« par téléphone, au 514 555-0123 », « en vidéo », « sur place, 1 rue … »."""
    if not known.place or known.means == "video":
        return library.phrase(f"means_{known.means}")
    return library.phrase(f"means_{known.means}_at", place=known.place)


def _booked(decided: Decided, known: Appointment, library: Library) -> Content:
    text = library.phrase(
        f"appointment_{decided.outcome}", when=appointment_when(known), how=how(known, library)
    )
    if known.means == "video" and known.place:
        text = f"{text} {library.phrase('appointment_video', address=known.place)}"
    if decided.emailed and decided.outcome != "same":
        text = f"{text} {library.phrase('appointment_emailed')}"
    buttons = (_button(library, "slots_other"), _button(library, "cancel"))
    return Content(text=text, topic=TOPIC, quick_replies=buttons)


def news(known: Appointment, kind: str, library: Library) -> Content:
    """What a conversation says of a change made outside the chat."""
    values = {"when": appointment_when(known), "how": how(known, library)}
    phrase = f"appointment_news_{kind}"
    named = library.phrases[phrase].placeholders
    text = library.phrase(phrase, **{name: values[name] for name in named})
    buttons = (_button(library, "slots"),) if kind == "cancelled_by_staff" else ()
    return Content(text=text, topic=TOPIC, quick_replies=buttons)


def _choices(wait: Wait, library: Library) -> tuple[dict[str, str], ...]:
    if wait.appointment is not None:
        return (_button(library, "slots_other"), _button(library, "cancel"))
    buttons = [] if wait.call_back is not None else [_button(library, "call")]
    if wait.may_book:
        buttons.append(_button(library, "slots"))
    return tuple(buttons)


_PAYLOADS = {
    "call": CALL,
    "slots": f"{SLOTS}:0",
    "slots_other": f"{SLOTS}:0",
    "cancel": CANCEL,
    "withdraw": WITHDRAW,
}


def _button(library: Library, name: str) -> dict[str, str]:
    return {"title": library.phrase(f"button_{name}"), "payload": payload(_PAYLOADS[name])}


def payload(told: str) -> str:
    """The payload that says `told` to the actions."""
    return f"/{TOPIC}{msgspec.json.encode({'answer': told}).decode()}"


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return round(moment.timestamp() * 1000)


def calendar(
    known: Appointment, organization: str, library: Library, *, link: str
) -> dict[str, Any]:
    """The appointment as a calendar file's data. It says nothing of the visitor: it goes by
    e-mail. `link`: where it is changed; some calendars show it in the text alone."""
    name = library.phrase("appointment_title", organization=organization or "Marie")
    return {
        "name": name,
        "file": "rendez-vous",
        "events": [
            {
                "id": known.id,
                "uid": f"{known.id}@marie",
                "sequence": known.changes,
                "cancelled": known.cancelled_at is not None,
                "title": name,
                "start": known.starts_at.isoformat(),
                "end": known.ends_at.isoformat(),
                "place": "" if known.means == "phone" else known.place,
                "text": library.phrase(
                    "appointment_calendar", how=library.phrase(f"means_{known.means}"), link=link
                ),
                "url": link,
                "reminders": [1],
            }
        ],
    }


def paper(data: dict[str, Any], library: Library) -> dict[str, Any]:
    """The calendar file as a document of a message."""
    title = library.phrase("appointment_document")
    return {"title": title, "paper": "calendar", "format": "ics", "data": data}
