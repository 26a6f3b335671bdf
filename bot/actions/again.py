"""An answer that would be word for word the last one: said otherwise, with a person at hand."""

from __future__ import annotations

from dataclasses import replace

from bot.actions.replies import MAX_QUICK_REPLIES, UNSOURCED, quick_reply, say_entry
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.saying import distinct

ASKED_FOR = frozenset({"repeat", "language", "safety"})
"""Readings under which the same words are what is wanted."""


def not_twice(turn: Turn, desk: Desk, reply: Reply) -> Reply:
    """The reply; an entry that would say the last answer's very words is said in simpler ones."""
    if turn.pressed or turn.intent in ASKED_FOR or len(reply.messages) != 1:
        return reply
    (said,), library = reply.messages, desk.library
    entry = library.entries.get(said.entry or "")
    if entry is None or said.topic in UNSOURCED:
        return reply
    own = say_entry(entry, turn, desk).text
    simply = library.fill(entry.simple.strip(), turn.today)
    if turn.profile.get("simple"):
        words, simple = simply, ""
    else:
        words, simple = library.fill(entry.text.strip(), turn.today), simply
    if not said.text.startswith(own) or not (turn.focus.last or "").startswith(words):
        return reply
    after = said.text[len(own) :]
    text = library.phrase("said_otherwise", simple=simple) + after
    person = quick_reply(library.phrase("button_handoff"), "handoff")
    buttons = distinct([person, *said.quick_replies])[:MAX_QUICK_REPLIES]
    said = replace(said, text=text, quick_replies=tuple(buttons))
    return replace(reply, messages=(said,), focus={**reply.focus, "last": text[:2000]})
