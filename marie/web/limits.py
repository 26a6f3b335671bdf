"""Rate limits: a token bucket for each address and each conversation.

A person never meets them: sixty messages in one go, then one a second. They stop a script.

Several web processes share the buckets in Redis (`MARIE_REDIS_URL`). While Redis is away each
counts by itself: a limit is then up to so many times wider, and nobody is turned away for it.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

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


# The bucket of one key, on Redis' own clock: how long until there is room, 0 when one was taken.
_TAKE = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local kept = redis.call('HMGET', KEYS[1], 'level', 'at')
local level, at = tonumber(kept[1]) or burst, tonumber(kept[2]) or now
level = math.min(burst, level + (now - at) * rate)
if level < 1 then return tostring((1 - level) / rate) end
redis.call('HSET', KEYS[1], 'level', tostring(level - 1), 'at', tostring(now))
redis.call('EXPIRE', KEYS[1], math.ceil(burst / rate) + 1)
return '0'
"""

PATIENCE = 0.25
"""Seconds that Redis may take for a look at a bucket."""

BACK_TO_REDIS = 5.0
"""Seconds after which a Redis that was away is asked again."""


class Limits:
    """The buckets; `enabled=False` lets everything pass (benchmarks).

    `redis_url`: where they are shared; without it this process counts for itself.
    """

    def __init__(self, *, enabled: bool, redis_url: str | None = None) -> None:
        self._enabled = enabled
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._redis = (
            Redis.from_url(redis_url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
            if redis_url
            else None
        )
        self._script = self._redis.register_script(_TAKE) if self._redis else None
        self._away_until = 0.0

    async def take(self, what: str, who: str, rate: Rate) -> None:
        """Count one; `TooMany` when the bucket is empty."""
        if not self._enabled:
            return
        wait = await self._shared(what, who, rate)
        if wait is None:
            wait = self._own(what, who, rate)
        if wait > 0:
            raise TooMany(math.ceil(wait))

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    async def _shared(self, what: str, who: str, rate: Rate) -> float | None:
        """Seconds until there is room, by Redis; None when it is not used or away."""
        if self._script is None or time.monotonic() < self._away_until:
            return None
        try:
            wait = await self._script(
                keys=[f"marie:limit:{what}:{who}"], args=[rate.per_second, rate.burst]
            )
            return float(wait)
        except (RedisError, OSError) as error:
            log.warning("Redis is away, this process counts for itself: %s", error)
            self._away_until = time.monotonic() + BACK_TO_REDIS
            return None

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
