"""The geometry of a chart of columns: counts beside each other, one or two of them a step.

Templates draw it; nothing here knows colours, words or pages.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 10.0, 14.0, 42.0
SHARE = 0.72
"""How much of a step its columns fill."""

LABELS = 9
"""Steps that are named at most: more would overlap."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column, in SVG's units. `series`: which of the step's, from 0."""

    x: float
    y: float
    width: float
    height: float
    count: int
    series: int


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything that is drawn. `ticks`: height and count of each line across; `names`: the middle
    of a step and its name."""

    columns: Sequence[Column]
    ticks: Sequence[tuple[float, int]]
    names: Sequence[tuple[float, str]]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def draw(names: Sequence[str], *series: Sequence[int]) -> Chart:
    """The chart of counts by step; each of `series` has a count for each name."""
    most = ceiling(max((count for each in series for count in each), default=0))
    floor = HEIGHT - BOTTOM
    step = (WIDTH - LEFT - RIGHT) / max(1, len(names))
    wide = step * SHARE / max(1, len(series))
    every = max(1, math.ceil(len(names) / LABELS))

    def height(count: int) -> float:
        return round((floor - TOP) * count / most, 1)

    return Chart(
        columns=[
            Column(
                x=round(LEFT + step * (at + (1 - SHARE) / 2) + wide * number, 1),
                y=round(floor - height(count), 1),
                width=round(wide, 1),
                height=height(count),
                count=count,
                series=number,
            )
            for number, each in enumerate(series)
            for at, count in enumerate(each)
            if count
        ],
        ticks=[(round(floor - height(tick), 1), tick) for tick in (0, most // 2, most)],
        names=[
            (round(LEFT + step * (at + 0.5), 1), name)
            for at, name in enumerate(names)
            if at % every == 0
        ],
    )


def ceiling(count: int) -> int:
    """The even round number that a chart's highest line says: 2, 4, 10, 20, 40, 100…"""
    size = 1
    while True:
        for times in (2, 4, 10):
            if count <= times * size:
                return times * size
        size *= 10
