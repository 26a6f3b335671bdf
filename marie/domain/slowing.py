"""How long somebody who could not sign in waits before the next attempt.

Failures are counted by *subject*. A browser that signed in to the account before is a subject of
its own, so strangers' failures never slow it down; all other browsers share the account's count
and their address's. The wait grows with every failure and never becomes a lock: at most about
twenty guesses an hour against one account (OWASP ASVS 4.0.3, 2.2.1 allows a hundred).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
"""What is older counts no more."""


@dataclass(frozen=True, kw_only=True)
class Slowing:
    """`free` failures cost nothing; then a wait of `first`, doubled each time up to `most`."""

    free: int
    first: timedelta
    most: timedelta


ACCOUNT = Slowing(free=5, first=timedelta(seconds=15), most=timedelta(minutes=5))
DEVICE = Slowing(free=8, first=timedelta(seconds=15), most=timedelta(minutes=5))
ADDRESS = Slowing(free=30, first=timedelta(seconds=15), most=timedelta(minutes=5))
"""An address may be a whole office's."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose failures are counted together."""

    key: str
    slowing: Slowing


class SlowedDown(Exception):
    """Too soon after too many failures; `wait`: how much longer."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


def wait(failures: Sequence[datetime], now: datetime, slowing: Slowing) -> timedelta:
    """How much longer this subject waits; `failures` in any order.

    A failure from the future (a clock that was set back) is as if it were now.
    """
    recent = [min(each, now) for each in failures if each > now - WINDOW]
    beyond = len(recent) - slowing.free
    if beyond < 0 or not recent:
        return timedelta(0)
    pause = min(slowing.most, slowing.first * (1 << min(beyond, 20)))
    return max(timedelta(0), max(recent) + pause - now)
