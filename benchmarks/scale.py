"""One Rasa process and two, with sixteen visitors: what a second one brings on this machine.

Beside the turns a second through the gateway stand those of the same Rasa processes asked directly,
each visitor always the same one: what they could do if nothing else wanted the cores. A second
process helps only as long as a core is free, so the processors that were used are printed too.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import aiohttp

from benchmarks.compare import cpu, rest
from benchmarks.turns import questions, visitor
from marie.settings import Settings
from tests.running import RunningMarie, running_marie

VISITORS = 16


async def through_gateway(marie: RunningMarie, turns: int) -> tuple[float, float]:
    """Turns a second, and processors used."""
    texts = (questions() * 9)[:turns]
    before, begun = cpu([marie.process.pid]), time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        said = (visitor(session, marie.base, texts[nth::VISITORS], []) for nth in range(VISITORS))
        await asyncio.gather(*said)
    lasted = time.perf_counter() - begun
    return len(texts) / lasted, (cpu([marie.process.pid]) - before) / lasted


async def directly(marie: RunningMarie, turns: int) -> float:
    """Turns a second of the Rasa processes by themselves, with their action server."""
    texts = (questions() * 9)[:turns]
    ports = Settings.from_env(marie.env).rasa_ports

    async def ask(session: aiohttp.ClientSession, nth: int) -> None:
        say = await rest(ports[nth % len(ports)])(session)
        for text in texts[nth::VISITORS]:
            await say(text)

    begun = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(ask(session, nth) for nth in range(VISITORS)))
    return len(texts) / (time.perf_counter() - begun)


async def ready(session: aiohttp.ClientSession, url: str) -> bool:
    """Whether this Rasa has its model."""
    with suppress(aiohttp.ClientError):
        async with session.get(f"{url}/webhooks/ready/") as response:
            return response.status == 200
    return False


async def measure(marie: RunningMarie, turns: int) -> tuple[float, float, float]:
    """Through the gateway, processors used meanwhile, directly."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(120):
        for url in Settings.from_env(marie.env).rasa_urls:
            while not await ready(session, url):  # noqa: ASYNC110 - another process is looked at
                await asyncio.sleep(0.2)
    await through_gateway(marie, VISITORS * 4)  # everything is read once
    rate, processors = await through_gateway(marie, turns)
    return rate, processors, await directly(marie, turns)


def main() -> None:
    """`--turns 480` for another length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=960)
    chosen = parser.parse_args()
    print("| Rasa processes | turns/s | processors used | turns/s, Rasa alone |\n|---|---|---|---|")
    rates = []
    for processes in (1, 2):
        with (
            tempfile.TemporaryDirectory() as folder,
            running_marie(Path(folder) / "var", MARIE_RASA_PROCESSES=str(processes)) as marie,
        ):
            rate, processors, alone = asyncio.run(measure(marie, chosen.turns))
        rates.append((rate, alone))
        print(f"| {processes} | {rate:.1f} | {processors:.2f} | {alone:.1f} |", flush=True)
    (one, one_alone), (two, two_alone) = rates
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(
        f"\nTwo against one: ×{two / one:.2f}, Rasa alone ×{two_alone / one_alone:.2f}"
        f" (aim 1.7, when the cores allow it); {os.cpu_count()} cores; load {load}"
    )


if __name__ == "__main__":
    main()
