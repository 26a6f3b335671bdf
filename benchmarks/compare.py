"""Marie against plain Rasa 3.6.21, in one run on one machine, on the same French questions.

(a) plain Rasa with the recipe that it writes into a new assistant (DIET, ResponseSelector,
    memoization, TED, UnexpecTED), trained on forty examples an intent; few epochs, for what is
    measured does not depend on how well the weights are learned;
(b) plain Rasa with Marie's pipeline and RulePolicy, trained on all examples;
(c) Marie through her gateway, which also stores every message twice on disk before it answers.

(a) and (b) are asked on Rasa's own REST channel, with its SQLite tracker store. All three call the
same action server. The environments have compiled bytecode. `--visitors` and `--turns` make a short
run; `--picture` draws docs/images/compare.svg.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from benchmarks.startup import resident_mb
from benchmarks.turns import questions
from marie.rasa.model import rasa_environment, rasa_python
from tests.running import ROOT, RunningMarie, free_ports, running_marie

EXAMPLES = 40
EPOCHS = 4
PATIENCE = 300.0
"""Seconds until the first answer at the latest."""

LOOKED_AT = (5, 50, 200)
AROUND = 4
"""A turn of the long conversation is the median of itself and so many before and after."""

TICKS = os.sysconf("SC_CLK_TCK")
PICTURE = ROOT / "docs" / "images" / "compare.svg"

Say = Callable[[str], Awaitable[None]]
"""Says one thing in a conversation and waits for the answer."""
Arrive = Callable[[aiohttp.ClientSession], Awaitable[Say]]
"""Begins a conversation."""

DEFAULT_RECIPE: dict[str, Any] = {
    "recipe": "default.v1",
    "assistant_id": "plain",
    "language": "fr",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": EPOCHS, "constrain_similarities": True},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": EPOCHS, "constrain_similarities": True},
        # Few epochs leave much doubt, and an intent that Marie's actions do not know says nothing.
        {"name": "FallbackClassifier", "threshold": 0.0, "ambiguity_threshold": 0.0},
    ],
    "policies": [
        {"name": "MemoizationPolicy"},
        {"name": "RulePolicy"},
        {"name": "UnexpecTEDIntentPolicy", "max_history": 5, "epochs": EPOCHS},
        {
            "name": "TEDPolicy",
            "max_history": 5,
            "epochs": EPOCHS,
            "constrain_similarities": True,
        },
    ],
}


@dataclass
class Measured:
    """What one of the three did. Times in seconds, memory of the Rasa process in MB."""

    name: str
    processes: str
    training: float | None = None
    start: float = 0.0
    memory: float = 0.0
    alone: list[float] = field(default_factory=list)
    many: list[float] = field(default_factory=list)
    many_rate: float = 0.0
    cpu: float = 0.0
    at_turn: dict[int, float] = field(default_factory=dict)


def plain_data(folder: Path) -> None:
    """Forty examples an intent, and a story for each rule, for TED learns from stories."""
    by_intent: dict[str, list[str]] = {}
    for path in sorted((ROOT / "bot" / "data" / "nlu").glob("*.yml")):
        for each in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            lines = each["examples"].splitlines()
            by_intent[each["intent"]] = lines[:: max(1, len(lines) // EXAMPLES)][:EXAMPLES]
    nlu = [
        {"intent": intent, "examples": "\n".join(lines) + "\n"}
        for intent, lines in by_intent.items()
    ]
    rules, stories = [], []
    for path in sorted((ROOT / "bot" / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            rules.append(rule)
            stories.append({"story": f"story {rule['rule']}", "steps": rule["steps"]})
    folder.mkdir()
    for name, content in (("nlu", nlu), ("rules", rules), ("stories", stories)):
        text = yaml.safe_dump({"version": "3.1", name: content}, allow_unicode=True)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")


def train(folder: Path, config: dict[str, Any], data: Path, env: dict[str, str]) -> float:
    """Train a plain model into `folder`; seconds."""
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    started = time.perf_counter()
    command = f"-m rasa train --force --config {folder}/config.yml --domain domain.yml"
    result = subprocess.run(
        [str(rasa_python()), *command.split(), "--data", data, "--out", folder / "models"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    return time.perf_counter() - started


@contextlib.contextmanager
def plain_rasa(folder: Path, env: dict[str, str]) -> Iterator[tuple[int, list[int]]]:
    """Plain Rasa and the action server; Rasa's port, and the processes with Rasa's first."""
    rasa, actions = free_ports(2)
    (folder / "endpoints.yml").write_text(
        yaml.safe_dump(
            {
                "action_endpoint": {"url": f"http://127.0.0.1:{actions}/webhook"},
                "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": f"{folder}/rasa.db"},
            }
        )
    )
    command = f"-m rasa run --endpoints {folder}/endpoints.yml --credentials credentials.yml"
    with (folder / "log").open("wb") as log:
        started = [
            subprocess.Popen(each, cwd=ROOT, env=own, stdout=log, stderr=log)
            for each, own in (
                (
                    [
                        *(str(rasa_python()), *command.split(), "--model", f"{folder}/models"),
                        *("--interface", "127.0.0.1", "--port", str(rasa)),
                    ],
                    env,
                ),
                (
                    [
                        *(sys.executable, "-m", "rasa_sdk", "--actions", "bot.actions"),
                        *("--port", str(actions)),
                    ],
                    {**os.environ, "SANIC_HOST": "127.0.0.1", "PYTHONPATH": str(ROOT)},
                ),
            )
        ]
        try:
            yield rasa, [each.pid for each in started]
        finally:
            for each in started:
                each.send_signal(signal.SIGINT)
            for each in started:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    each.wait(timeout=15)
                each.kill()


def rest(port: int) -> Arrive:
    """Conversations on Rasa's REST channel."""
    url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"

    async def arrive(session: aiohttp.ClientSession) -> Say:
        sender = uuid.uuid4().hex

        async def say(text: str) -> None:
            metadata = {"said_at": "2026-11-22T14:00:00Z", "focus": {}, "profile": {}}
            body = {"sender": sender, "message": text.lstrip("/ "), "metadata": metadata}
            async with session.post(url, json=body) as response:
                assert response.status == 200
                assert await response.json(), text

        return say

    return arrive


