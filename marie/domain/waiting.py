"""What is honestly known of a wait: how many are before, how long it usually takes, who is open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from marie.domain.appointments import Appointment, CallBack, Offered

MOST = 0.8
"""« Most people »: so many of them waited no longer."""

DAY_HOURS = 24


@dataclass(frozen=True, kw_only=True)
class UsualWait:
    """Half of the people had an answer within `half`, four in five within `most`."""

    half: timedelta
    most: timedelta


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Where somebody who waits stands. `organization`: its name, None for the common queue.

    `ahead`: how many of the same organisation wait since before. `open`: None when its hours are
    not known; `opens_at` only when it is closed. `holiday`: today's name, if it is one.
    `may_book`: some counsellor has a free moment.
    """

    organization: str | None
    ahead: int = 0
    usual: UsualWait | None = None
    open: bool | None = None
    opens_at: datetime | None = None
    holiday: str = ""
    may_book: bool = False
    call_back: CallBack | None = None
    appointment: Appointment | None = None


Outcome = Literal[
    "waiting",
    "followed",
    "no_lead",
    "offered",
    "no_slots",
    "booked",
    "moved",
    "same",
    "taken",
    "cancelled",
    "absent",
    "called",
]


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What became of a visitor's request, for whoever puts it into words.

    `slots`: free moments that are offered; `page`: which page of them; `more`: there is another.
    `visitor_email`: whether the calendar file also went to her by e-mail.
    """

    outcome: Outcome
    now: datetime
    wait: Wait | None = None
    slots: Sequence[Offered] = ()
    page: int = 0
    more: bool = False
    appointment: Appointment | None = None
    call_back: CallBack | None = None
    emailed: bool = False


def usual_wait(
    answers: Sequence[tuple[datetime, datetime]],
    *,
    now: datetime,
    zone: tzinfo,
    at_least: int,
    around_hours: int,
) -> UsualWait | None:
    """How long a first answer usually takes, from when leads were made and answered.

    Those made at about the same hour of the day if there are enough, else all; None when these are
    not enough either. A clock that was set back gives no wait below nothing.
    """
    hour = now.astimezone(zone).hour
    near = [each for each in answers if _apart(each[0].astimezone(zone).hour, hour) <= around_hours]
    chosen = near if len(near) >= at_least else answers
    if len(chosen) < at_least:
        return None
    waits = sorted(max(timedelta(0), answered - asked) for asked, answered in chosen)
    return UsualWait(half=_at(waits, 0.5), most=_at(waits, MOST))


def _apart(one: int, other: int) -> int:
    between = abs(one - other)
    return min(between, DAY_HOURS - between)


def _at(waits: Sequence[timedelta], part: float) -> timedelta:
    return waits[max(0, math.ceil(part * len(waits)) - 1)]
