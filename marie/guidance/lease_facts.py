"""What was told of a lease, put together: nothing is guessed, nothing contradicts in silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from marie.guidance.lease import length_in_months, shift_months

EARLIEST = date(2000, 1, 1)
"""An end before it is a slip of the pen: no lease of today began so long ago without renewal."""

MOST_YEARS = 5
"""Years ahead in which the end of a lease is believed."""

Doubt = Literal["unlikely", "past"]


class Contradiction(Exception):
    """The length that was told is not the one from the first day to the last."""

    def __init__(self, *, told: int, counted: int) -> None:
        super().__init__(f"told {told} months, counted {counted}")
        self.told = told
        self.counted = counted


@dataclass(frozen=True, kw_only=True)
class Dates:
    """First and last day and whole months of a lease; `end_counted`: from the other two."""

    start: date | None
    end: date | None
    length_months: int | None
    end_counted: bool = False


def reconcile(
    *, start: date | None, end: date | None, length_months: int | None, today: date
) -> Dates:
    """The third of start, end and length from the other two.

    `EndBeforeStart` when the days are the wrong way round; `Contradiction` when all three were
    told and do not fit. From its first day, a lease whose first length is over by `today` was
    renewed: then any whole number of lengths fits.
    """
    if start is not None and end is not None:
        counted = length_in_months(start=start, end=end)
        if length_months is not None and counted != length_months:
            renewed = shift_months(start, length_months) <= today and not counted % length_months
            if not renewed:
                raise Contradiction(told=length_months, counted=counted)
        return Dates(start=start, end=end, length_months=length_months or counted)
    if start is not None and length_months is not None:
        months = length_months
        while shift_months(start, months) <= today:  # renewed, once or more
            months += length_months
        last = shift_months(start, months) - timedelta(days=1)
        return Dates(start=start, end=last, length_months=length_months, end_counted=True)
    return Dates(start=start, end=end, length_months=length_months)


def doubt(end: date, today: date) -> Doubt | None:
    """Why the end of a lease is asked for again; None when it is believed."""
    if end < EARLIEST or end > shift_months(today, 12 * MOST_YEARS):
        return "unlikely"
    return "past" if end < today else None