def gateway(base: str) -> Arrive:
    """Conversations with Marie."""

    async def arrive(session: aiohttp.ClientSession) -> Say:
        async with session.post(f"{base}/api/v1/conversations", json={"consent": True}) as began:
            started = await began.json()
        url = f"{base}/api/v1/conversations/{started['conversation_id']}/messages?wait=25"
        headers = {"Authorization": f"Bearer {started['token']}"}

        async def say(text: str) -> None:
            body = {"client_id": str(uuid.uuid4()), "text": text}
            async with session.post(url, json=body, headers=headers) as response:
                assert response.status == 200, await response.text()
                await response.read()

        return say

    return arrive


async def first_answer(arrive: Arrive, since: float) -> float:
    """Seconds from `since` until a question was answered."""
    async with aiohttp.ClientSession() as session:
        while time.perf_counter() - since < PATIENCE:
            with contextlib.suppress(aiohttp.ClientError, AssertionError, KeyError):
                await (await arrive(session))("Bonjour")
                return time.perf_counter() - since
            await asyncio.sleep(0.1)
    raise TimeoutError(f"no answer within {PATIENCE:g} s")


async def measure(
    found: Measured, arrive: Arrive, pids: list[int], *, visitors: int, turns: int, long: int
) -> None:
    """One visitor, many, and one long conversation. A visitor says twelve things."""
    texts = questions()

    async def visit(session: aiohttp.ClientSession, said: list[str], times: list[float]) -> None:
        for start in range(0, len(said), 12):
            say = await arrive(session)
            for text in said[start : start + 12]:
                begun = time.perf_counter()
                await say(text)
                times.append(time.perf_counter() - begun)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await visit(session, texts[:24], [])
        await visit(session, (texts * 9)[:turns], found.alone)
        before, begun = cpu(pids), time.perf_counter()
        said = (texts * 9)[: turns * 2]
        await asyncio.gather(
            *(visit(session, said[nth::visitors], found.many) for nth in range(visitors))
        )
        found.many_rate = len(said) / (time.perf_counter() - begun)
        found.cpu = (cpu(pids) - before) / len(said)
        say = await arrive(session)
        said, times = long_conversation(texts, long), []
        for text in said:
            begun = time.perf_counter()
            await say(text)
            times.append(time.perf_counter() - begun)
        for nth in [each for each in LOOKED_AT if each <= long]:
            found.at_turn[nth] = statistics.median(times[nth - 1 - AROUND : nth + AROUND])
    found.memory = resident_mb(pids[0])


def long_conversation(texts: list[str], turns: int) -> list[str]:
    """What one visitor says, with the same nine questions around each turn that is looked at."""
    said = [texts[nth % len(texts)] for nth in range(turns)]
    for nth in LOOKED_AT:
        said[nth - 1 - AROUND : nth + AROUND] = texts[: 2 * AROUND + 1]
    return said[:turns]


def cpu(pids: list[int]) -> float:
    """Processor time of these processes and of all that they started, in seconds."""
    total, todo = 0, list(pids)
    while todo:
        pid = todo.pop()
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            total += int(stat[11]) + int(stat[12])
            todo += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return total / TICKS


def measure_plain(
    name: str, config: dict[str, Any], data: Path, folder: Path, sizes: dict[str, int]
) -> Measured:
    """(a) or (b)."""
    folder.mkdir()
    env = rasa_environment(dict(os.environ), folder)
    found = Measured(name, "Rasa, action server", training=train(folder, config, data, env))
    since = time.perf_counter()
    with plain_rasa(folder, env) as (port, pids):
        found.start = asyncio.run(first_answer(rest(port), since))
        asyncio.run(measure(found, rest(port), pids, **sizes))
    return found


