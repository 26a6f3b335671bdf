"""Rate limits: a token bucket for each address and each conversation.

A person never meets them: sixty messages in one go, then one a second. They stop a script.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

SWEEP_AT = 10_000
"""Buckets kept before the full ones are dropped."""


class TooMany(Exception):
    """Over the limit; `retry_after` seconds from now there is room again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Rate:
    """`burst` at once, then `per_second`."""

    burst: float
    per_second: float


MESSAGES = Rate(burst=60, per_second=1)
MESSAGES_BY_ADDRESS = Rate(burst=600, per_second=20)
CONVERSATIONS = Rate(burst=120, per_second=2)
SIGN_INS = Rate(burst=10, per_second=0.1)
SEARCHES = Rate(burst=120, per_second=10)
DOCUMENTS = Rate(burst=60, per_second=2)


class Limits:
    """The buckets of this process; `enabled=False` lets everything pass (benchmarks)."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, what: str, who: str, rate: Rate) -> None:
        """Count one; `TooMany` when the bucket is empty."""
        if not self._enabled:
            return
        now = time.monotonic()
        level, at = self._buckets.get((what, who), (rate.burst, now))
        level = min(rate.burst, level + (now - at) * rate.per_second)
        if level < 1:
            raise TooMany(math.ceil((1 - level) / rate.per_second))
        if len(self._buckets) >= SWEEP_AT:
            self._sweep(now)
        self._buckets[what, who] = (level - 1, now)

    def _sweep(self, now: float) -> None:
        # Ten minutes fill the slowest bucket of all: what is older says nothing.
        self._buckets = {
            key: (level, at) for key, (level, at) in self._buckets.items() if now - at < 600
        }
