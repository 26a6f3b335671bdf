"""Stays and sessions: what is planned, where and when, and whether there is room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.actions.entries import answer_topic, chosen_entry
from bot.actions.places import ask_which, place_in_focus
from bot.actions.registrations import JOIN, LEAVE, TOPIC, begins_on, leave_one, pressed
from bot.actions.replies import MAX_QUICK_REPLIES, answer, quick_reply, say_entry
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.knowledge.event_words import event_line
from marie.knowledge.events import PlannedEvent
from marie.knowledge.places import Place
from marie.knowledge.talk import says
from marie.language.typography import french_day

SHOWN = 5
OFFERED = 3
"""Buttons to register, of those shown."""


def trips(turn: Turn, desk: Desk) -> Reply:
    """What is planned, or the registration that a button asks for."""
    button = turn.value("answer")
    if isinstance(button, str) and button.startswith((JOIN, LEAVE)):
        return pressed(turn, desk, button)
    if turn.value("entry") is not None:
        return answer_topic(turn, desk)
    if picks_event(turn) and (picked := _picked(turn, desk)) is not None:
        return pressed(turn, desk, f"{JOIN}{picked.id}")
    if not turn.pressed and says(turn.text, desk.plan_words.leave):
        return leave_one(turn, desk)
    if (question := ask_which(turn, desk, topic=TOPIC)) is not None:
        return question
    return _listed(turn, desk)


def picks_event(turn: Turn) -> bool:
    """Whether « le deuxième », « 2 » is one of the dates just listed."""
    return turn.focus.topic == TOPIC and not turn.pressed and _number(turn) is not None


def _number(turn: Turn) -> int | None:
    ordinal = turn.value("ordinal")
    if isinstance(ordinal, int):
        return ordinal
    digit = turn.text.strip()
    return int(digit) if digit in ("1", "2", "3", "4", "5") else None


def _picked(turn: Turn, desk: Desk) -> PlannedEvent | None:
    """The date of that number in the last list, which is made again from what it was made of."""
    number = _number(turn) or 0
    place = place_in_focus(turn, desk)
    found, _ = _found(turn, desk, place, kind=next(iter(turn.focus.narrowed), None))
    return found[number - 1] if 1 <= number <= min(SHOWN, len(found)) else None


def _listed(turn: Turn, desk: Desk) -> Reply:
    """The next dates, of the region named first; when there are none, how to hear of one."""
    library = desk.library
    kind = _kind(turn, desk)
    place = place_in_focus(turn, desk)
    found, asked_elsewhere = _found(turn, desk, place, kind)
    entry = chosen_entry(turn, desk)
    paragraphs: list[str] = []
    if place is not None and asked_elsewhere:
        where = desk.gazetteer.with_preposition(place)
        phrase = "trip_none_here" if found else "trip_none_here_nor_elsewhere"
        paragraphs.append(library.phrase(phrase, place=where))
    elif not found:
        paragraphs.append(library.phrase("trip_none"))
    if found:
        if not paragraphs:
            paragraphs.append(library.phrase("trip_intro"))
        paragraphs.append("\n".join(event_line(each, library) for each in found[:SHOWN]))
        if len(found) > SHOWN:
            paragraphs.append(library.phrase("trip_rest", count=str(len(found) - SHOWN)))
        paragraphs.append(library.phrase("trip_how"))
        content = Content(text="\n\n".join(paragraphs), topic=TOPIC, entry=entry.id)
    else:
        said = say_entry(entry, turn, desk)
        text = "\n\n".join([*paragraphs, library.phrase("trip_told"), said.text])
        content = replace(said, text=text)
    content = replace(
        content,
        quick_replies=tuple(_buttons(found, desk)),
        data={"events": [_json(each, desk) for each in found]},
    )
    focus = replace(
        turn.focus,
        topic=TOPIC,
        entry=entry.id,
        place=place.id if place else turn.focus.place,
        pending=None,
        misses=0,
        shown=(),
        narrowed=(kind,) if kind else (),
    )
    return answer(turn, content, focus=focus)


def _found(
    turn: Turn, desk: Desk, place: Place | None, kind: str | None
) -> tuple[list[PlannedEvent], bool]:
    """The dates to come in the place's region; without any there, all, and True."""
    region = place.region if place is not None and not place.metropolitan else None
    every = [e for e in desk.events.to_come(turn.said_at) if kind in (None, e.kind)]
    here = [each for each in every if region in (None, each.region)]
    return here or every, bool(region) and not here


def _kind(turn: Turn, desk: Desk) -> str | None:
    """The one kind that the message asks for."""
    if turn.pressed:
        return None
    session = says(turn.text, desk.plan_words.sessions)
    trip = says(turn.text, desk.plan_words.trips)
    return None if session == trip else "session" if session else "trip"


def _buttons(found: list[PlannedEvent], desk: Desk) -> list[dict[str, str]]:
    library = desk.library
    buttons = [
        quick_reply(
            library.phrase("button_trip_join", place=each.place, day=french_day(begins_on(each))),
            TOPIC,
            answer=f"{JOIN}{each.id}",
        )
        for each in found[:OFFERED]
    ]
    person = quick_reply(library.phrase("button_handoff"), "handoff")
    return [*buttons, person][:MAX_QUICK_REPLIES]


def _json(event: PlannedEvent, desk: Desk) -> dict[str, Any]:
    region = desk.gazetteer.get(f"region:{event.region}")
    return {
        "id": event.id,
        "kind": event.kind,
        "title": event.title,
        "region": region.name if region else event.region,
        "place": event.place,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "left": event.left,
        "organizer": event.organizer,
        "description": event.description,
        "url": event.url or None,
    }


TOPICS = {TOPIC: trips}
