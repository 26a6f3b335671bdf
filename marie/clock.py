"""The one place that reads the time, so that tests can say what time it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

MONTREAL = ZoneInfo("America/Toronto")

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, in UTC, cut to milliseconds as the log stores it."""
    moment = datetime.now(timezone.utc)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def local_date(moment: datetime) -> date:
    """The day that a visitor in Montréal would say it is."""
    return moment.astimezone(MONTREAL).date()
