"""Is this person entitled to that programme? A verdict with its reasons, never a bare no.

Programmes are data (`knowledge/programs/*.yml`): conditions on the fields of a profile, each with
the sentence that explains a pass, a failure, and what is missing. What the sources do not settle is
« to confirm »: a status without a sourced rule never passes and never fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from marie.guidance import RuleSource

Answer = bool | int | float | str | Sequence[int | float] | None
"""A profile's value. None: asked, and the visitor does not know or would rather not say."""

Profile = Mapping[str, Answer]

Verdicts = Literal["eligible", "not_eligible", "to_confirm"]
Operator = Literal[
    "is", "in", "at_least", "at_most", "less_than", "more_than", "any_at_most", "any_at_least"
]

STATUSES = (
    "citizen",
    "permanent_resident",
    "refugee",
    "work_permit",
    "study_permit",
    "asylum_seeker",
    "visitor",
    "other",
    "unknown",
)

FIELDS: Mapping[str, str | tuple[str, ...]] = {
    "lives_in_cmm": "bool",
    "status": STATUSES,
    "years_since_arrival": "number",
    "age": "number",
    "education": ("none", "secondary", "vocational", "college", "university"),
    "french": ("none", "basic", "intermediate", "advanced"),
    "wants_region": "bool",
    "has_job_offer": "bool",
    "graduated_months_ago": "number",
    "child_ages": "numbers",
    "target_region": tuple(f"{number:02}" for number in range(1, 18)),
    "target_place": "text",
    "children": "number",
    "experience_years": "number",
    "move_by": "text",
    "occupation": "text",
    "sector": "text",
}
"""What a profile may hold: a kind of value, or the values themselves. Ages are years, `move_by` an
ISO day, `target_place` a place's id. Texts are for matching and leads; no condition reads them."""


class BadProfile(Exception):
    """A field that no profile has, or a value of the wrong kind: `field`, `value`."""

    def __init__(self, field: str, value: object) -> None:
        self.field = field
        self.value = value
        super().__init__(field, value)


class Condition(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    kw_only=True,
    rename={"first": "from", "last": "until"},
):
    """One condition. `{value}` in its sentences stands for `value`, so that a number is said once.

    `from`, `until`: the days, both included, on which it holds; a rule that changed is several
    conditions of one id, one after the other.

    `otherwise`: what a value that does not pass means. `refused`: with `in`, the values that the
    source turns away (the others are then to confirm). `ask: false`: never asked for; when nobody
    said it, `because_unknown` says what was taken for granted.
    """

    id: str
    field: str
    operator: Operator
    value: bool | int | float | str | tuple[str, ...]
    refused: tuple[str, ...] = ()
    otherwise: Literal["fail", "to_confirm"] = "fail"
    ask: bool = True
    because_pass: str | None = None
    because_fail: str | None = None
    because_unsure: str | None = None
    because_unknown: str | None = None
    missing: str | None = None
    would_change: str | None = None
    first: date | None = None
    last: date | None = None
    source: RuleSource | None = None

    def holds_on(self, day: date | None) -> bool:
        """Whether it is in force; without a day, whether it has no end."""
        if day is None:
            return self.last is None
        return (self.first or day) <= day <= (self.last or day)

    @property
    def can_fail(self) -> bool:
        """Whether some answer makes the person not eligible."""
        return bool(self.refused) or self.otherwise == "fail"

    @property
    def can_be_unsure(self) -> bool:
        """Whether some answer leaves the programme to confirm."""
        return self.otherwise == "to_confirm"


