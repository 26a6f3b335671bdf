"""Two thousand open widgets, of which some write: twenty turns a second through the whole product.

A turn's time runs from the frame that carries the message to the frame that carries Marie's first
answer. In the end every log is compared with what was sent and shown. `--sockets`, `--rate` and
`--seconds` make another run.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import resource
import statistics
import tempfile
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from benchmarks.startup import resident_mb
from benchmarks.turns import questions
from tests.running import RunningMarie, running_marie

AT_ONCE = 50
"""Widgets that open at the same time."""

PATIENCE = 60.0
"""Seconds after the last message in which the last answer must be there."""


@dataclass
class Widget:
    """A visitor's socket. `sent`: what waits for its answer, with the moment it was sent."""

    url: str
    token: str
    socket: aiohttp.ClientWebSocketResponse
    sent: dict[str, float] = field(default_factory=dict)
    asked: dict[int, float] = field(default_factory=dict)
    shown: list[int] = field(default_factory=list)
    said: int = 0

    async def read(self, times: list[float]) -> None:
        """Until cancelled: what arrives, and how long each answer took."""
        async for frame in self.socket:
            told: dict[str, Any] = msgspec.json.decode(frame.data)
            if "sent" in told:
                begun = self.sent.pop(told["sent"]["client_id"])
                self.asked[told["sent"]["seq"]] = begun
            elif "message" in told:
                message = told["message"]
                self.shown.append(message["seq"])
                begun = self.asked.pop(message.get("answers") or 0, 0.0)
                if begun:
                    times.append(time.perf_counter() - begun)
            elif "error" in told:
                raise AssertionError(told)

    async def say(self, text: str) -> None:
        """One message."""
        client_id = str(uuid.uuid4())
        self.said += 1
        self.sent[client_id] = time.perf_counter()
        await self.socket.send_json({"send": {"client_id": client_id, "text": text}})


async def opened(session: aiohttp.ClientSession, base: str, gate: asyncio.Semaphore) -> Widget:
    """A visitor who consented and has her widget open."""
    async with gate:
        url = f"{base}/api/v1/conversations"
        async with session.post(url, json={"consent": True}) as response:
            started = await response.json()
        url = f"{url}/{started['conversation_id']}"
        socket = await session.ws_connect(f"{url}/socket?after=0", protocols=("marie.v1",))
        await socket.send_json({"token": started["token"]})
        return Widget(url, started["token"], socket)


async def lost(session: aiohttp.ClientSession, widgets: list[Widget]) -> int:
    """Messages of a log that its widget did not show once, in order."""
    missing = 0
    for each in widgets:
        headers = {"Authorization": f"Bearer {each.token}"}
        async with session.get(f"{each.url}/messages?after=0", headers=headers) as response:
            log = [message["seq"] for message in (await response.json())["messages"]]
        shown = sorted([*each.shown])
        missing += len(set(log) ^ set(shown)) + len(shown) - len(set(shown))
        missing += (each.shown != shown) + len(each.sent) + len(each.asked)
    return missing


async def measure(marie: RunningMarie, *, sockets: int, rate: float, seconds: float) -> None:
    """Open, talk, compare, print."""
    times: list[float] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        gate = asyncio.Semaphore(AT_ONCE)
        web = marie.pid("web")
        before = resident_mb(web)
        widgets = await asyncio.gather(*(opened(session, marie.base, gate) for _ in range(sockets)))
        readers = [asyncio.create_task(each.read(times)) for each in widgets]
        idle = resident_mb(web)
        texts, writers = itertools.cycle(questions()), itertools.cycle(widgets)
        begun = time.perf_counter()
        turns = int(rate * seconds)
        for turn in range(turns):
            await asyncio.sleep(max(0.0, begun + turn / rate - time.perf_counter()))
            await next(writers).say(next(texts))
        until = time.perf_counter() + PATIENCE
        while (  # noqa: ASYNC110 - the sockets are read meanwhile
            any(each.sent or each.asked for each in widgets) and time.perf_counter() < until
        ):
            await asyncio.sleep(0.2)
        lasted = time.perf_counter() - begun
        full = resident_mb(web)
        missing = await lost(session, [each for each in widgets if each.said])
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    cuts = statistics.quantiles(times, n=100)
    print("| sockets | turns | turns/s | p50 ms | p95 ms (≤ 500) | p99 ms |\n" + "|---" * 6 + "|")
    figures = " | ".join(f"{cuts[at] * 1000:.0f}" for at in (49, 94, 98))
    print(f"| {sockets} | {len(times)} of {turns} | {len(times) / lasted:.1f} | {figures} |")
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(
        f"\nweb process {before:.0f} MB, with the sockets {idle:.0f} MB, after the turns"
        f" {full:.0f} MB (≤ 300); lost, doubled or out of order: {missing}; load {load}"
    )
    assert not missing


def main() -> None:
    """Start Marie and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=20.0, help="turns a second")
    parser.add_argument("--seconds", type=float, default=300.0)
    chosen = parser.parse_args()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, running_marie(Path(folder) / "var") as marie:
        asyncio.run(
            measure(marie, sockets=chosen.sockets, rate=chosen.rate, seconds=chosen.seconds)
        )


if __name__ == "__main__":
    main()
