"""An answer that would be word for word the last one: more of it, with a person at hand."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import MAX_QUICK_REPLIES, UNSOURCED, quick_reply
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.model import Entry
from marie.knowledge.saying import distinct

ASKED_FOR = frozenset({"repeat", "language", "safety"})
"""Readings under which the same words are what is wanted."""


def not_twice(turn: Turn, desk: Desk, reply: Reply) -> Reply:
    """The reply; an entry that would say the last answer's very words says what more is known.

    First its details, then simpler words, then that this is all, each once and in that order.
    """
    if turn.pressed or turn.intent in ASKED_FOR or len(reply.messages) != 1:
        return reply
    (said,), library = reply.messages, desk.library
    entry = library.entries.get(said.entry or "")
    if entry is None or said.topic in UNSOURCED:
        return reply
    ways = _ways(entry, turn, desk)
    last = turn.focus.last or ""
    at = next((at for at, way in enumerate(ways) if way in last), None)
    # « C’est noté : un enfant de 5 ans. » may stand before it, its source and a question after it.
    noted, own, after = said.text.partition(ways[0])
    if not own or at is None:
        return reply
    text = noted + ways[min(at + 1, len(ways) - 1)] + after
    person = quick_reply(library.phrase("button_handoff"), "handoff")
    buttons = distinct([person, *said.quick_replies])[:MAX_QUICK_REPLIES]
    said = replace(said, text=text, quick_replies=tuple(buttons))
    return replace(reply, messages=(said,), focus={**reply.focus, "last": text[:2000]})


def _ways(entry: Entry, turn: Turn, desk: Desk) -> list[str]:
    """What an entry has to say, in order, beginning with its text."""
    library = desk.library
    simply = library.fill(entry.simple.strip(), turn.today)
    all_said = library.phrase("said_all", title=entry.title)
    if turn.profile.get("simple"):
        return [simply, all_said]
    ways = [library.fill(entry.text.strip(), turn.today)]
    if entry.details is not None:
        details = library.fill(entry.details.strip(), turn.today)
        ways.append(library.phrase("said_more", details=details))
    return [*ways, library.phrase("said_otherwise", simple=simply), all_said]
