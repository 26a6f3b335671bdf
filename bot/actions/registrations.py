"""A place at a stay or a session: asked for, consented to, given back.

Who gets the last seat is not known here: the request leaves in the reply with what Marie says in
each case, and the transaction that saves the answer chooses (`marie/services/events.py`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.clock import local_date
from marie.domain.events import MAX_LINE, EventRequest, Outcome
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.event_words import event_paper, event_when
from marie.knowledge.events import PlannedEvent
from marie.knowledge.model import TOPICS as TOPICS_OF_TALK
from marie.language.contacts import find_emails, find_phones
from marie.language.folding import words
from marie.language.typography import french_day

FORM = "trip"
TOPIC = "moving.trip"
JOIN, LEAVE = "join:", "leave:"
OUTCOMES: tuple[Outcome, ...] = ("seat", "waiting", "already", "closed", "left", "absent")
NAME_WORDS = 6
SURE = 0.7
"""From this confidence on, a short message in place of a name is a question."""
TALKED_OF = TOPICS_OF_TALK - {"clarify", "out_of_scope", "greeting"}


def begins_on(event: PlannedEvent) -> date:
    """The day in Montréal on which it begins."""
    return local_date(event.starts_at)


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to one of the questions of a registration."""
    event = desk.events.get(str(pending.data.get("event")), turn.said_at)
    if event is None:
        return _closed(turn, desk)
    contact = _contact(turn)
    match pending.field:
        case "contact" if contact:
            data = {**pending.data, **contact}
            name = _name_beside(turn)
            if name:
                return _confirm(turn, desk, event, {**data, "name": name})
            return _ask(turn, desk, "name", data)
        case "contact" if _tries_contact(turn):
            return _ask(turn, desk, "contact", pending.data, phrase="trip_bad_contact")
        case "name" if (name := _name(turn)) is not None:
            return _confirm(turn, desk, event, {**pending.data, "name": name})
        case "consent" if turn.intent == "affirm":
            return _join(turn, desk, event, pending.data)
        case "consent" if turn.intent == "deny":
            content = plain(desk.library, "trip_declined", topic=TOPIC)
            return answer(turn, content, focus=replace(turn.focus, pending=None))
        case _:
            return None


def pressed(turn: Turn, desk: Desk, button: str) -> Reply:
    """What a button asks for: to register, or to leave."""
    action, _, event_id = button.partition(":")
    if action == "leave":
        return _leave(turn, desk, event_id)
    event = desk.events.get(event_id, turn.said_at)
    if event is None:
        return _closed(turn, desk)
    return _ask(turn, desk, "contact", {"event": event.id, "about": _about(event, desk)})


def _about(event: PlannedEvent, desk: Desk) -> str:
    """The event in a few words, for the questions about it."""
    about = f"{event.title}\u00a0: {event_when(event)}, {event.place}."
    more = [event.description, event.url]
    full = "" if event.left else desk.library.phrase("trip_full_long")
    return "\n".join(filter(None, (about, *more, full)))


def _ask(turn: Turn, desk: Desk, field: str, data: dict[str, Any], *, phrase: str = "") -> Reply:
    library = desk.library
    buttons = [quick_reply(library.phrase("button_no_person"), "stop")]
    content = plain(library, phrase or f"trip_ask_{field}", topic=TOPIC, buttons=buttons)
    if field == "contact" and not phrase:
        content = replace(content, text=f"{data['about']}\n\n{content.text}")
    pending = Pending(form=FORM, field=field, data=data)
    focus = replace(turn.focus, topic=TOPIC, pending=pending, misses=0)
    return answer(turn, content, focus=focus)


def _confirm(turn: Turn, desk: Desk, event: PlannedEvent, data: dict[str, Any]) -> Reply:
    library = desk.library
    buttons = [
        quick_reply(library.phrase("button_trip_consent"), "affirm"),
        quick_reply(library.phrase("button_trip_no_consent"), "deny"),
    ]
    contact = ", ".join(str(data[name]) for name in ("email", "phone") if data.get(name))
    content = plain(
        library,
        "trip_confirm",
        topic=TOPIC,
        buttons=buttons,
        title=event.title,
        when=event_when(event),
        name=str(data["name"]),
        contact=contact,
        organizer=event.organizer,
    )
    pending = Pending(form=FORM, field="consent", data={**data, "shown": content.text})
    return answer(turn, content, focus=replace(turn.focus, pending=pending, misses=0))


