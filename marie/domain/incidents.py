"""Incidents of confidentiality as the Loi 25's register wants them (P-39.1, ss. 3.5 to 3.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

MAX_TEXT = 4_000
MAX_PERSONS = 10_000_000

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"\d{4}(?:-\d{2})?")


class Risk(str, Enum):
    """Whether a serious injury is to be feared."""

    UNKNOWN = "unknown"
    NONE = "none"
    SERIOUS = "serious"


class BadIncident(Exception):
    """What was written cannot be kept; `problems` by field, ids of explanations."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is written of an incident. Days are ISO; `happened_on` may be a month or a year.

    `persons`: how many it concerns, None while nobody knows. `commission_on`, `persons_on`: when
    the commission and the persons were told, None: not told.
    """

    happened_on: str
    known_on: str
    what: str
    data: str
    persons: int | None
    risk: Risk
    risk_because: str
    measures: str
    commission_on: str | None = None
    persons_on: str | None = None


@dataclass(frozen=True, kw_only=True)
class Incident:
    """An incident as stored; `changed_by`: the name of who wrote last."""

    id: str
    draft: Draft
    created_at: datetime
    changed_at: datetime
    changed_by: str | None

    @property
    def is_owed(self) -> bool:
        """Whether somebody must still be told: a serious risk, and not both were."""
        told = self.draft.commission_on and self.draft.persons_on
        return self.draft.risk is Risk.SERIOUS and not told


def check(draft: Draft, today: date) -> None:
    """`BadIncident` unless this can be kept."""
    problems = {
        name: "too_long"
        for name in ("what", "data", "risk_because", "measures")
        if len(getattr(draft, name)) > MAX_TEXT
    }
    problems |= {name: "empty" for name in ("what", "data") if not getattr(draft, name).strip()}
    if draft.risk is not Risk.UNKNOWN and not draft.risk_because.strip():
        problems["risk_because"] = "empty"
    if draft.persons is not None and not 0 <= draft.persons <= MAX_PERSONS:
        problems["persons"] = "persons"
    problems |= _wrong_days(draft, today)
    if problems:
        raise BadIncident(problems)


def _wrong_days(draft: Draft, today: date) -> dict[str, str]:
    problems: dict[str, str] = {}
    known = _day(draft.known_on)
    if known is None:
        problems["known_on"] = "day"
    elif known > today:
        problems["known_on"] = "future"
    happened = _day(draft.happened_on) or _part(draft.happened_on)
    if happened is None:
        problems["happened_on"] = "day"
    elif known is not None and happened > known:
        problems["happened_on"] = "after_known"
    for name, told in (("commission_on", draft.commission_on), ("persons_on", draft.persons_on)):
        day = None if told is None else _day(told)
        if told is not None and day is None:
            problems[name] = "day"
        elif day is not None and day > today:
            problems[name] = "future"
        elif day is not None and known is not None and day < known:
            problems[name] = "before_known"
    return problems


def _day(text: str) -> date | None:
    if _DAY.fullmatch(text) is None:
        return None  # also what Python would read: 20261122, 2026-W47
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _part(text: str) -> date | None:
    """The first day of a month or a year."""
    if _MONTH.fullmatch(text) is None:
        return None
    return _day(f"{text}-01" if "-" in text else f"{text}-01-01")
