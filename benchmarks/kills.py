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
from dataclasses import dataclass, field
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
PAUSE = 1.0
"""Seconds between the acknowledgement of a visitor's message and her next."""

LIVES = 1.2
"""Seconds, at most, between two kills once all is up: enough for a turn or two."""

SIDES = 2
"""Installations that run at the same time, each with its own database, on two cores."""

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


@dataclass
class Count:
    """What was killed and said so far. `slowest`: seconds until something was acknowledged."""

    killed: Counter[str] = field(default_factory=Counter)
    said: int = 0
    slowest: float = 0.0


async def measure(folder: Path, cycles: int, seed: int) -> None:
    """Kill, compare, print: two installations at a time, for most of it is one process' start."""
    chance = random.Random(seed)
    victims = [name for name, share in SHARES.items() for _ in range(share * cycles // 500)]
    chance.shuffle(victims)
    began, count = time.monotonic(), Count()
    sides = []
    for side in range(SIDES):
        own = folder / str(side)
        own.mkdir()
        sides.append(processes_in(own))
    rounds = [victims[at : at + ROUND] for at in range(0, len(victims), ROUND)]
    with running(*(each for side in sides for each in side)):
        await asyncio.gather(*(each.up() for side in sides for each in side))
        await asyncio.gather(
            *(kill(side, rounds[nth::SIDES], chance, count) for nth, side in enumerate(sides))
        )
    told(count, time.monotonic() - began)


async def kill(
    side: tuple[Process, Process, Process],
    rounds: Sequence[Sequence[str]],
    chance: random.Random,
    count: Count,
) -> None:
    """The victims of one installation; after each round nothing may be lost or doubled."""
    library = open_knowledge(ROOT / "knowledge").live.current()
    every = {each.name: each for each in side}
    for victims in rounds:
        async with talking(
            [base_of(side[0])],
            VISITORS,
            pause=PAUSE,
            questions=QUESTIONS,
            notice=library.phrase("rasa_unavailable"),
        ) as visitors:
            for name in victims:
                struck = await strike(every[name], chance)
                count.killed[name] += struck  # not `+= await`: the other side counts meanwhile
        count.said += sum(len(each.acknowledged) for each in visitors)
        count.slowest = max(count.slowest, *(each.longest for each in visitors))
        print(f"{count.killed.total()} kills, {count.said} messages acknowledged", flush=True)


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


def told(count: Count, seconds: float) -> None:
    """The table."""
    killed = count.killed
    print(f"\n| killed | {' | '.join(killed)} | acknowledged messages | lost | doubled |")
    print("|---" * (len(killed) + 4) + "|")
    numbers = " | ".join(map(str, killed.values()))
    print(f"| {killed.total()} | {numbers} | {count.said} | 0 | 0 |")
    print(
        f"\n{seconds / 60:.0f} minutes; longest wait for an acknowledgement {count.slowest:.0f} s"
    )


def main() -> None:
    """`--cycles 100` for fewer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=500, help="at least 50")
    parser.add_argument("--seed", type=int, default=8)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), chosen.cycles, chosen.seed))


if __name__ == "__main__":
    main()
