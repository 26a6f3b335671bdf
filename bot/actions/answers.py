"""Reads the answer to the very question that a screening asked: « 31 », « débutant », « Laval »."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.actions.turn import Turn
from bot.actions.wiring import Desk
from marie.guidance.eligibility import FIELDS
from marie.knowledge.rules import Field
from marie.knowledge.told import Doubt, check_together, in_cmm, out_of_bounds, told_choices
from marie.language.folding import fold_key, words
from marie.language.own_numbers import Range, read_asked_number

SKIP = "skip"
FEW = 5
"""Words of a message that may be a bare answer although it is read as a topic."""


@dataclass(frozen=True)
class Given:
    """A value; `None` in it is no value that anybody gives."""

    value: Any


@dataclass(frozen=True)
class Asking:
    """The message that follows a question about `field`."""

    turn: Turn
    desk: Desk
    field: str

    @property
    def known(self) -> Field:
        """The field that was asked for."""
        return self.desk.profile_fields[self.field]

    @property
    def skips(self) -> bool:
        """« Passer », « je préfère ne pas dire »."""
        if self.turn.pressed:
            return bool(self.turn.value("answer") == SKIP)
        return says_skip(self.turn, self.desk)

    @property
    def does_not_know(self) -> bool:
        """« Je sais pas »."""
        return self.turn.intent == "dont_know"

    @property
    def is_bare(self) -> bool:
        """Whether the message may be an answer and nothing else."""
        topic = "." in self.turn.intent or self.turn.intent in ("transport", "health")
        return not topic or len(words(self.turn.text)) <= FEW


def says_skip(turn: Turn, desk: Desk) -> bool:
    """Whether the message asks to pass a question."""
    said = f" {fold_key(turn.text)} "
    choices = desk.profile_fields[SKIP].choices
    return any(f" {phrase} " in said for choice in choices for phrase in choice.says)


def by_title(turn: Turn, desk: Desk) -> dict[str, Any]:
    """« Avancé », said alone: the one fact whose button is called so; nothing for « non »."""
    said = "" if turn.pressed else fold_key(turn.text)
    called = {
        field.id: choice.value
        for field in desk.profile_fields.values()
        if field.id != SKIP
        for choice in field.choices
        if fold_key(choice.title) == said
    }
    if len(called) != 1 or any(FIELDS[name] == "bool" for name in called):
        return {}
    return called


def read_answer(asking: Asking, situation: Mapping[str, Any]) -> Given | Range | Doubt | None:
    """The value that answers, a range, a doubt; None when the message is something else."""
    turn, field = asking.turn, asking.field
    if turn.pressed:
        return _button(asking)
    if asking.skips or not asking.is_bare:
        return None
    if asking.known.number is not None:
        return _number(asking, situation)
    if field in ("target_region", "lives_in_cmm") and (place := _place(asking)) is not None:
        return place
    chosen = told_choices(turn.text, asking.known, of_oneself=True)
    if chosen:
        return Given(chosen[0].value)
    said = f" {fold_key(turn.text)} "
    for choice in asking.known.choices:
        if f" {fold_key(choice.title)} " in said:
            return Given(choice.value)
    if FIELDS[field] == "bool" and turn.intent in ("affirm", "deny"):
        return Given(turn.intent == "affirm")
    return None


def _button(asking: Asking) -> Given | None:
    pressed = asking.turn.value("answer")
    for choice in asking.known.choices:
        if isinstance(pressed, str) and pressed == str(choice.value):
            return Given(choice.value)
    return None


def _number(asking: Asking, situation: Mapping[str, Any]) -> Given | Range | Doubt | None:
    turn, field = asking.turn, asking.field
    if field == "child_ages" and turn.intent == "deny":
        return Given(())
    if turn.intent == "handoff" and not any(each.isdigit() for each in turn.text):
        return None  # « je veux parler à une personne » is no age of one year
    found = read_asked_number(turn.text, field, turn.today)
    if found is None:
        return None
    numbers = found if isinstance(found, tuple) else (found.low,)
    for number in numbers:
        if out_of_bounds(number, asking.known):
            oddities = {"age": "age_unlikely", "child_ages": "child_unlikely"}
            oddity: Any = oddities.get(field, "years_unlikely")
            return Doubt(oddity, field, (f"{number:g}",))
    if isinstance(found, Range) and not found.exact:
        return found
    value = found if isinstance(found, tuple) else found.low
    for doubt in check_together({field: value}, {**situation, field: value}):
        return doubt
    return Given(value)


def _place(asking: Asking) -> Given | Doubt | None:
    """« Longueuil », « la Mauricie »: where one lives, or the region wanted."""
    mentions = asking.desk.gazetteer.find(asking.turn.text)
    if asking.field == "target_region":
        regions = {each.region for mention in mentions for each in mention.candidates}
        region = regions.pop() if len(regions) == 1 else None
        return Given(region) if region else None
    inside = {in_cmm(each) for mention in mentions for each in mention.candidates}
    if inside in ({True}, {False}):
        return Given(inside.pop())
    said = set(fold_key(asking.turn.text).split())
    if inside or ("quebec" in said and not mentions):
        return Doubt("too_wide", asking.field)
    return None
