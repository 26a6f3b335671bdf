"""Programmes: what they are, and what a visitor may be entitled to, in few questions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.actions.choices import said_choice
from bot.actions.entries import answer_topic
from bot.actions.replies import answer, quick_reply, source_json
from bot.actions.turn import Pending, Turn
from bot.actions.wiring import Desk
from marie.domain.messages import Content
from marie.domain.replies import Reply
from marie.guidance.eligibility import (
    FIELDS,
    BadProfile,
    Profile,
    Verdict,
    check_profile,
    evaluate_all,
    next_question,
)
from marie.knowledge.model import Source

FORM = "eligibility"
FOUNDING = ("emplois-en-regions", "place-aux-jeunes", "emploi-en-sol-quebecois")
SKIP = "skip"
ADULT = 16
"""Years: an age under it, in a message about oneself, is a child's."""


def eligibility(turn: Turn, desk: Desk) -> Reply:
    """Verdicts for what is known, and the question that settles the most."""
    return _screen(turn, desk, {**_known(turn), **said_of_oneself(turn, desk)})


def take_answer(turn: Turn, desk: Desk, pending: Pending) -> Reply | None:
    """The visitor's answer to one question of the screening."""
    told = said_of_oneself(turn, desk)
    direct = _direct_answer(turn, desk, pending.field)
    if direct is not None:
        told = {pending.field: direct, **told} if direct != SKIP else {pending.field: None, **told}
    if pending.field not in told:
        return None
    return _screen(turn, desk, {**_known(turn), **told})


def said_of_oneself(turn: Turn, desk: Desk) -> dict[str, Any]:
    """What the message says of the visitor's situation, by `knowledge/profile.yml`."""
    told: dict[str, Any] = {}
    for field in desk.profile_fields.values():
        choice = said_choice(turn.text, field.choices)
        if choice is not None:
            told[field.id] = choice.value
    age = turn.first("age")
    if age is not None and age.grain == "years" and float(age.value) >= ADULT:
        told["age"] = float(age.value)
    return told


def _direct_answer(turn: Turn, desk: Desk, field: str) -> Any:
    """The answer to the very question that was asked; SKIP when she does not know."""
    button = turn.value("answer")
    if button == SKIP or turn.intent == "dont_know":
        return SKIP
    known = desk.profile_fields[field]
    if isinstance(button, str):
        for choice in known.choices:
            if button == str(choice.value):
                return choice.value
    if FIELDS[field] == "bool":
        if turn.intent in ("affirm", "deny"):
            return turn.intent == "affirm"
        return None
    if known.number is not None:
        return _number(turn, known.number)
    return None


def _number(turn: Turn, unit: str) -> float | None:
    age = turn.first("age")
    if age is not None and isinstance(age.value, (int, float)):
        return float(age.value) / (12 if age.grain == "months" else 1)
    duration = turn.value("duration")
    if isinstance(duration, dict):
        months = float(duration.get("months", 0))
        return months if unit == "months" else months / 12
    count = turn.value("count")
    if isinstance(count, (int, float)):
        return float(count)
    digits = "".join(each for each in turn.text if each.isdigit())
    return float(digits) if 0 < len(digits) <= 2 else None


def _known(turn: Turn) -> dict[str, Any]:
    return dict(turn.profile.get("situation") or {})


def _screen(turn: Turn, desk: Desk, situation: dict[str, Any]) -> Reply:
    library = desk.library
    profile: Profile = situation
    try:
        check_profile(profile)
    except BadProfile as error:
        situation = {name: value for name, value in situation.items() if name != error.field}
        profile = situation
    founding = [program for program in desk.programs if program.id in FOUNDING]
    verdicts = evaluate_all(desk.programs, profile)
    field = next_question(founding, profile)
    paragraphs = [] if situation and field else [library.phrase("eligibility_intro")]
    if not field:
        paragraphs = [library.phrase("eligibility_result")]
        paragraphs += [_verdict_text(each, desk) for each in verdicts if each.program in FOUNDING]
        others = [each for each in verdicts if each.program not in FOUNDING]
        possible = [each.name for each in others if each.verdict != "not_eligible"]
        if possible:
            lines = "\n".join(f"• {name}" for name in possible)
            paragraphs.append(f"{library.phrase('eligibility_others')}\n{lines}")
    buttons: list[dict[str, str]] = []
    if field:
        paragraphs.append(library.phrase(f"eligibility_ask_{field}"))
        buttons = [
            quick_reply(choice.title, "inform", answer=str(choice.value))
            for choice in desk.profile_fields[field].choices
        ]
        buttons = [*buttons, quick_reply(library.phrase("button_skip"), "inform", answer=SKIP)]
    else:
        buttons = [
            quick_reply(library.phrase("button_handoff"), "handoff"),
            quick_reply(library.phrase("button_program_info"), "program.info"),
        ]
    content = Content(
        text="\n\n".join(paragraphs),
        topic="eligibility",
        entry=library.default_entry("eligibility").id,
        sources=tuple(
            source_json(
                Source(
                    title=each.source.title,
                    url=each.source.url,
                    read_on=getattr(each.source, "read_on", None),
                )
            )
            for each in verdicts
            if each.program in FOUNDING
        ),
        quick_replies=tuple(buttons),
        data={
            "verdicts": [
                {
                    "program": each.program,
                    "name": each.name,
                    "verdict": each.verdict,
                    "because": list(each.because),
                    "missing": list(each.missing),
                    "would_change": list(each.would_change),
                    "next_step": each.next_step,
                }
                for each in verdicts
            ]
        },
    )
    pending = Pending(form=FORM, field=field) if field else None
    focus = replace(turn.focus, topic="eligibility", pending=pending, misses=0)
    return answer(turn, content, focus=focus, profile={**turn.profile, "situation": situation})


def _verdict_text(verdict: Verdict, desk: Desk) -> str:
    reasons = " ".join(verdict.because[:3])
    head = desk.library.phrase(f"verdict_{verdict.verdict}", program=verdict.name)
    return f"{head} {reasons} {verdict.next_step}".strip()


TOPICS = {
    "eligibility": eligibility,
    **dict.fromkeys(("program.info", "moving.plan", "moving.aid", "moving.trip"), answer_topic),
}
