"""The lease: every way out by its entry, and the dates of a non-renewal notice to the day.

Information, not legal advice. Nothing is assumed in silence: when only the end of the lease is
known, the answer says that it is for a dwelling let for twelve months or more, and offers the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.actions.choices import said_choice
from bot.actions.entries import answer_topic
from bot.actions.replies import answer, plain, quick_reply, say_entry, source_json
from bot.actions.turn import Entity, Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.guidance.lease import Lodging, NoWindow, Standing, Term, Window, nonrenewal_window
from marie.knowledge.model import Source
from marie.language.typography import french_day

FORM = "lease"
VIOLENCE_ENTRY = "lease-special-violence"
USUAL_LENGTH = 12
"""Months of the lease that an answer is about when nobody said another length; it says so."""

MAX_YEARS_AHEAD = 5

_USUAL = {"lodging": Lodging.DWELLING.value, "term": Term.FIXED.value}


def nonrenewal(turn: Turn, desk: Desk) -> Reply:
    """The window of the notice; asks for the end of the lease when it is not known."""
    if turn.value("entry") is not None:
        return answer_topic(turn, desk)
    lease = _told(turn, desk)
    mentioned = turn.first("date")
    if mentioned is not None and mentioned.problem is not None:
        return _ask_end(turn, desk, "lease_bad_date")
    if lease.get("end") is None:
        # A question without a date is answered first; the date is asked for at its end.
        return _ask_end_after_answer(turn, desk)
    end = date.fromisoformat(lease["end"])
    if not turn.today <= end <= turn.today.replace(day=1, year=turn.today.year + MAX_YEARS_AHEAD):
        phrase = "lease_past" if end < turn.today else "lease_bad_date"
        return _ask_end(turn, desk, phrase)
    return _window(turn, desk, end, lease)


def notice(turn: Turn, desk: Desk) -> Reply:
    """The letter: how to write and send it, and when it must arrive once the end is known."""
    reply = answer_topic(turn, desk)
    lease = _told(turn, desk)
    if lease.get("end") is None:
        return reply
    dated = _window(turn, desk, date.fromisoformat(lease["end"]), lease)
    return replace(reply, messages=(replace(reply.messages[0], data=dated.messages[0].data),))


def take_end(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to « quand finit votre bail? »."""
    mentioned = turn.first("date")
    if mentioned is None:
        if turn.intent == "dont_know":
            content = plain(desk.library, "lease_end_unknown", topic="lease.nonrenewal")
            return answer(turn, content, focus=replace(turn.focus, pending=None))
        return None
    return nonrenewal(turn.about("lease.nonrenewal"), desk)


def _told(turn: Turn, desk: Desk) -> dict[str, Any]:
    """What the visitor said of her lease, now or before."""
    lease = dict(turn.profile.get("lease") or {})
    mentioned = turn.first("date")
    if mentioned is not None and mentioned.problem is None and mentioned.grain == "day":
        lease["end"] = mentioned.value
    elif mentioned is not None and mentioned.problem is None and mentioned.grain == "month":
        lease["end"] = _last_day(mentioned)
    duration = turn.value("duration")
    # « un fils de 3 ans » reads as a length of time too: an age is not the lease's.
    if isinstance(duration, dict) and duration.get("months") and not turn.all("age"):
        lease["length_months"] = duration["months"]
    said = said_choice(turn.text, desk.lease_words)
    match turn.value("answer") or (said.value if said is not None else None):
        case "short":
            lease |= {"length_months": 6, **_USUAL}
        case "year":
            lease |= {"length_months": USUAL_LENGTH, **_USUAL}
        case "indeterminate":
            lease |= {"term": Term.INDETERMINATE.value, "lodging": Lodging.DWELLING.value}
        case "room" | "low_rent" | "student" | "sublet" as lodging:
            lease["lodging"] = lodging
    return lease


