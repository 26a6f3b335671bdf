"""« Je fais quoi alors? »: the next step of what was just talked about."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import (
    MAX_QUICK_REPLIES,
    answer,
    plain,
    quick_reply,
    say_entry,
    source_json,
    source_line,
    starts,
)
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.model import Entry
from marie.knowledge.saying import distinct
from marie.knowledge.talk import says_only

FAMILIES = frozenset(
    {
        *("lease", "housing", "health", "work", "childcare", "school", "cegep", "university"),
        *("francization", "transport", "immigration"),
    }
)
"""Families whose answers leave something to do."""

START = frozenset({None, "greeting", "capabilities"})
"""Topics after which nothing was asked yet."""

NUMBERS = ("tal_phone", "sos_violence_phone", "info_sante_phone", "emergency_phone")
"""Parameters that the phrases of steps may have."""

ELSEWHERE = frozenset({"safety", "language", "abuse", "handoff", "thanks", "goodbye"})
"""Readings that say something else."""


def asks_what_next(turn: Turn, desk: Desk) -> bool:
    """Whether a message asks what to do now, and names nothing of its own."""
    topic = turn.focus.topic
    if turn.pressed or turn.entities or turn.intent in ELSEWHERE:
        return False
    if topic not in START and str(topic).split(".", maxsplit=1)[0] not in FAMILIES:
        return False
    return says_only(turn.text, desk.talk.next_step, desk.talk.bare)


def tell_what_next(turn: Turn, desk: Desk) -> Reply:
    """The step after the entry or the topic in focus; asked again, a person at hand."""
    library = desk.library
    if turn.focus.topic in START:
        content = plain(library, "next_start", topic="clarify", buttons=starts(desk))
        return answer(turn, content, focus=replace(turn.focus, misses=0))
    entry = _talked_of(turn, desk)
    phrase = _phrase(entry, str(turn.focus.topic), desk)
    numbers = {name: library.value(name, turn.today).value for name in NUMBERS}
    step = library.phrase(phrase, title=_first(entry), **numbers)
    again = step in (turn.focus.last or "")
    source = source_line(entry.sources[0], library)
    more = [library.phrase("next_again")] if again else [step, source]
    content = say_entry(entry, turn, desk, part="", more=more)
    person = quick_reply(library.phrase("button_handoff"), "handoff")
    buttons = [person, *content.quick_replies] if again else [*content.quick_replies, person]
    content = replace(
        content,
        sources=tuple(source_json(each) for each in entry.sources),
        quick_replies=tuple(distinct(buttons)[:MAX_QUICK_REPLIES]),
    )
    return answer(turn, content, focus=replace(turn.focus, misses=0))


def _talked_of(turn: Turn, desk: Desk) -> Entry:
    """The entry in focus; its topic's default when the last answer was no entry's of it."""
    topic = str(turn.focus.topic)
    entry = desk.library.entries.get(turn.focus.entry or "")
    if entry is None or entry.topic != topic:
        return desk.library.default_entry(topic)
    return entry


def _phrase(entry: Entry, topic: str, desk: Desk) -> str:
    """The phrase of the entry, else of its topic, else one that leads to its first button."""
    keys = (f"next_{entry.id}".replace("-", "_"), f"next_{topic}".replace(".", "_"))
    return next((key for key in keys if key in desk.library.phrases), "next_any")


def _first(entry: Entry) -> str:
    return entry.quick_replies[0].title if entry.quick_replies else entry.title
