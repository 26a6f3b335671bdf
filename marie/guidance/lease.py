"""Dates around the end of a Québec lease: when a notice counts, when an answer is due.

Formulas hold no number: months, days and articles come from dated rules (`knowledge/lease/*.yml`),
passed in as arguments. All dates are days; a period given in months is counted on the calendar and
cut to the last day of a shorter month (31 August less six months is 28 or 29 February). What counts
is the day on which the landlord *receives* a notice, save where a rule says « sent ».
Information, never legal advice.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from typing import TypeVar

from marie.guidance import RuleSource
from marie.guidance.lease_rules import (
    Lodging,
    NoRule,
    RefusalRule,
    RenewalRule,
    ReplyRule,
    SpecialCase,
    SpecialRule,
    Term,
    Unit,
    WindowCase,
    WindowRule,
)

__all__ = [
    "EndBeforeStart",
    "LengthUnknown",
    "Lodging",
    "NoRule",
    "NoWindow",
    "Refusal",
    "Standing",
    "Term",
    "Window",
    "after_refusal",
    "answer_by",
    "length_in_months",
    "nonrenewal_window",
    "renewed_until",
    "shift_months",
    "special_end",
    "special_months",
]


class Standing(str, Enum):
    """Where a day stands to a window of days."""

    NOT_YET = "not_yet"
    OPEN = "open"
    PASSED = "passed"


class LengthUnknown(Exception):
    """The answer depends on how many months a fixed-term lease lasts, and nobody said."""


class EndBeforeStart(Exception):
    """A lease cannot end before it begins."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """The days, both included, on which the landlord may receive the notice."""

    first: date
    last: date
    end: date
    case: str
    article: str
    source: RuleSource

    def standing(self, today: date) -> Standing:
        """Too early, open or passed."""
        if today < self.first:
            return Standing.NOT_YET
        return Standing.OPEN if today <= self.last else Standing.PASSED

    def days_left(self, today: date) -> int:
        """Days from `today` to the last one: 0 on the last day itself, negative once passed."""
        return (self.last - today).days


@dataclass(frozen=True, kw_only=True)
class NoWindow:
    """The rule does not cover this kind of lodging: why, and the next step."""

    lodging: Lodging
    because: str
    next_step: str
    article: str | None
    source: RuleSource


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A refused assignment: the day on which the lease ends, or None when it goes on."""

    ends_on: date | None
    says: str
    article: str
    source: RuleSource


def nonrenewal_window(
    *,
    end: date,
    length_months: int | None,
    lodging: Lodging,
    rule: WindowRule,
    term: Term = Term.FIXED,
) -> Window | NoWindow:
    """When the notice must be received so that the lease stops on `end`, its last day.

    Without a fixed term, `end` is the last day that the tenant wants. Counted from the day after
    the end, at both sides: a lease of 12 months that ends on 30 June 2027 may be ended by a notice
    received from 1 January to 31 March 2027. `LengthUnknown` when the answer depends on a length
    that was not given: a guess would change a date.
    """
    for closed in rule.closed:
        if lodging in closed.lodging:
            return NoWindow(
                lodging=lodging,
                because=closed.because,
                next_step=closed.next_step,
                article=closed.article,
                source=closed.source,
            )
    cases = [case for case in rule.cases if lodging in case.lodging and term in case.term]
    case = _by_length(cases, length_months)
    after = end + timedelta(days=1)
    return Window(
        first=_before(after, case.at_most, case.unit),
        last=_before(after, case.at_least, case.unit) - timedelta(days=1),
        end=end,
        case=case.id,
        article=case.article,
        source=rule.source,
    )


def answer_by(*, received: date, rule: ReplyRule) -> date:
    """The last day to answer a notice received on `received` (that day itself does not count)."""
    if rule.unit == "days":
        return received + timedelta(days=rule.delay)
    return shift_months(received, rule.delay)


def special_end(
    *, sent: date, length_months: int | None, rule: SpecialRule, term: Term = Term.FIXED
) -> date:
    """The day on which a lease ends after a notice sent on `sent`, if nothing ends it earlier.

    An agreement, or the dwelling let again, ends it earlier. `LengthUnknown` as for the window.
    """
    return shift_months(sent, special_months(length_months=length_months, rule=rule, term=term))


def special_months(*, length_months: int | None, rule: SpecialRule, term: Term = Term.FIXED) -> int:
    """Months from sending to the end, for a lease of that length; `LengthUnknown` as above."""
    return _by_length([case for case in rule.cases if term in case.term], length_months).months


def after_refusal(*, serious_reason: bool, assignment_on: date, rule: RefusalRule) -> Refusal:
    """What follows when the landlord refuses an assignment planned for `assignment_on`."""
    case = rule.serious_reason if serious_reason else rule.no_serious_reason
    return Refusal(
        ends_on=assignment_on if case.ends else None,
        says=case.says,
        article=rule.article,
        source=rule.source,
    )


def renewed_until(*, end: date, length_months: int, rule: RenewalRule) -> date:
    """The last day of the lease that follows when nobody ended the one that ends on `end`."""
    months = min(length_months, rule.longest_months)
    return shift_months(end + timedelta(days=1), months) - timedelta(days=1)


def length_in_months(*, start: date, end: date) -> int:
    """Whole months from the first to the last day of a lease, both included.

    1 July 2026 to 30 June 2027 is 12. `EndBeforeStart` when the dates are the wrong way round.
    """
    if end < start:
        raise EndBeforeStart(start, end)
    after = end + timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    return months if shift_months(start, months) <= after else months - 1


def shift_months(day: date, months: int) -> date:
    """The same day of the month, `months` later (or earlier), cut to that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _before(day: date, count: int, unit: Unit) -> date:
    return day - timedelta(days=count) if unit == "days" else shift_months(day, -count)


Case = TypeVar("Case", WindowCase, SpecialCase)


def _by_length(cases: Sequence[Case], length_months: int | None) -> Case:
    """The one case that fits the length; `LengthUnknown` when only the length could tell."""
    if not cases:
        raise NoRule
    if length_months is None:
        for case in cases:
            if case.length_from is None and case.length_below is None:
                return case
        raise LengthUnknown
    for case in cases:
        long_enough = case.length_from is None or length_months >= case.length_from
        short_enough = case.length_below is None or length_months < case.length_below
        if long_enough and short_enough:
            return case
    raise NoRule(length_months)
