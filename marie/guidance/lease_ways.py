"""Every way out of a lease for one person: which are open, which are closed and why, in order.

The order is that of `knowledge/lease/ways.yml`, the least costly and risky first; what is closed
comes last. Nothing is left out: a person who knows why a way is closed stops looking for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

import msgspec

from marie.guidance import RuleSource
from marie.guidance.lease import (
    LengthUnknown,
    Standing,
    Window,
    answer_by,
    nonrenewal_window,
    renewed_until,
    special_end,
)
from marie.guidance.lease_rules import (
    Ground,
    Lodging,
    RenewalRule,
    ReplyRule,
    SpecialRule,
    Term,
    WindowRule,
)

WayId = Literal[
    "special", "nonrenewal", "increase", "agreement", "assignment", "sublet", "wait", "three_months"
]
Status = Literal["open", "not_yet", "to_check", "closed"]


class Closing(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lodgings to which a way is closed, and why."""

    lodging: tuple[Lodging, ...]
    because: str
    article: str | None = None


class WayRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A way out as `ways.yml` writes it: what it is, what it costs, who it is closed to.

    Sentences may hold `{first}`, `{last}`, `{end}`, `{until}` and `{days}`, filled by whoever says
    them; `passed` is said when its days are over, `to_check` when it depends on what nobody told.
    """

    id: WayId
    title: str
    topic: str
    says: str
    source: RuleSource
    article: str = ""
    open: bool = True
    dated: str = ""
    passed: str = ""
    to_check: str = ""
    closed: tuple[Closing, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules in force on the day of the question."""

    nonrenewal: WindowRule
    increase: ReplyRule
    renewal: RenewalRule
    special: tuple[SpecialRule, ...]
    ways: tuple[WayRule, ...]


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is known of one lease; None: not told. `received`: the day of a notice of increase."""

    today: date
    lodging: Lodging = Lodging.DWELLING
    term: Term = Term.FIXED
    end: date | None = None
    length_months: int | None = None
    received: date | None = None
    ground: Ground | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way for this person. `says` and `because` are the rule's sentences, `days` what they
    hold: `first` and `last` day of its notice, `end` of the lease, `until` when it would go on."""

    id: WayId
    title: str
    topic: str
    status: Status
    says: str
    because: str
    article: str
    source: RuleSource
    days: dict[str, date]


_ORDER: dict[Status, int] = {"open": 0, "not_yet": 0, "to_check": 1, "closed": 2}


def ways_out(situation: Situation, rules: Rules) -> tuple[Way, ...]:
    """Every way, open ones first, each group in the order of the rules."""
    found = [_way(rule, situation, rules) for rule in rules.ways if _concerns(rule, situation)]
    return tuple(sorted(found, key=lambda way: _ORDER[way.status]))


def _concerns(rule: WayRule, situation: Situation) -> bool:
    """An answer to a notice of increase is a way for who received one."""
    return rule.id != "increase" or situation.received is not None


def _way(rule: WayRule, situation: Situation, rules: Rules) -> Way:
    for closing in rule.closed:
        if situation.lodging in closing.lodging:
            return _made(rule, "closed", because=closing.because, article=closing.article)
    if not rule.open:
        return _made(rule, "closed", because=rule.passed)
    match rule.id:
        case "nonrenewal":
            return _nonrenewal(rule, situation, rules)
        case "increase":
            return _increase(rule, situation, rules)
        case "special":
            return _special(rule, situation, rules)
        case "wait":
            return _wait(rule, situation, rules)
        case _:
            return _made(rule, "open")


def _nonrenewal(rule: WayRule, situation: Situation, rules: Rules) -> Way:
    if situation.received is not None:
        return _made(rule, "closed", because=rule.to_check)
    for closing in rules.nonrenewal.closed:
        if situation.lodging in closing.lodging:
            because = f"{closing.because} {closing.next_step}"
            return _made(rule, "closed", because=because, article=closing.article)
    if situation.end is None:
        return _made(rule, "open")
    try:
        found = nonrenewal_window(
            end=situation.end,
            length_months=situation.length_months,
            lodging=situation.lodging,
            rule=rules.nonrenewal,
            term=situation.term,
        )
    except LengthUnknown:
        return _made(rule, "open")
    assert isinstance(found, Window)  # noqa: S101 (what is closed was said above)
    return _dated(rule, found, situation.today)


def _dated(rule: WayRule, window: Window, today: date) -> Way:
    days = {"first": window.first, "last": window.last, "end": window.end}
    standing = window.standing(today)
    if standing is Standing.PASSED:
        return _made(rule, "closed", because=rule.passed, days=days, article=window.article)
    status: Status = "open" if standing is Standing.OPEN else "not_yet"
    return _made(rule, status, because=rule.dated, days=days, article=window.article)


def _increase(rule: WayRule, situation: Situation, rules: Rules) -> Way:
    assert situation.received is not None  # noqa: S101 (`_concerns`)
    last = answer_by(received=situation.received, rule=rules.increase)
    days = {"first": situation.received, "last": last}
    if situation.end is not None:
        days["end"] = situation.end
    if situation.today > last:
        return _made(rule, "closed", because=rule.passed, days=days)
    return _made(rule, "open", because=rule.dated, days=days)


def _special(rule: WayRule, situation: Situation, rules: Rules) -> Way:
    law = next((each for each in rules.special if situation.ground in each.ground), None)
    if law is None:
        return _made(rule, "to_check", because=rule.to_check)
    try:
        end = special_end(
            sent=situation.today,
            length_months=situation.length_months,
            rule=law,
            term=situation.term,
        )
    except LengthUnknown:
        return _made(rule, "open", article=law.article)
    return _made(rule, "open", because=rule.dated, days={"end": end}, article=law.article)


def _wait(rule: WayRule, situation: Situation, rules: Rules) -> Way:
    if situation.end is None or situation.term is Term.INDETERMINATE:
        return _made(rule, "open")
    days = {"end": situation.end}
    if situation.length_months and situation.lodging is Lodging.DWELLING:
        days["until"] = renewed_until(
            end=situation.end, length_months=situation.length_months, rule=rules.renewal
        )
        return _made(rule, "open", because=rule.dated, days=days)
    return _made(rule, "open", days=days)


def _made(
    rule: WayRule,
    status: Status,
    *,
    because: str = "",
    days: dict[str, date] | None = None,
    article: str | None = None,
) -> Way:
    return Way(
        id=rule.id,
        title=rule.title,
        topic=rule.topic,
        status=status,
        says=rule.says,
        because=because,
        article=article or rule.article,
        source=rule.source,
        days=days or {},
    )
