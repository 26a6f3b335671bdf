"""Opening hours: when somebody is there, when the next time is, and how much of it a while holds.

Hours are said by the clock on the wall of one zone; moments are absolute, so that a day of 23 or 25
hours counts as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo

Span = tuple[time, time]

LOOKED_AHEAD = 366
"""Days after which there is no next opening."""


@dataclass(frozen=True, kw_only=True)
class OpeningHours:
    """`week`: spans by weekday (0 is Monday). `is_closed`: days out of the ordinary (holidays)."""

    week: Mapping[int, tuple[Span, ...]]
    zone: tzinfo
    is_closed: Callable[[date], bool] = lambda day: False

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """From when to when it is open on a day, in order, in UTC."""
        if self.is_closed(day):
            return []
        return [
            (self._moment(day, first), self._moment(day, last))
            for first, last in sorted(self.week.get(day.weekday(), ()))
        ]

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open at that moment."""
        day = moment.astimezone(self.zone).date()
        return any(first <= moment < last for first, last in self.spans(day))

    def next_opening(self, moment: datetime) -> datetime | None:
        """The moment itself when it is open, else the next opening; None within a year."""
        for first, last in self._from(moment):
            if moment < last:
                return max(first, moment)
        return None

    def closing(self, moment: datetime) -> datetime | None:
        """Until when it is open, None when it is not."""
        for first, last in self._from(moment):
            if first <= moment < last:
                return last
            if first > moment:
                break
        return None

    def after(self, moment: datetime, open_time: timedelta) -> datetime:
        """The moment by which it was open for `open_time` since `moment`.

        Hours that never open count as always open: a deadline there must be.
        """
        left = open_time
        for first, last in self._from(moment):
            begins = max(first, moment)
            if last <= begins:
                continue
            if last - begins >= left:
                return begins + left
            left -= last - begins
        return moment + open_time

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(self.zone).date()
        for number in range(LOOKED_AHEAD):
            yield from self.spans(day + timedelta(days=number))

    def _moment(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, self.zone).astimezone(timezone.utc)
