"""What a counsellor left with Marie when she handed the conversation back.

The gateway puts it in the profile (`summary`: `text`, `by`, `on`), so that it travels with every
turn like all that Marie knows of a visitor.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec

from bot.actions.replies import answer, plain, quick_reply
from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.talk import says
from marie.language.folding import words
from marie.language.typography import french_day

SUMMARY = "summary"
"""The profile's key."""


class Summary(msgspec.Struct, frozen=True):
    """What was said with a person. `by`: her name; `on`: the day, ISO."""

    text: str
    by: str
    on: date


def left_summary(turn: Turn) -> Summary | None:
    """What a counsellor left; None when nobody did, or in a shape that is not ours."""
    try:
        return msgspec.convert(turn.profile.get(SUMMARY), Summary)
    except msgspec.ValidationError:
        return None


def asks_for_summary(turn: Turn, desk: Desk) -> bool:
    """« Qu’est-ce qu’on a dit? », « qu’a dit Nadia? », when there is something to tell."""
    summary = left_summary(turn)
    if summary is None or turn.pressed:
        return False
    if says(turn.text, desk.talk.recall):
        return True
    said = {word.text for word in words(turn.text)}
    names = {word.text for word in words(summary.by)[:1]}
    return bool(names & said and desk.talk.said & said)


def tell_summary(turn: Turn, desk: Desk) -> Reply:
    """The counsellor's words as hers, and a person for what is not in them."""
    summary = left_summary(turn)
    assert summary is not None  # noqa: S101 - `asks_for_summary` looked
    button = quick_reply(desk.library.phrase("button_handoff"), "handoff")
    content = plain(
        desk.library,
        "summary_told",
        topic="handoff",
        buttons=[button],
        name=summary.by,
        date=french_day(summary.on),
        summary=summary.text,
    )
    return answer(turn, content, focus=replace(turn.focus, misses=0))
