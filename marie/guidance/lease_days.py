"""Holidays and Sundays at the edge of a period: said, because no letter comes then; never skipped.

The law counts every day (FAITS A12): a period that ends on a holiday still ends on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

import holidays

SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class QuietDay:
    """A day without mail: a holiday by its French name, or a day of the weekend."""

    day: date
    name: str
    kind: Literal["holiday", "saturday", "sunday"]


@cache
def _holidays(year: int) -> dict[date, str]:
    found = holidays.country_holidays("CA", subdiv="QC", years=year, language="fr")
    return {day: name.replace("'", "’") for day, name in found.items()}


def quiet(day: date) -> QuietDay | None:
    """Why no mail comes on `day` in Québec; None on an ordinary day."""
    name = _holidays(day.year).get(day)
    if name is not None:
        return QuietDay(day=day, name=name, kind="holiday")
    if day.weekday() >= SATURDAY:
        kind: Literal["saturday", "sunday"] = "saturday" if day.weekday() == SATURDAY else "sunday"
        return QuietDay(day=day, name="", kind=kind)
    return None
