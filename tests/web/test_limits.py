"""Rate limits: what a bucket holds, and what several processes share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from marie.web.limits import Limits, Rate, TooMany
from tests.servers import redis_running, redis_server

FEW = Rate(burst=3, per_second=0.5)


async def taken(limits: Limits, who: str) -> int:
    """How many pass before one is turned away."""
    for passed in range(50):
        try:
            await limits.take("messages", who, FEW)
        except TooMany:
            return passed
    return 50


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """The address of a Redis of this module, on a Unix socket."""
    if redis_server() is None:
        pytest.skip("needs Redis")
    with tempfile.TemporaryDirectory(prefix="marie-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        with redis_running(socket):
            yield f"unix://{socket}"


async def test_burst_passes_and_then_one_is_told_when_to_come_back() -> None:
    limits = Limits(enabled=True)
    assert await taken(limits, "192.0.2.1") == 3
    with pytest.raises(TooMany) as refused:
        await limits.take("messages", "192.0.2.1", FEW)
    assert refused.value.retry_after == 2
    assert await taken(limits, "192.0.2.2") == 3


async def test_nothing_is_counted_when_limits_are_off() -> None:
    assert await taken(Limits(enabled=False), "192.0.2.1") == 50


@pytest.mark.postgres
async def test_processes_share_their_buckets_in_redis(redis: str) -> None:
    first, second = (Limits(enabled=True, redis_url=redis) for _ in range(2))
    await first.take("messages", "192.0.2.1", FEW)
    assert await taken(second, "192.0.2.1") == 2
    with pytest.raises(TooMany):
        await first.take("messages", "192.0.2.1", FEW)
    await first.close()
    await second.close()


async def test_while_redis_is_away_a_process_counts_for_itself(tmp_path: Path) -> None:
    limits = Limits(enabled=True, redis_url=f"unix://{tmp_path / 'nobody.sock'}")
    assert await taken(limits, "192.0.2.1") == 3
    await limits.close()
