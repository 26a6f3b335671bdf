"""The geometry of the assignment's chart: how far each organisation is from what is due, over time.

Templates draw it; nothing here knows colours, words or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from marie.domain.assignment import Account, OrganizationId

WIDTH, HEIGHT = 720.0, 260.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 150.0, 14.0, 30.0
BOUND = 1.0
"""Nobody is ever this far away."""

LABEL_STEP = 18.0
"""Between two names at the end of their lines."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """An organisation's line: SVG points, where its name stands, and its last deviation."""

    organization: OrganizationId
    points: str
    label_y: float
    last: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything that is drawn, in SVG's units. `levels`: (deviation, y); `ends`: first and last
    place."""

    lines: Sequence[Line]
    levels: Sequence[tuple[float, float]]
    ends: tuple[int, int]
    furthest: float
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def draw(accounts: Iterable[Account]) -> Chart:
    """The chart of a period's accounts in order, the one before the first decision included."""
    moments = list(accounts)
    served = [each for each, quota in sorted(moments[-1].quotas.items()) if quota]
    columns = int(WIDTH - LEFT - RIGHT)
    per_column = max(1, -(-len(moments) // columns))
    drawn = [moments[at : at + per_column] for at in range(0, len(moments), per_column)]
    step = columns / max(1, len(drawn) - 1)
    lines = []
    furthest = 0.0
    for organization in served:
        points: list[str] = []
        last = 0.0
        for number, bucket in enumerate(drawn):
            values = [float(each.deviation(organization)) for each in bucket]
            furthest = max(furthest, *(abs(value) for value in values))
            x = LEFT + number * step
            # A column of many places shows its whole reach; one of a single place is a step.
            shown = [last, values[0]] if per_column == 1 else [min(values), max(values), values[-1]]
            points += [f"{x:.1f},{_y(value):.1f}" for value in shown]
            last = values[-1]
        lines.append((organization, " ".join(points), last))
    labels = _apart([_y(last) for _, _, last in lines])
    return Chart(
        lines=[
            Line(organization=name, points=points, label_y=label, last=last)
            for (name, points, last), label in zip(lines, labels, strict=True)
        ],
        levels=[(level, _y(level)) for level in (BOUND, 0.0, -BOUND)],
        ends=(moments[0].total, moments[-1].total),
        furthest=furthest,
    )


def _y(deviation: float) -> float:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return middle - deviation * (HEIGHT - TOP - BOTTOM) / 2 / (BOUND * 1.15)


def _apart(wanted: Sequence[float]) -> list[float]:
    """The same heights, moved so that no two names cover each other."""
    placed = list(wanted)
    order = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    for before, at in pairwise(order):
        placed[at] = max(placed[at], placed[before] + LABEL_STEP)
    return placed
