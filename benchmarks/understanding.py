"""How well Marie understands questions that training never saw, one table (in Rasa's environment).

`.venv-rasa/bin/python -m benchmarks.understanding [MODEL]`; without MODEL the newest in bot/models.
The whole pipeline reads each question of tests/questions, as it reads a visitor's.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE = "out_of_scope"
REFUSED = {OUTSIDE, "clarify"}
GENERAL = "general"


@dataclass(frozen=True)
class Read:
    """One question: what it is about, and how it was read in how many seconds."""

    topic: str
    text: str
    intent: str
    best: str
    confidence: float
    seconds: float

    @property
    def right(self) -> bool:
        return self.intent == self.topic


def main() -> int:
    """Read every question and print the figures."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    models = sorted(
        (ROOT / "bot" / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime
    )
    if len(sys.argv) < 2 and not models:
        print("No model in bot/models: `make run` trains one.")
        return 1
    model = sys.argv[1] if len(sys.argv) > 1 else str(models[-1])
    reads = asyncio.run(read_all(model, questions()))
    print(f"{len(reads)} questions, model {Path(model).name}\n")
    print_topics(reads)
    print_summary(reads)
    return 0


def questions() -> list[tuple[str, str]]:
    """Topic and text of every held-out question."""
    return [
        (question["topic"], question["text"])
        for path in sorted((ROOT / "tests" / "questions").glob("*.yml"))
        for question in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


async def read_all(model: str, asked: Sequence[tuple[str, str]]) -> list[Read]:
    """Each question through the model's pipeline, one at a time."""
    # Rasa's environment alone has it, and takes seconds to import.
    agents: Any = importlib.import_module("rasa.core.agent")
    channels: Any = importlib.import_module("rasa.core.channels.channel")
    message = channels.UserMessage
    # Rasa would print every sentence that it reads.
    importlib.import_module("rasa.utils.log_utils").configure_structlog(logging.WARNING)
    agent = agents.Agent.load(model)
    processor = agent.processor
    assert processor is not None
    metadata = {"said_at": "2026-11-22T12:00:00.000Z"}
    await processor.parse_message(message("bonjour tout le monde", metadata=metadata))
    reads = []
    for topic, text in asked:
        started = time.perf_counter()
        parsed: dict[str, Any] = await processor.parse_message(message(text, metadata=metadata))
        seconds = time.perf_counter() - started
        intent, ranking = parsed["intent"], parsed["intent_ranking"]
        forced = intent["confidence"] == 1.0
        reads.append(
            Read(
                topic,
                text,
                intent["name"],
                intent["name"] if forced else ranking[0]["name"],
                float(intent["confidence"] if forced else ranking[0]["confidence"]),
                seconds,
            )
        )
    return reads


def print_topics(reads: Sequence[Read]) -> None:
    """Recall and precision of each topic, and what it was taken for."""
    by_topic: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        by_topic[read.topic].append(read)
    said = Counter(read.intent for read in reads)
    print(f"{'topic':22}{'asked':>6}{'right':>7}{'recall':>8}{'precision':>11}  taken for")
    for topic, asked in sorted(by_topic.items()):
        right = sum(read.right for read in asked)
        wrong = Counter(read.intent for read in asked if not read.right).most_common(3)
        print(
            f"{topic:22}{len(asked):6}{right:7}{right / len(asked):8.2f}"
            f"{right / max(said[topic], 1):11.2f}  "
            + ", ".join(f"{name} {count}" for name, count in wrong)
        )


def print_summary(reads: Sequence[Read]) -> None:
    """The figures that have a target, beside it."""
    inside = [read for read in reads if read.topic != OUTSIDE]
    outside = [read for read in reads if read.topic == OUTSIDE]
    times = sorted(read.seconds * 1000 for read in reads)
    rows = [
        ("topic right", share(read.right for read in inside), "≥ 92 %"),
        ("family right", share(family(r.intent) == family(r.topic) for r in inside), "≥ 96 %"),
        ("macro-F1", macro_f1(inside), "≥ 0.90"),
        ("likeliest topic right", share(read.best == read.topic for read in inside), ""),
        ("in scope kept", share(read.intent not in REFUSED for read in inside), "≥ 95 %"),
        ("foreign refused", share(read.intent in REFUSED for read in outside), "≥ 80 %"),
        ("calibration error", calibration_error(inside), "≤ 0.05"),
    ]
    print()
    for name, figure, target in rows:
        print(f"{name:24}{figure:8.3f}  {target}")
    print(f"{'milliseconds p50':24}{times[len(times) // 2]:8.1f}  ≤ 12")
    print(f"{'milliseconds p95':24}{times[int(len(times) * 0.95)]:8.1f}  ≤ 25")
    print(
        f"{'megabytes at most':24}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f}"
    )


def family(topic: str) -> str:
    """What the contract scores together: the part before the dot."""
    return topic.split(".", maxsplit=1)[0]


def share(answers: Iterable[bool]) -> float:
    """The share of true ones."""
    listed = list(answers)
    return sum(listed) / max(len(listed), 1)


def macro_f1(reads: Sequence[Read]) -> float:
    """The mean of the topics' F1, over the topics that were asked about."""
    said = Counter(read.intent for read in reads)
    asked = Counter(read.topic for read in reads)
    right = Counter(read.topic for read in reads if read.right)
    return sum(2 * right[topic] / (said[topic] + asked[topic]) for topic in asked) / len(asked)


def calibration_error(reads: Sequence[Read]) -> float:
    """Expected calibration error of the likeliest topic, ten bins of equal width."""
    bins: dict[int, list[Read]] = defaultdict(list)
    for read in reads:
        bins[min(int(read.confidence * 10), 9)].append(read)
    return sum(
        abs(sum(r.confidence for r in group) - sum(r.best == r.topic for r in group))
        for group in bins.values()
    ) / max(len(reads), 1)


if __name__ == "__main__":
    sys.exit(main())
