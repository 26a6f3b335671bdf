"""Turns through the gateway: recorded French questions, one and sixteen visitors at a time.

Beside each figure stands the ratio to the same Rasa asked directly on its REST channel, in the same
run on the same machine: what the gateway adds.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tests.running import ROOT, RunningMarie, running_marie

TURNS = 300
LONG = 200


def questions() -> list[str]:
    """Every held-out question, families mixed."""
    found = [
        each["text"]
        for path in sorted((ROOT / "tests" / "questions").glob("*.yml"))
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    return found[:: max(1, len(found) // TURNS)][:TURNS]


async def visitor(
    session: aiohttp.ClientSession, base: str, texts: list[str], times: list[float]
) -> None:
    """One visitor who says `texts`, each after the answer to the one before."""
    async with session.post(f"{base}/api/v1/conversations", json={"consent": True}) as response:
        started = await response.json()
    url = f"{base}/api/v1/conversations/{started['conversation_id']}/messages?wait=25"
    headers = {"Authorization": f"Bearer {started['token']}"}
    for text in texts:
        body = {"client_id": str(uuid.uuid4()), "text": text}
        begun = time.perf_counter()
        async with session.post(url, json=body, headers=headers) as response:
            assert response.status == 200, await response.text()
            await response.read()
        times.append(time.perf_counter() - begun)


async def direct(
    session: aiohttp.ClientSession, marie: RunningMarie, texts: list[str]
) -> list[float]:
    """The same questions to Rasa's own REST channel."""
    times = []
    url = f"http://127.0.0.1:{marie.env['MARIE_RASA_PORT']}/webhooks/rest/webhook"
    for text in texts:
        metadata: dict[str, Any] = {"said_at": "2026-11-22T14:00:00Z", "focus": {}, "profile": {}}
        body = {"sender": "bench", "message": text.lstrip("/ "), "metadata": metadata}
        begun = time.perf_counter()
        async with session.post(url, json=body) as response:
            await response.read()
        times.append(time.perf_counter() - begun)
    return times


def line(name: str, times: list[float], wall: float | None = None) -> str:
    """p50, p95, p99 in ms and turns a second."""
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / (wall or sum(times))
    return (
        f"| {name} | {cuts[49] * 1000:.0f} | {cuts[94] * 1000:.0f} | {cuts[98] * 1000:.0f}"
        f" | {rate:.1f} |"
    )


async def measure(marie: RunningMarie) -> None:
    """Print the table."""
    texts = questions()
    async with aiohttp.ClientSession() as session:
        await visitor(session, marie.base, texts[:20], [])  # warm
        alone: list[float] = []
        await visitor(session, marie.base, texts, alone)
        rasa = await direct(session, marie, texts)
        many: list[float] = []
        begun = time.perf_counter()
        await asyncio.gather(
            *(visitor(session, marie.base, texts[index::16], many) for index in range(16))
        )
        wall = time.perf_counter() - begun
        long: list[float] = []
        await visitor(session, marie.base, (texts * 2)[:LONG], long)
    print("| turns | p50 ms | p95 ms | p99 ms | turns/s |\n|---|---|---|---|---|")
    print(line("gateway, 1 visitor (p50 ≤ 60, p95 ≤ 150)", alone))
    print(line("Rasa alone, 1 visitor", rasa))
    print(line("gateway, 16 visitors", many, wall))
    ratio = statistics.median(alone) / statistics.median(rasa)
    early, late = statistics.median(long[:20]), statistics.median(long[-20:])
    print(f"\ngateway / Rasa alone, p50: ×{ratio:.2f}")
    print(f"turns 181-200 / turns 1-20 of one conversation, p50: ×{late / early:.2f}")


def main() -> None:
    """Start Marie and measure."""
    with tempfile.TemporaryDirectory() as folder, running_marie(Path(folder) / "var") as marie:
        asyncio.run(measure(marie))


if __name__ == "__main__":
    main()
