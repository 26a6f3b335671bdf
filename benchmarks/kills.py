"""SIGKILL of a random process at a random moment under load: web, action server, Rasa.

All three are real, on SQLite. Visitors ask questions all the while, half of them on sockets; each
message is sent under one `client_id` until it is acknowledged. Every `ROUND` kills the visitors'
logs are compared with what was acknowledged: a message lost or doubled, or an answer, ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from marie.cli import processes
from marie.cli.processes import Program
from marie.cli.run import trained_model
from marie.knowledge.opened import open_knowledge
from marie.settings import Settings
from tests.faults import Process, base_of, running, serving, talking
from tests.journeys.test_delivery import QUESTIONS
from tests.running import ROOT, free_ports

SHARES = {"web": 450, "actions": 40, "rasa": 10}
ROUND = 10
VISITORS = 6
PAUSE = 2.0
"""Seconds between the acknowledgement of a visitor's message and her next."""

LIVES = 3.0
"""Seconds, at most, between two kills once all is up: enough for a few turns."""

ONCE_MORE = 0.2
"""How often a process is killed again while it starts."""


def process(program: Program, alive: str, folder: Path) -> Process:
    """A program of `marie run`, to be killed by us and started again at once."""
    return Process(
        program.name, program.command, program.env, folder / f"{program.name}.log", alive
    )


def processes_in(folder: Path) -> tuple[Process, Process, Process]:
    """The web application, the action server and Rasa, on a new database in this folder."""
    rasa_port, actions_port = free_ports(2)
    data = folder / "var"
    own = {
        "MARIE_DATA": str(data),
        "MARIE_RASA_PORT": str(rasa_port),
        "MARIE_ACTIONS_PORT": str(actions_port),
        "MARIE_RATE_LIMIT": "off",
    }
    settings = Settings.from_env({**os.environ, **own})
    os.environ.update(own)
    migrate = [sys.executable, "-m", "marie", "migrate"]
    subprocess.run(migrate, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    rasa = process(
        processes.rasa(settings, trained_model(settings), rasa_port),
        f"{settings.rasa_urls[0]}/webhooks/ready/",
        folder,
    )
    actions = process(processes.actions(settings), f"{settings.actions_url}/health", folder)
    return serving(data, rasa, MARIE_ACTIONS_PORT=str(actions_port)), actions, rasa


async def measure(folder: Path, cycles: int, seed: int) -> None:
    """Kill, compare, print."""
    web, actions, rasa = processes_in(folder)
    library = open_knowledge(ROOT / "knowledge").live.current()
    every = {each.name: each for each in (web, actions, rasa)}
    chance = random.Random(seed)
    victims = chance.choices(list(SHARES), weights=list(SHARES.values()), k=cycles)
    began, killed, said, slowest = time.monotonic(), Counter[str](), 0, 0.0
    with running(*every.values()):
        await asyncio.gather(*(each.up() for each in every.values()))
        for first in range(0, cycles, ROUND):
            async with talking(
                [base_of(web)],
                VISITORS,
                pause=PAUSE,
                questions=QUESTIONS,
                notice=library.phrase("rasa_unavailable"),
            ) as visitors:
                for name in victims[first : first + ROUND]:
                    killed[name] += await strike(every[name], chance)
            said += sum(len(each.acknowledged) for each in visitors)
            slowest = max(slowest, *(each.longest for each in visitors))
            minutes = (time.monotonic() - began) / 60
            print(
                f"after {minutes:.0f} minutes {killed.total()} kills {dict(killed)},"
                f" {said} messages acknowledged and answered once",
                flush=True,
            )
    told(killed, said, slowest, time.monotonic() - began)


async def strike(victim: Process, chance: random.Random) -> int:
    """Kill at a random moment, start again; sometimes once more while it starts. How often."""
    await asyncio.sleep(chance.uniform(0.0, LIVES))
    victim.kill()
    victim.start()
    again = chance.random() < ONCE_MORE
    if again:
        await asyncio.sleep(chance.uniform(0.0, LIVES))
        victim.kill()
        victim.start()
    await victim.up()
    return 1 + again


def told(killed: Counter[str], said: int, slowest: float, seconds: float) -> None:
    """The table."""
    print(f"\n| killed | {' | '.join(killed)} | acknowledged messages | lost | doubled |")
    print("|---" * (len(killed) + 4) + "|")
    numbers: Sequence[int] = tuple(killed.values())
    print(f"| {killed.total()} | {' | '.join(map(str, numbers))} | {said} | 0 | 0 |")
    print(f"\n{seconds / 60:.0f} minutes; longest wait for an acknowledgement {slowest:.0f} s")


def main() -> None:
    """`--cycles 100` for fewer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), chosen.cycles, chosen.seed))


if __name__ == "__main__":
    main()
