"""Rate limits: a token bucket for each address and each conversation.

A person never meets them: sixty messages in one go, then one a second. They stop a script.

Several web processes share the buckets in Redis (`MARIE_REDIS_URL`). While Redis is away each
counts by itself: a limit is then up to so many times wider, and nobody is turned away for it.
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
    """The buckets; `enabled=False` lets everything pass (benchmarks).

    `redis_url`: where they are shared; without it this process counts for itself.
    """

    def __init__(self, *, enabled: bool, redis_url: str | None = None) -> None:
        self._enabled = enabled
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._shared = None
        if redis_url:
            # Its client is a seventh of what a process that shares nothing imports.
            from marie.web.shared_limits import SharedBuckets

            self._shared = SharedBuckets(redis_url)

    async def take(self, what: str, who: str, rate: Rate) -> None:
        """Count one; `TooMany` when the bucket is empty."""
        if not self._enabled:
            return
        shared = self._shared
        wait = None if shared is None else await shared.take(f"{what}:{who}", rate)
        if wait is None:
            wait = self._own(what, who, rate)
        if wait > 0:
            raise TooMany(math.ceil(wait))

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._shared is not None:
            await self._shared.close()

    def _own(self, what: str, who: str, rate: Rate) -> float:
        now = time.monotonic()
        level, at = self._buckets.get((what, who), (rate.burst, now))
        level = min(rate.burst, level + (now - at) * rate.per_second)
        if level < 1:
            return (1 - level) / rate.per_second
        if len(self._buckets) >= SWEEP_AT:
            self._sweep(now)
        self._buckets[what, who] = (level - 1, now)
        return 0.0

    def _sweep(self, now: float) -> None:
        # Ten minutes fill the slowest bucket of all: what is older says nothing.
        self._buckets = {
            key: (level, at) for key, (level, at) in self._buckets.items() if now - at < 600
        }