def _last_day(mentioned: Entity) -> str:
    """« fin juin »: leases end on the last day of a month."""
    first = date.fromisoformat(str(mentioned.value)).replace(day=1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(after.toordinal() - 1).isoformat()


def _window(turn: Turn, desk: Desk, end: date, lease: dict[str, Any]) -> Reply:
    library = desk.library
    length = lease.get("length_months")
    lodging = Lodging(lease.get("lodging") or Lodging.DWELLING.value)
    term = Term(lease.get("term") or Term.FIXED.value)
    rule = desk.lease.window(turn.today)
    found = nonrenewal_window(
        end=end, length_months=length or USUAL_LENGTH, lodging=lodging, rule=rule, term=term
    )
    profile = {**turn.profile, "lease": lease}
    if isinstance(found, NoWindow):
        content = plain(
            library,
            "lease_closed",
            topic="lease.nonrenewal",
            because=found.because,
            next_step=found.next_step,
        )
        return answer(turn, content, focus=replace(turn.focus, pending=None), profile=profile)
    entry = library.default_entry("lease.nonrenewal")
    content = say_entry(entry, turn, desk, buttons=_other_cases(desk, lodging, length, term))
    paragraphs = [_dates(found, turn, desk), library.phrase("lease_how")]
    if length is None and lodging is Lodging.DWELLING and term is Term.FIXED:
        paragraphs.append(library.phrase("lease_assumed"))
    paragraphs.append(library.phrase("lease_article", article=found.article.rstrip(".")))
    source = Source(
        title=found.source.title,
        url=found.source.url,
        read_on=getattr(found.source, "read_on", None),
    )
    content = replace(
        content,
        text="\n\n".join(paragraphs),
        sources=(source_json(source), *content.sources),
        data={
            "window": {"first": found.first.isoformat(), "last": found.last.isoformat()},
            "lease_end": found.end.isoformat(),
            "rule": found.article,
        },
    )
    focus = replace(turn.focus, topic="lease.nonrenewal", entry=entry.id, pending=None, misses=0)
    return answer(turn, content, focus=focus, profile=profile)


def _dates(window: Window, turn: Turn, desk: Desk) -> str:
    values = {
        "first": french_day(window.first),
        "last": french_day(window.last),
        "lease_end": french_day(window.end),
    }
    if window.standing(turn.today) is Standing.PASSED:
        return desk.library.phrase("lease_window_passed", **values)
    left = str(window.days_left(turn.today))
    return desk.library.phrase("lease_window", days_left=left, **values)


def _other_cases(
    desk: Desk, lodging: Lodging, length: int | None, term: Term
) -> list[dict[str, str]]:
    library = desk.library
    usual = term is Term.FIXED and lodging is Lodging.DWELLING
    cases = {
        "short": usual and (length is None or length >= USUAL_LENGTH),
        "room": lodging is not Lodging.ROOM,
        "year": not usual or (length is not None and length < USUAL_LENGTH),
    }
    return [
        quick_reply(library.phrase(f"button_lease_{name}"), "lease.nonrenewal", answer=name)
        for name, offered in cases.items()
        if offered
    ]


def _ask_end(turn: Turn, desk: Desk, phrase: str) -> Reply:
    content = plain(desk.library, phrase, topic="lease.nonrenewal")
    asked = turn.focus.pending.asked + 1 if turn.focus.pending else 1
    pending = Pending(form=FORM, field="end", asked=asked)
    focus = replace(turn.focus, topic="lease.nonrenewal", pending=pending, misses=0)
    return answer(turn, content, focus=focus)


def _ask_end_after_answer(turn: Turn, desk: Desk) -> Reply:
    entry = desk.library.default_entry("lease.nonrenewal")
    content = say_entry(entry, turn, desk, more=[desk.library.phrase("lease_ask_end")])
    pending = Pending(form=FORM, field="end")
    focus = replace(turn.focus, topic="lease.nonrenewal", entry=entry.id, pending=pending, misses=0)
    return answer(turn, content, focus=focus)


def _or_violence(answerer: Callable[[Turn, Desk], Reply]) -> Callable[[Turn, Desk], Reply]:
    """A lease to end because of violence: its own entry, which opens with the help lines."""

    def respond(turn: Turn, desk: Desk) -> Reply:
        if turn.value("safety") == "violence_lease" and turn.value("entry") is None:
            named = Entity(entity="entry", value=VIOLENCE_ENTRY)
            turn = replace(turn, intent="lease.special", entities=(*turn.entities, named))
            return answer_topic(turn, desk)
        return answerer(turn, desk)

    return respond


TOPICS = {
    "lease.nonrenewal": _or_violence(nonrenewal),
    "lease.notice": _or_violence(notice),
    **dict.fromkeys(
        (
            "lease.end",
            "lease.assignment",
            "lease.sublet",
            "lease.agreement",
            "lease.special",
            "lease.increase",
        ),
        _or_violence(answer_topic),
    ),
}