def measure_marie(folder: Path, sizes: dict[str, int]) -> Measured:
    """(c)."""
    found = Measured("(c) Marie through her gateway", "Rasa, action server, web application")
    with running_marie(folder / "once"):
        pass  # makes the database and whatever else is made once
    since = time.perf_counter()
    with running_marie(folder / "once") as marie:
        found.start = asyncio.run(first_answer(gateway(marie.base), since))
        asyncio.run(measure(found, gateway(marie.base), all_pids(marie), **sizes))
    return found


def all_pids(marie: RunningMarie) -> list[int]:
    """Marie's three processes, Rasa's first."""
    return [marie.pid(name) for name in ("rasa", "actions", "web")]


def quantiles(times: list[float]) -> str:
    """p50, p95 and p99 in ms."""
    cuts = statistics.quantiles(times, n=100)
    return " / ".join(f"{cuts[at] * 1000:.0f}" for at in (49, 94, 98))


def report(all_found: list[Measured]) -> str:
    """The table, in Markdown."""
    rows: list[tuple[str, Callable[[Measured], str]]] = [
        ("processes", lambda each: each.processes),
        ("training, s", lambda each: f"{each.training:.0f}" if each.training else "–"),
        ("start to first answer, s", lambda each: f"{each.start:.1f}"),
        ("Rasa’s memory, MB", lambda each: f"{each.memory:.0f}"),
        ("turns/s, 1 visitor", lambda each: f"{len(each.alone) / sum(each.alone):.1f}"),
        ("p50 / p95 / p99 ms, 1 visitor", lambda each: quantiles(each.alone)),
        ("turns/s, 16 visitors", lambda each: f"{each.many_rate:.1f}"),
        ("p50 / p95 / p99 ms, 16 visitors", lambda each: quantiles(each.many)),
        ("processor time a turn, all processes, ms", lambda each: f"{each.cpu * 1000:.0f}"),
    ]
    rows += [
        (f"ms at turn {nth}", lambda each, nth=nth: f"{each.at_turn.get(nth, 0) * 1000:.0f}")  # type: ignore[misc]
        for nth in LOOKED_AT
    ]
    head = "| what | " + " | ".join(each.name for each in all_found) + " |"
    lines = [head, "|---" * (len(all_found) + 1) + "|"]
    lines += [f"| {what} | " + " | ".join(map(say, all_found)) + " |" for what, say in rows]
    *plains, ours = all_found
    for plain in plains:
        lines.append(
            f"\n{ours.name} against {plain.name}: start ×{plain.start / ours.start:.1f} faster,"
            f" ×{ours.many_rate / plain.many_rate:.1f} turns/s at 16 visitors,"
            f" ×{ours.memory / plain.memory:.2f} Rasa’s memory,"
            f" ×{plain.cpu / ours.cpu:.1f} less processor time a turn."
        )
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return "\n".join([*lines, f"\nLoad at the end: {load}."])


def picture(all_found: list[Measured]) -> str:
    """Turns a second at 16 visitors, as bars, with the figures beside them."""
    most = max(each.many_rate for each in all_found)
    bars = []
    for nth, each in enumerate(all_found):
        y, width = 40 + nth * 46, each.many_rate / most * 380
        bars.append(
            f'<text x="20" y="{y}" font-size="15">{each.name}</text>'
            f'<rect x="20" y="{y + 7}" width="{width:.0f}" height="18" rx="4" fill="#0d4a50"/>'
            f'<text x="{width + 30:.0f}" y="{y + 21}" font-size="15">{each.many_rate:.1f}</text>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 520 190" role="img"'
        ' font-family="sans-serif" fill="#1c2b2d"><title>Turns a second, 16 visitors</title>'
        f'<rect width="520" height="190" fill="#fff"/>{"".join(bars)}</svg>\n'
    )


def main() -> None:
    """Measure the three and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=16)
    parser.add_argument("--turns", type=int, default=300)
    parser.add_argument("--long", type=int, default=204)
    parser.add_argument("--picture", action="store_true")
    arguments = parser.parse_args()
    sizes = {"visitors": arguments.visitors, "turns": arguments.turns, "long": arguments.long}
    ours = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    ours["policies"] = [{"name": "RulePolicy"}]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        plain_data(folder / "data")
        found = [
            measure_plain(
                "(a) plain Rasa, default recipe",
                DEFAULT_RECIPE,
                folder / "data",
                folder / "a",
                sizes,
            ),
            measure_plain(
                "(b) plain Rasa, Marie’s pipeline",
                ours,
                ROOT / "bot" / "data",
                folder / "b",
                sizes,
            ),
            measure_marie(folder / "c", sizes),
        ]
    print(report(found))
    if arguments.picture:
        PICTURE.write_text(picture(found), encoding="utf-8")


if __name__ == "__main__":
    main()