def _join(turn: Turn, desk: Desk, event: PlannedEvent, data: dict[str, Any]) -> Reply:
    request = EventRequest(
        event_id=event.id,
        action="join",
        name=str(data["name"]),
        email=data.get("email"),
        phone=data.get("phone"),
        consent=str(data.get("shown", "")),
        outcomes=_outcomes(event, desk),
    )
    mine = [*(turn.profile.get("trips") or []), event.id]
    profile = {**turn.profile, "trips": list(dict.fromkeys(mine))}
    focus = replace(turn.focus, topic=TOPIC, pending=None, misses=0)
    return answer(turn, focus=focus, profile=profile, event=request)


def _outcomes(event: PlannedEvent | None, desk: Desk, event_id: str = "") -> dict[str, Content]:
    """What Marie says in each case; `{rank}` stays for whoever knows it."""
    library = desk.library
    known = event.id if event else event_id
    leave = quick_reply(library.phrase("button_trip_leave"), TOPIC, answer=f"{LEAVE}{known}")
    join = quick_reply(library.phrase("button_trips"), TOPIC)
    values = {
        "title": event.title if event else "",
        "when": event_when(event) if event else "",
        "place": event.place if event else "",
    }
    found: dict[str, Content] = {}
    for outcome in OUTCOMES:
        wanted = library.phrases[f"trip_outcome_{outcome}"].placeholders
        said = {name: values.get(name, "{rank}") for name in wanted}
        coming = outcome in ("seat", "waiting", "already")
        found[outcome] = Content(
            text=library.phrase(f"trip_outcome_{outcome}", **said),
            topic=TOPIC,
            quick_replies=(leave if coming else join,),
        )
    if event is not None:
        paper = event_paper(event, library.phrase("trip_document"))
        for outcome in ("seat", "already"):
            found[outcome] = replace(found[outcome], documents=(paper,))
    return found


def leave_one(turn: Turn, desk: Desk) -> Reply:
    """« annuler mon inscription »: the only one, or which of them."""
    mine: list[str] = turn.profile.get("trips") or []
    coming = [event for each in mine if (event := desk.events.get(each, turn.said_at))]
    if len(coming) == 1 or len(mine) == 1:
        return _leave(turn, desk, coming[0].id if coming else mine[0])
    if not coming:
        content = _outcomes(None, desk)["absent"]
        return answer(turn, content, focus=replace(turn.focus, topic=TOPIC, pending=None))
    buttons = [
        quick_reply(
            f"{each.place}, {french_day(begins_on(each))}", TOPIC, answer=f"{LEAVE}{each.id}"
        )
        for each in coming
    ]
    content = plain(desk.library, "trip_leave_which", topic=TOPIC, buttons=buttons)
    return answer(turn, content, focus=replace(turn.focus, topic=TOPIC, pending=None))


def _leave(turn: Turn, desk: Desk, event_id: str) -> Reply:
    event = desk.events.get(event_id, turn.said_at)
    request = EventRequest(
        event_id=event_id, action="leave", outcomes=_outcomes(event, desk, event_id)
    )
    mine = [each for each in turn.profile.get("trips") or [] if each != event_id]
    focus = replace(turn.focus, topic=TOPIC, pending=None, misses=0)
    return answer(turn, focus=focus, profile={**turn.profile, "trips": mine}, event=request)


def _closed(turn: Turn, desk: Desk) -> Reply:
    content = _outcomes(None, desk)["closed"]
    return answer(turn, content, focus=replace(turn.focus, topic=TOPIC, pending=None))


def _contact(turn: Turn) -> dict[str, str]:
    found = {name: turn.value(name) for name in ("email", "phone")}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _tries_contact(turn: Turn) -> bool:
    return any(character.isdigit() for character in turn.text) or "@" in turn.text


def _name_beside(turn: Turn) -> str | None:
    """« Awa Diop, awa@exemple.com »: the words left without the address and the number."""
    spans = [(each.start, each.end) for each in find_emails(turn.text)]
    spans += [(each.start, each.end) for each in find_phones(turn.text)]
    left = turn.text
    for start, end in sorted(spans, reverse=True):
        left = left[:start] + left[end:]
    left = left.strip(" ,;:.\n-–/|")
    capitals = [word for word in left.split() if word[:1].isupper()]
    told = 2 <= len(left.split()) <= NAME_WORDS and len(capitals) == len(left.split())
    return left[:MAX_LINE] if told else None


def _name(turn: Turn) -> str | None:
    """A short answer without digits or question mark is a name."""
    text = " ".join(turn.text.split())
    count = len(words(text))
    if turn.pressed or not 1 <= count <= NAME_WORDS or len(text) > MAX_LINE:
        return None
    if "?" in text or any(character.isdigit() for character in text):
        return None
    if turn.intent in ("dont_know", "deny", "affirm"):
        return None
    # « awa diop » is read as anything with little confidence, « combien ça coûte » is not.
    clear = turn.intent in TALKED_OF and turn.confidence >= SURE
    return None if clear and not all(word[:1].isupper() for word in text.split()) else text
