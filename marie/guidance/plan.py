"""The moving plan: which steps a household has to take, and on which days.

A pure function from what is known (`Facts`) and rules that are data (`knowledge/plan/*.yml`) to
dated steps. A rule says when it applies (`Condition`) and how its days are counted (`Timing`): from
today, from the move, from the end of the lease, over the window of the lease's notice, or to the
deadline of a yearly round (colleges). No date is assumed: what depends on an unknown fact has a
rule of its own for the unknown. Information, never legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import Literal

import msgspec

from marie.guidance import RuleSource
from marie.guidance.lease import NoWindow, Standing, Window, shift_months

Anchor = Literal["today", "move", "lease_end", "notice", "answer", "round", "next_year"]
Notice = Literal["unknown", "ahead", "passed", "closed", "increase", "increase_passed"]
Phase = Literal["before", "after", "any"]

YEAR = 365.25


class NoDay(Exception):
    """A rule counts from a day that is not known: its condition must ask for it."""


class State(str, Enum):
    """Where a step stands today."""

    PASSED = "passed"
    """A deadline that is over: what remains possible is said."""
    NOW = "now"
    LATER = "later"


class Offset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A distance on the calendar; negative goes back. Months first, cut to the month's end."""

    months: int = 0
    weeks: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The day at this distance from `day`."""
        return shift_months(day, self.months) + timedelta(weeks=self.weeks, days=self.days)


class Round(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A yearly deadline (`month`, `day`) for what begins in the month `begins`, named `term`."""

    month: int
    day: int
    begins: int
    term: str


class Timing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The days of a step, both included: `first` and `last` from the anchor.

    Over the notice's window they are its own first and last day. Of a round, `last` is counted from
    the deadline (usually nothing) and `first` too (weeks before). `answer` runs from today to the
    last day to answer a notice of increase. `next_year` is the 1 January that
    follows the move.
    """

    anchor: Anchor
    first: Offset = Offset()
    last: Offset = Offset()
    rounds: tuple[Round, ...] = ()


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A range of numbers: `least` included, `below` not; an empty bound does not bind."""

    least: float | None = None
    below: float | None = None

    def holds(self, value: float) -> bool:
        """Whether `value` lies in it."""
        return (self.least is None or value >= self.least) and (
            self.below is None or value < self.below
        )


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For whom a step is; every part that is given must hold.

    `child`: a child of that age (years, on the day of the move). `lease_outlasts`: days from the
    move to the lease's last day, negative when the lease ends first. `status`, `french`: one of
    these; `status_not`: known or not, none of these. `has_offer: false`: no job offer, or unknown.
    `special`: a ground of articles 1974 or 1974.1.
    """

    child: Span | None = None
    region: tuple[str, ...] = ()
    region_not: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    status_not: tuple[str, ...] = ()
    french: tuple[str, ...] = ()
    notice: tuple[Notice, ...] = ()
    lease_outlasts: Span | None = None
    has_offer: bool | None = None
    special: bool | None = None


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who to call: a `resource` of the directory, the `nearest` of some kinds in the region, or a
    `name` with the `phone` of a parameter and an address."""

    resource: str | None = None
    nearest: tuple[str, ...] = ()
    name: str | None = None
    phone: str | None = None
    url: str | None = None


class StepRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One step of the plan, as editors write it.

    `phase`: `before` is for those who have not left yet, and is done by the day of the move when it
    is a habit rather than a deadline; `after` is done there. A rule with `late` is a deadline: once
    over, `late` is said instead of `text`. Without it, what should have begun is due now. `entry`
    answers more, and its first source is the step's unless `source` is given.
    """

    id: str
    order: int
    phase: Phase
    timing: Timing
    title: str
    text: str
    entry: str | None = None
    when: Condition = Condition()
    late: str | None = None
    contacts: tuple[Contact, ...] = ()
    source: RuleSource | None = None
    reminders: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a household. Ages in years today; `region` is a code ("01").

    `gone`: it lives there already, since `move`. `notice`: the window of the lease's notice, why
    there is none, or None when the lease is not known. `answer_by`: the last day to answer a notice
    of increase that was received.
    """

    today: date
    move: date
    region: str
    gone: bool = False
    children: tuple[float, ...] = ()
    lease_end: date | None = None
    notice: Window | NoWindow | None = None
    status: str | None = None
    french: str | None = None
    has_offer: bool = False
    answer_by: date | None = None
    special: bool = False

    def notice_state(self) -> Notice:
        """What is known of the notice."""
        if self.notice is None:
            return "unknown"
        if isinstance(self.notice, NoWindow):
            return "closed"
        if self.answer_by is not None:
            return "increase" if self.today <= self.answer_by else "increase_passed"
        passed = self.notice.standing(self.today) is Standing.PASSED
        return "passed" if passed else "ahead"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step on its days. Both are None when what is usually done earlier is due now.

    `values` fill the text: days of rounds, and `term`, what the round is for.
    """

    rule: StepRule
    state: State
    first: date | None
    last: date | None
    values: dict[str, date | str] = field(default_factory=dict)

    def begins(self, today: date) -> date:
        """The day from which it can be done, today at the earliest."""
        return today if self.state is not State.LATER or self.first is None else self.first

    @property
    def text(self) -> str:
        """What is said of it."""
        late = self.rule.late
        return late if self.state is State.PASSED and late is not None else self.rule.text


def make_plan(rules: Iterable[StepRule], facts: Facts) -> tuple[Step, ...]:
    """The steps of this household, in the order in which they begin."""
    steps = [_dated(rule, facts) for rule in rules if _applies(rule, facts)]
    return tuple(sorted(steps, key=lambda step: _order(step, facts.today)))


def _applies(rule: StepRule, facts: Facts) -> bool:
    if rule.phase == "before" and facts.gone:
        return False
    when = rule.when
    years = max(0.0, (facts.move - facts.today).days / YEAR)
    ages = [age + years for age in facts.children]
    return (
        (when.child is None or any(when.child.holds(age) for age in ages))
        and (not when.region or facts.region in when.region)
        and facts.region not in when.region_not
        and (not when.status or facts.status in when.status)
        and facts.status not in when.status_not
        and (not when.french or facts.french in when.french)
        and (not when.notice or facts.notice_state() in when.notice)
        and (when.special is None or facts.special is when.special)
        and (when.has_offer is None or facts.has_offer is when.has_offer)
        and (when.lease_outlasts is None or _outlasts(facts, when.lease_outlasts))
    )


def _outlasts(facts: Facts, span: Span) -> bool:
    return facts.lease_end is not None and span.holds((facts.lease_end - facts.move).days)


def _dated(rule: StepRule, facts: Facts) -> Step:
    first, last, values = _days(rule.timing, facts)
    if last < facts.today:
        if rule.late is None:
            return Step(rule=rule, state=State.NOW, first=None, last=None, values=values)
        return Step(rule=rule, state=State.PASSED, first=first, last=last, values=values)
    if rule.phase == "before" and rule.late is None:
        last = max(min(last, facts.move), facts.today)
    state = State.NOW if first <= facts.today else State.LATER
    return Step(rule=rule, state=state, first=min(first, last), last=last, values=values)


def _days(timing: Timing, facts: Facts) -> tuple[date, date, dict[str, date | str]]:
    if timing.anchor == "notice":
        if not isinstance(facts.notice, Window):
            raise NoDay(timing.anchor)
        return facts.notice.first, facts.notice.last, {}
    if timing.anchor == "answer":
        if facts.answer_by is None:
            raise NoDay(timing.anchor)
        return min(facts.today, facts.answer_by), facts.answer_by, {}
    if timing.anchor == "round":
        return _round(timing, facts)
    anchors: dict[str, date | None] = {
        "today": facts.today,
        "move": facts.move,
        "lease_end": facts.lease_end,
        "next_year": date(facts.move.year + 1, 1, 1),
    }
    anchor = anchors[timing.anchor]
    if anchor is None:
        raise NoDay(timing.anchor)
    return timing.first.after(anchor), timing.last.after(anchor), {}


def _round(timing: Timing, facts: Facts) -> tuple[date, date, dict[str, date | str]]:
    """The deadline for the first term that begins in the month of the move or after it.

    Of several rounds for one term, the first that is still open; when all are over, the first of
    them, and in `next_round` the next one for a later term.
    """
    arrived = max(facts.move, facts.today)
    years = range(arrived.year - 1, arrived.year + 3)
    dated = [
        (_begins(each, year), date(year, each.month, each.day), each)
        for each in timing.rounds
        for year in years
    ]
    dated = sorted(
        (each for each in dated if each[0] >= arrived.replace(day=1)), key=lambda each: each[:2]
    )
    if not dated:
        raise NoDay(timing.anchor)
    term = dated[0][0]
    own = [each for each in dated if each[0] == term]
    still_open = [each for each in own if each[1] >= facts.today]
    _, deadline, chosen = (still_open or own)[0]
    begins, later, after = next(
        each for each in dated if each[1] >= facts.today and (each[0] > term or still_open)
    )
    values: dict[str, date | str] = {
        "round": deadline,
        "term": f"{chosen.term} {term.year}",
        "next_round": later,
        "next_term": f"{after.term} {begins.year}",
    }
    return timing.first.after(deadline), timing.last.after(deadline), values


def _begins(each: Round, year: int) -> date:
    """The first day of the month in which the term of a round of that year begins."""
    return date(year + (each.begins <= each.month), each.begins, 1)


def _order(step: Step, today: date) -> tuple[date, int, int, str]:
    late = 0 if step.state is State.PASSED else 1
    return step.begins(today), late, step.rule.order, step.rule.id


def months_owed(facts: Facts) -> int:
    """Months of rent from the move to the lease's last day, a month begun counted whole."""
    if facts.lease_end is None or facts.lease_end < facts.move:
        return 0
    months = 0
    while shift_months(facts.move, months) <= facts.lease_end:
        months += 1
    return months