class NextSteps(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to do next, by verdict: there always is something."""

    eligible: str
    to_confirm: str
    not_eligible: str


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A person and the verdict that the programme must give, by the rules of the day `on`."""

    says: str
    profile: dict[str, bool | int | float | str | list[int | float] | None]
    verdict: Verdicts
    missing: tuple[str, ...] | None = None
    on: date | None = None


class Program(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A programme (`knowledge/programs/<id>.yml`).

    `at_best: to_confirm` when not everything that counts can be settled by questions, or when
    nothing shows that the programme still exists; `confirm_notes` says what there is to confirm.
    `says`: folded words that name it in a message; `confused`: words that may as well name the
    programme `confused_with`, so that Marie asks which.
    """

    id: str
    name: str
    summary: str
    conditions: tuple[Condition, ...]
    next_step: NextSteps
    source: RuleSource
    examples: tuple[Example, ...]
    order: int = 100
    entry: str | None = None
    also_known_as: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    confused: tuple[str, ...] = ()
    confused_with: str | None = None
    at_best: Literal["eligible", "to_confirm"] = "eligible"
    confirm_notes: tuple[str, ...] = ()
    review_every: int = 180


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a programme answers to a profile.

    `because`: reasons, the deciding ones first; `missing`: sentences for what nobody knows yet;
    `missing_fields`: those of them that may still be asked; `would_change`: what would turn a
    « not eligible »; `sources`: of the programme, then of the conditions that were looked at.
    """

    program: str
    name: str
    verdict: Verdicts
    because: tuple[str, ...]
    missing: tuple[str, ...]
    missing_fields: tuple[str, ...]
    would_change: tuple[str, ...]
    next_step: str
    source: RuleSource
    sources: tuple[RuleSource, ...]


def evaluate(program: Program, profile: Profile, *, on: date | None = None) -> Verdict:
    """The verdict of one programme by the rules of a day (without one, those that have no end).

    `BadProfile` for a value that no field can hold.
    """
    check_profile(profile)
    passed: list[str] = []
    failed: list[str] = []
    unsure: list[str] = []
    missing: list[str] = []
    fields: list[str] = []
    would_change: list[str] = []
    sources = [program.source]
    for condition in program.conditions:
        if not condition.holds_on(on):
            continue
        if condition.source is not None:
            sources.append(condition.source)
        outcome = _outcome(condition, profile.get(condition.field))
        if outcome == "pass":
            passed += _said(condition, condition.because_pass)
        elif outcome == "fail":
            failed += _said(condition, condition.because_fail)
            would_change += _said(condition, condition.would_change)
        elif outcome == "to_confirm":
            unsure += _said(condition, condition.because_unsure)
        elif not condition.ask:
            passed += _said(condition, condition.because_unknown)
        else:
            missing += _said(condition, condition.missing)
            if condition.field not in profile and condition.field not in fields:
                fields.append(condition.field)
    verdict: Verdicts
    if failed:
        verdict, because = "not_eligible", failed
    elif unsure or missing or program.at_best == "to_confirm":
        verdict, because = "to_confirm", [*unsure, *program.confirm_notes, *passed]
    else:
        verdict, because = "eligible", [*passed, *program.confirm_notes]
    return Verdict(
        program=program.id,
        name=program.name,
        verdict=verdict,
        because=tuple(dict.fromkeys(because)),
        missing=() if failed else tuple(dict.fromkeys(missing)),
        missing_fields=() if failed else tuple(fields),
        would_change=tuple(dict.fromkeys(would_change)),
        next_step=getattr(program.next_step, verdict),
        source=program.source,
        sources=tuple(dict.fromkeys(sources)),
    )


def evaluate_all(
    programs: Iterable[Program], profile: Profile, *, on: date | None = None
) -> tuple[Verdict, ...]:
    """Every programme's verdict, in the order that the programmes ask for."""
    ordered = sorted(programs, key=lambda program: (program.order, program.id))
    return tuple(evaluate(program, profile, on=on) for program in ordered)


def next_question(
    programs: Sequence[Program], profile: Profile, *, on: date | None = None
) -> str | None:
    """The field whose answer can settle the most programmes; None when no answer helps any more.

    An answer settles a programme when it can fail it, or when nothing else is missing. Ties: the
    field that the most programmes need, then the one that comes first in them.
    """
    settles: dict[str, int] = {}
    needed: dict[str, int] = {}
    for program in sorted(programs, key=lambda program: (program.order, program.id)):
        fields = evaluate(program, profile, on=on).missing_fields
        can_fail = {
            condition.field
            for condition in program.conditions
            if condition.ask and condition.can_fail and condition.holds_on(on)
        }
        for field in fields:
            needed[field] = needed.get(field, 0) + 1
            settles[field] = settles.get(field, 0) + int(field in can_fail or len(fields) == 1)
    if not needed:
        return None
    return max(needed, key=lambda field: (settles[field], needed[field]))


def matters(
    programs: Iterable[Program], profile: Profile, field: str, one: float, other: float
) -> bool:
    """Whether some verdict would not be the same for two values of a number."""
    return any(
        evaluate(program, {**profile, field: one}).verdict
        != evaluate(program, {**profile, field: other}).verdict
        for program in programs
    )


def check_profile(profile: Profile) -> None:
    """Raise `BadProfile` for an unknown field or a value of the wrong kind."""
    for field, value in profile.items():
        if field not in FIELDS:
            raise BadProfile(field, value)
        if value is not None and not fits(FIELDS[field], value):
            raise BadProfile(field, value)


def _outcome(
    condition: Condition, answer: Answer
) -> Literal["pass", "fail", "to_confirm", "unknown"]:
    if answer is None or answer == "unknown":
        return "unknown"
    if _holds(condition, answer):
        return "pass"
    if answer in condition.refused:
        return "fail"
    return condition.otherwise


def _holds(condition: Condition, answer: Answer) -> bool:
    value = condition.value
    if isinstance(value, tuple):
        return answer in value
    if isinstance(value, (bool, str)):
        return answer == value
    if isinstance(answer, (int, float)):
        return {
            "at_least": answer >= value,
            "at_most": answer <= value,
            "less_than": answer < value,
            "more_than": answer > value,
        }[condition.operator]
    numbers = [number for number in answer or () if isinstance(number, (int, float))]
    if condition.operator == "any_at_least":
        return any(number >= value for number in numbers)
    return any(number <= value for number in numbers)


def fits(kind: str | tuple[str, ...], value: object) -> bool:
    """Whether a value is of a kind of `FIELDS`."""
    if isinstance(kind, tuple):
        return value in kind
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "text":
        return isinstance(value, str)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and all(fits("number", item) for item in value)
    )


def _said(condition: Condition, sentence: str | None) -> tuple[str, ...]:
    """The sentence with the condition's value in it; nothing when there is none to say."""
    if not sentence:
        return ()
    if isinstance(condition.value, (int, float)):
        number = f"{condition.value:g}".replace(".", ",")
        return (sentence.replace("{value}", number),)
    return (sentence,)
