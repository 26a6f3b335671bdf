"""The confusion matrix and the reliability curve as PNG (matplotlib comes with Rasa)."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.figures import Read, reliability


def draw(reads: Sequence[Read], folder: Path) -> None:
    """Write `confusion.png` and `reliability.png` into `folder`."""
    matplotlib: Any = importlib.import_module("matplotlib")
    matplotlib.use("Agg")
    plots: Any = importlib.import_module("matplotlib.pyplot")
    _confusion(plots, reads, folder / "confusion.png")
    _reliability(plots, reads, folder / "reliability.png")


def _confusion(plots: Any, reads: Sequence[Read], path: Path) -> None:
    asked = sorted({read.topic for read in reads})
    said = asked + sorted({read.intent for read in reads} - set(asked))
    counts = Counter((read.topic, read.intent) for read in reads)
    totals = Counter(read.topic for read in reads)
    shares = [[counts[topic, intent] / totals[topic] for intent in said] for topic in asked]
    figure, axes = plots.subplots(figsize=(14, 12))
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_xticks(range(len(said)), said, rotation=90, fontsize=7)
    axes.set_yticks(range(len(asked)), asked, fontsize=7)
    axes.set_xlabel("understood as")
    axes.set_ylabel("asked about")
    figure.colorbar(image, shrink=0.6, label="share of the topic's questions")
    _save(plots, figure, path)


def _reliability(plots: Any, reads: Sequence[Read], path: Path) -> None:
    bins = reliability(reads)
    figure, axes = plots.subplots(figsize=(6, 6))
    axes.plot([0, 1], [0, 1], color="grey", linestyle="--", label="honest")
    axes.plot([said for said, _, _ in bins], [right for _, right, _ in bins], marker="o")
    for said, right, count in bins:
        axes.annotate(str(count), (said, right), textcoords="offset points", xytext=(6, -10))
    axes.set_xlabel("confidence")
    axes.set_ylabel("share right")
    axes.legend()
    _save(plots, figure, path)


def _save(plots: Any, figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    plots.close(figure)
