"""The buckets of the rate limits in Redis, which several web processes share."""

from __future__ import annotations

import logging
import time

from redis.asyncio import Redis
from redis.exceptions import RedisError

from marie.web.limits import Rate

log = logging.getLogger(__name__)

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


class SharedBuckets:
    """The buckets in one Redis."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        self._script = self._redis.register_script(_TAKE)
        self._away_until = 0.0

    async def take(self, key: str, rate: Rate) -> float | None:
        """Count one: seconds until there is room; None while Redis is away."""
        if time.monotonic() < self._away_until:
            return None
        try:
            wait = await self._script(
                keys=[f"marie:limit:{key}"], args=[rate.per_second, rate.burst]
            )
            return float(wait)
        except (RedisError, OSError) as error:
            log.warning("Redis is away, this process counts for itself: %s", error)
            self._away_until = time.monotonic() + BACK_TO_REDIS
            return None

    async def close(self) -> None:
        """Close the connections to Redis."""
        await self._redis.aclose()
