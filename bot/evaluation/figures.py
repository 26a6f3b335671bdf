"""Figures of understanding, from how each held-out question was read. Pure, standard library only.

Topics are judged by what Marie does with the message (`intent`); calibration by her likeliest topic
and its probability (`best`, `confidence`), before doubt has its say.
"""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OUTSIDE = "out_of_scope"
REFUSED = frozenset({OUTSIDE, "clarify"})
KEPT = 0.95
"""The share of the questions in scope that must pass when rejection is compared."""
BINS = 10
TARGETS = {
    "topic_right": "≥ 0.92",
    "family_right": "≥ 0.96",
    "macro_f1": "≥ 0.90",
    "in_scope_kept": "≥ 0.95",
    "foreign_refused": "≥ 0.80",
    "refused_at_95_kept": "≥ 0.80",
    "calibration_error": "≤ 0.05",
    "milliseconds_p50": "≤ 12",
    "milliseconds_p95": "≤ 25",
}


@dataclass(frozen=True)
class Read:
    """One question: what it is about, and how it was read in how many seconds.

    `scope`: the higher, the surer that the message is about what Marie knows (any unit).
    """

    topic: str
    text: str
    intent: str
    best: str
    confidence: float
    scope: float
    seconds: float

    @property
    def right(self) -> bool:
        return self.intent == self.topic


def figures(reads: Sequence[Read]) -> dict[str, float]:
    """All figures that have a target, and those that explain them."""
    inside = [read for read in reads if read.topic != OUTSIDE]
    outside = [read for read in reads if read.topic == OUTSIDE]
    times = sorted(read.seconds * 1000 for read in reads)
    return {
        "topic_right": share(read.right for read in inside),
        "family_right": share(family(read.intent) == family(read.topic) for read in inside),
        "macro_f1": macro_f1(inside),
        "likeliest_topic_right": share(read.best == read.topic for read in inside),
        "likeliest_family_right": share(family(read.best) == family(read.topic) for read in inside),
        "in_scope_kept": share(read.intent not in REFUSED for read in inside),
        "foreign_refused": share(read.intent in REFUSED for read in outside),
        "scope_auroc": auroc([r.scope for r in inside], [r.scope for r in outside]),
        "refused_at_95_kept": refused_at(
            KEPT, [r.scope for r in inside], [r.scope for r in outside]
        ),
        "calibration_error": sum(
            abs(confidence - right) * count for confidence, right, count in reliability(inside)
        )
        / max(len(inside), 1),
        "milliseconds_p50": times[len(times) // 2],
        "milliseconds_p95": times[int(len(times) * 0.95)],
    }


def topics(reads: Sequence[Read]) -> dict[str, dict[str, Any]]:
    """Of each topic asked about: how often, recall, precision, and what it was taken for."""
    by_topic: dict[str, list[Read]] = defaultdict(list)
    for read in reads:
        by_topic[read.topic].append(read)
    said = Counter(read.intent for read in reads)
    return {
        topic: {
            "asked": len(asked),
            "recall": share(read.right for read in asked),
            "precision": sum(read.right for read in asked) / max(said[topic], 1),
            "taken_for": dict(Counter(r.intent for r in asked if not r.right).most_common()),
        }
        for topic, asked in sorted(by_topic.items())
    }


def confusions(reads: Sequence[Read]) -> list[tuple[str, str, int]]:
    """Pairs of topics that are taken for one another in either direction, the commonest first."""
    pairs = Counter(
        (min(read.topic, read.intent), max(read.topic, read.intent))
        for read in reads
        if not read.right
    )
    return [(one, other, count) for (one, other), count in pairs.most_common()]


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
    return sum(2 * right[topic] / (said[topic] + asked[topic]) for topic in asked) / max(
        len(asked), 1
    )


def reliability(reads: Sequence[Read]) -> list[tuple[float, float, int]]:
    """Mean confidence, share right and number of the reads in each bin of confidence."""
    bins: dict[int, list[Read]] = defaultdict(list)
    for read in reads:
        bins[min(int(read.confidence * BINS), BINS - 1)].append(read)
    return [
        (
            sum(read.confidence for read in group) / len(group),
            share(read.best == read.topic for read in group),
            len(group),
        )
        for _, group in sorted(bins.items())
    ]


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """The chance that a message in scope scores higher than a foreign one; equal counts half."""
    ordered = sorted(outside)
    wins = sum(
        (bisect.bisect_left(ordered, score) + bisect.bisect_right(ordered, score)) / 2
        for score in inside
    )
    return wins / max(len(inside) * len(outside), 1)


def refused_at(kept: float, inside: Sequence[float], outside: Sequence[float]) -> float:
    """The share of foreign messages below the score that the share `kept` of the others reach."""
    ordered = sorted(inside)
    least = ordered[int(len(ordered) * (1 - kept))]
    return share(score < least for score in outside)


def as_lines(summary: Mapping[str, float], reads: Sequence[Read]) -> list[str]:
    """A table of the topics and one of the figures, for a terminal."""
    lines = [f"{'topic':22}{'asked':>6}{'recall':>8}{'precision':>11}  taken for"]
    for topic, row in topics(reads).items():
        wrong = ", ".join(f"{name} {count}" for name, count in list(row["taken_for"].items())[:3])
        lines.append(
            f"{topic:22}{row['asked']:6}{row['recall']:8.2f}{row['precision']:11.2f}  {wrong}"
        )
    lines += ["", "taken for one another"]
    lines += [f"  {one} / {other}: {count}" for one, other, count in confusions(reads)[:10]]
    lines.append("")
    return lines + [
        f"{name:24}{figure:8.3f}  {TARGETS.get(name, '')}".rstrip()
        for name, figure in summary.items()
    ]
