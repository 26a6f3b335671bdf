"""A form's open question: asked again, or recalled after another answer."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.actions.fallback import missed
from bot.actions.replies import MAX_QUICK_REPLIES, answer, plain, quick_reply
from bot.actions.turn import Focus, Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply

PLEASANTRIES = frozenset({"greeting", "thanks", "goodbye"})

RECALLED = 3
"""A recalled question brings its buttons when they are no more than this."""

FORM_TOPICS = {
    "handoff": "handoff",
    "lease": "lease.nonrenewal",
    "eligibility": "eligibility",
    "matching": "work.matching",
    "plan": "moving.plan",
    "trip": "moving.trip",
    "waiting": "handoff",
}


def ask_again(turn: Turn, desk: Desk, pending: Pending) -> Reply:
    """Once more, kindly; then let go of it and offer a person."""
    library = desk.library
    if pending.asked >= 2:
        content = plain(
            library,
            "not_understood_second",
            topic="clarify",
            buttons=[{"title": library.phrase("button_handoff"), "payload": "/handoff"}],
        )
        focus = replace(turn.focus, pending=None, misses=0)
        return answer(turn, content, focus=focus, miss=missed(turn))
    question = library.phrase(question_phrase(pending))
    content = plain(library, "ask_again", topic="clarify", question=question)
    content = replace(content, quick_replies=tuple(question_buttons(pending, desk)))
    pending = replace(pending, asked=pending.asked + 1)
    focus = replace(turn.focus, pending=pending)
    return answer(turn, content, focus=focus, miss=missed(turn))


def recall(reply: Reply, desk: Desk, pending: Pending) -> Reply:
    """Keep the open question and recall it after the answer, unless the answer asks another."""
    focus = msgspec.convert(reply.focus, Focus)
    if focus.pending not in (None, pending) or reply.handover is not None or not reply.messages:
        return reply
    question = desk.library.phrase(question_phrase(pending))
    *before, last = reply.messages
    if question in last.text:  # asked there already
        kept = msgspec.to_builtins(replace(focus, pending=pending))
        return replace(reply, focus=kept)
    reminder = desk.library.phrase("pending_reminder", question=question)
    buttons = question_buttons(pending, desk)
    if len(buttons) > RECALLED:
        buttons = []
    # Thanked in the middle of a form: its buttons, and no other way on.
    room = 0 if last.topic in PLEASANTRIES else MAX_QUICK_REPLIES - len(buttons)
    own = last.quick_replies[:room]
    last = replace(last, text=f"{last.text}\n\n{reminder}", quick_replies=(*buttons, *own))
    kept = msgspec.to_builtins(replace(focus, pending=pending))
    return replace(reply, messages=(*before, last), focus=kept)


def form_topic(pending: Pending) -> str:
    """The topic that a form's questions belong to."""
    return FORM_TOPICS.get(pending.form, "clarify")


def question_phrase(pending: Pending) -> str:
    """The phrase that asks for a form's field."""
    return f"{pending.form}_ask_{pending.field}"


def question_buttons(pending: Pending, desk: Desk) -> list[dict[str, str]]:
    """The answers that a question offered, to offer again when it is asked again."""
    library = desk.library
    if (pending.form, pending.field) == ("handoff", "contact"):
        return [
            quick_reply(library.phrase("button_stay"), "inform", answer="stay"),
            quick_reply(library.phrase("button_no_person"), "stop"),
        ]
    if (pending.form, pending.field) == ("handoff", "consent"):
        return [
            quick_reply(library.phrase("button_consent"), "affirm"),
            quick_reply(library.phrase("button_no_consent"), "deny"),
        ]
    field = desk.profile_fields.get(pending.field) if pending.form == "eligibility" else None
    if field is None:
        return []
    buttons = [
        quick_reply(choice.title, "inform", answer=str(choice.value)) for choice in field.choices
    ]
    return [*buttons, quick_reply(library.phrase("button_skip"), "inform", answer="skip")]
