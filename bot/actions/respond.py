"""One message, one reply: pending questions first, then the topic.

This is the whole order of precedence of Marie's talk:
1. danger and distress, from any state;
2. « stop », « on recommence », « pourquoi cette question? »;
3. the answer to the question that she asked;
4. the topic of the message; a question left open is recalled after it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from bot.actions.about_cards import about_cards
from bot.actions.context import read_in_context
from bot.actions.replies import answer, plain
from bot.actions.turn import Focus, Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply

log = logging.getLogger(__name__)

Answerer = Callable[[Turn, Desk], Reply]
Form = Callable[[Turn, Desk, Pending], Reply | None]
"""Takes an answer to the pending question; None when the message is something else."""

NO_ANSWER = frozenset({"clarify", "out_of_scope", "inform", "affirm", "deny", "dont_know"})
"""Intents that answer no topic: in the middle of a form they are a try at its question."""


def respond(
    turn: Turn, desk: Desk, *, topics: Mapping[str, Answerer], forms: Mapping[str, Form]
) -> Reply:
    """Marie's reply to `turn`."""
    pending = turn.focus.pending
    if turn.intent == "safety":
        return topics[turn.intent](turn, desk)
    if pending is None:
        told = about_cards(turn, desk, topics)
        if told is not None:
            return told
        turn = read_in_context(turn, desk)
        return topics[turn.intent](turn, desk)
    if turn.intent in ("stop", "restart_over", "why_asked"):
        return topics[turn.intent](turn, desk)
    reply = forms[pending.form](turn, desk, pending)
    if reply is not None:
        return reply
    if turn.intent in NO_ANSWER:
        return _ask_again(turn, desk, pending)
    answered = topics[turn.intent](turn, desk)
    return _recall(answered, desk, pending)


def _ask_again(turn: Turn, desk: Desk, pending: Pending) -> Reply:
    """Once more, kindly; then let go of it and offer a person."""
    library = desk.library
    if pending.asked >= 2:
        content = plain(
            library,
            "not_understood_second",
            topic="clarify",
            buttons=[{"title": library.phrase("button_handoff"), "payload": "/handoff"}],
        )
        return answer(turn, content, focus=replace(turn.focus, pending=None, misses=0))
    question = library.phrase(question_phrase(pending))
    content = plain(library, "ask_again", topic="clarify", question=question)
    pending = replace(pending, asked=pending.asked + 1)
    return answer(turn, content, focus=replace(turn.focus, pending=pending))


def _recall(reply: Reply, desk: Desk, pending: Pending) -> Reply:
    """Keep the open question and recall it after the answer, unless the answer asks another."""
    focus = msgspec.convert(reply.focus, Focus)
    if focus.pending is not None or reply.handover is not None:
        return reply
    question = desk.library.phrase(question_phrase(pending))
    reminder = desk.library.phrase("pending_reminder", question=question)
    *before, last = reply.messages
    last = replace(last, text=f"{last.text}\n\n{reminder}")
    kept: dict[str, Any] = msgspec.to_builtins(replace(focus, pending=pending))
    return replace(reply, messages=(*before, last), focus=kept)


FORM_TOPICS = {"handoff": "handoff", "lease": "lease.nonrenewal", "eligibility": "eligibility"}


def form_topic(pending: Pending) -> str:
    """The topic that a form's questions belong to."""
    return FORM_TOPICS[pending.form]


def question_phrase(pending: Pending) -> str:
    """The phrase that asks for a form's field."""
    return f"{pending.form}_ask_{pending.field}"
