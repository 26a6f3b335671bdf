"""A model promoted and taken back while visitors write: `python -m benchmarks.promotion NAME`.

`marie models` lists the names. Marie runs as always; three visitors say something, read the answer
and say the next thing, before, during and after the change to the named model and the way back.
Their logs must hold each message once, with one answer, in order. The choice of model ends as it
began.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.turns import questions
from marie.knowledge.library import Library
from marie.rasa.models import CHOICE, model_in_use
from tests.journeys.people import arrive, check_log
from tests.running import ROOT, RunningMarie, running_marie

VISITORS = 3
PAUSE = 0.5
QUIET = 10.0
"""Seconds of talk before and after each change."""

MODELS = ROOT / "bot" / "models"


@dataclass
class Heard:
    """What visitors heard so far: seconds of each answer, and how many said that Marie cannot
    think."""

    phase: str = "before"
    times: dict[str, list[float]] = field(default_factory=dict)
    sorry: int = 0


async def visitor(marie: RunningMarie, texts: list[str], heard: Heard, sorry: str) -> None:
    """Talk until the phase is « done », then check the whole log."""
    conversation = await arrive(marie.base)
    said: list[str] = []
    while heard.phase != "done":
        phase, text = heard.phase, texts[len(said) % len(texts)]
        begun = time.perf_counter()
        await conversation.say(text)
        heard.times.setdefault(phase, []).append(time.perf_counter() - begun)
        said.append(text)
        await asyncio.sleep(PAUSE)
    log = await conversation.until(2 * len(said) + 1)
    check_log(log, said)
    heard.sorry += sum(each["text"] == sorry for each in log)


async def change(marie: RunningMarie, *command: str) -> tuple[str, float]:
    """Choose another model; its name, once it runs everywhere, and the seconds that took."""
    note = marie.data / "model.json"
    before = json.loads(note.read_text(encoding="utf-8"))
    begun = time.perf_counter()
    await asyncio.to_thread(marie.marie, "models", *command)
    while (now := json.loads(note.read_text(encoding="utf-8"))) == before:  # noqa: ASYNC110 - a file
        await asyncio.sleep(0.1)
    assert now["failed"] is None, now
    return str(now["model"]), time.perf_counter() - begun


async def measure(marie: RunningMarie, name: str) -> None:
    """Print the table."""
    heard = Heard()
    sorry = Library.load(ROOT / "knowledge").phrase("rasa_unavailable")
    texts = [each for each in questions() if not each.startswith("/")]
    async with asyncio.TaskGroup() as group:
        for number in range(VISITORS):
            group.create_task(visitor(marie, texts[number::VISITORS], heard, sorry))
        await asyncio.sleep(QUIET)
        for phase, command in (("promoting", ("promote", name)), ("going back", ("rollback",))):
            heard.phase = phase
            model, seconds = await change(marie, *command)
            print(f"{phase}: {model} runs after {seconds:.0f} s", flush=True)
            heard.phase = f"after {phase}"
            await asyncio.sleep(QUIET)
        heard.phase = "done"
    print("| phase | answers | p50 ms | longest ms |\n|---|---|---|---|")
    for phase, times in heard.times.items():
        found = sorted(times)
        middle, longest = found[len(found) // 2] * 1000, found[-1] * 1000
        print(f"| {phase} | {len(found)} | {middle:.0f} | {longest:.0f} |")
    print(
        f"\nanswers that said « {sorry[:40]}… »: {heard.sorry}; none lost, doubled or out of order"
    )


def main() -> int:
    """Start Marie, change her model and change it back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    name = parser.parse_args().name
    using = model_in_use(MODELS)
    if using is None or using.name.startswith(name):
        print("Name a model that is not in use.")
        return 2
    choice = MODELS / CHOICE
    kept = choice.read_bytes() if choice.exists() else None
    try:
        with tempfile.TemporaryDirectory() as folder, running_marie(Path(folder) / "var") as marie:
            asyncio.run(measure(marie, name))
    finally:
        if kept is None:
            choice.unlink(missing_ok=True)
        else:
            choice.write_bytes(kept)
    return 0


if __name__ == "__main__":
    sys.exit(main())
