"""The rules of the end of a lease, as `knowledge/lease/*.yml` writes them.

A rule is dated: `from` is the day on which a version begins to hold (absent: since always). It
carries its article and its source; formulas (`marie.guidance.lease`) hold no number of the law.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import Enum
from typing import Literal, Protocol, TypeVar

import msgspec

from marie.guidance import RuleSource


class Lodging(str, Enum):
    """What is rented."""

    DWELLING = "dwelling"
    ROOM = "room"
    LOW_RENT = "low_rent"
    STUDENT = "student"
    SUBLET = "sublet"


class Term(str, Enum):
    """Whether the lease names its last day."""

    FIXED = "fixed"
    INDETERMINATE = "indeterminate"


Unit = Literal["months", "days"]
Ground = Literal["low_rent", "disability", "senior", "violence"]


class NoRule(Exception):
    """No rule of the data covers the case, or none was in force on that day."""


class WindowCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When the notice must arrive, for some leases: from `at_most` to `at_least` units before.

    `length_from` (included) and `length_below` (excluded) bound the length of the lease in months;
    both empty: the length does not matter.
    """

    id: str
    lodging: tuple[Lodging, ...]
    term: tuple[Term, ...]
    at_least: int
    at_most: int
    unit: Unit
    article: str
    length_from: int | None = None
    length_below: int | None = None


class ClosedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of lodging that the rule does not cover, why, and what to do instead."""

    lodging: tuple[Lodging, ...]
    because: str
    next_step: str
    source: RuleSource
    article: str | None = None


class WindowRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The rule of a notice before the end of a lease, as it holds from a day on."""

    cases: tuple[WindowCase, ...]
    source: RuleSource
    closed: tuple[ClosedCase, ...] = ()
    from_: date = msgspec.field(name="from", default=date.min)


class ReplyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long after a notice is received its answer is due, and what silence means."""

    delay: int
    unit: Unit
    article: str
    silence: str
    source: RuleSource
    closed: tuple[ClosedCase, ...] = ()
    from_: date = msgspec.field(name="from", default=date.min)


class SpecialCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long after the notice is *sent* a lease ends in the cases that the law protects."""

    id: str
    term: tuple[Term, ...]
    months: int
    length_from: int | None = None
    length_below: int | None = None


class SpecialRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Ending a running lease on a ground of articles 1974 or 1974.1."""

    ground: tuple[Ground, ...]
    article: str
    attestation: str
    cases: tuple[SpecialCase, ...]
    source: RuleSource
    from_: date = msgspec.field(name="from", default=date.min)


class RefusalCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a landlord's refusal of an assignment brings: does the lease end, and the sentence."""

    ends: bool
    says: str


class RefusalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A refused assignment: two regimes, by the landlord's reason."""

    serious_reason: RefusalCase
    no_serious_reason: RefusalCase
    article: str
    source: RuleSource
    from_: date = msgspec.field(name="from", default=date.min)


class RenewalRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A lease that nobody ends goes on for its own length, `longest_months` at most."""

    longest_months: int
    article: str
    source: RuleSource
    from_: date = msgspec.field(name="from", default=date.min)


class _Dated(Protocol):
    @property
    def from_(self) -> date: ...


Rule = TypeVar("Rule", bound=_Dated)


def in_force(rules: Sequence[Rule], day: date) -> Rule:
    """The version of a rule that holds on `day`; `NoRule` when the first one begins later."""
    begun = [rule for rule in rules if rule.from_ <= day]
    if not begun:
        raise NoRule(day)
    return max(begun, key=lambda rule: rule.from_)
