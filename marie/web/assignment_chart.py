"""The geometry of the assignment's chart: how far each organisation is from what is due, over time.

Each organisation has a panel of its own, between the two limits. Templates draw it; nothing here
knows colours, words or pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marie.domain.assignment import Account, OrganizationId

WIDTH, LEFT, RIGHT = 720.0, 150.0, 14.0
PANEL, GAP, TOP, BOTTOM = 76.0, 16.0, 10.0, 28.0
REACH = 1.0
"""Nobody is ever this far away: the limits at the top and the bottom of a panel."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    """An organisation's. `points`: SVG points of a line, or of an `area` from the least to the most
    of each column when there are more places than columns."""

    organization: OrganizationId
    points: str
    area: bool
    limits: tuple[float, float]
    middle: float
    furthest: float
    last: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything that is drawn, in SVG's units. `ends`: the first and the last place."""

    panels: Sequence[Panel]
    ends: tuple[int, int]
    furthest: float
    height: float
    width: float = WIDTH
    left: float = LEFT
    right: float = WIDTH - RIGHT


def draw(accounts: Iterable[Account]) -> Chart:
    """The chart of a period's accounts in order, the one before the first decision included."""
    moments = list(accounts)
    served = [each for each, quota in sorted(moments[-1].quotas.items()) if quota]
    panels = [_panel(moments, each, number) for number, each in enumerate(served)]
    return Chart(
        panels=panels,
        ends=(moments[0].total, moments[-1].total),
        furthest=max((each.furthest for each in panels), default=0.0),
        height=TOP + len(panels) * (PANEL + GAP) + BOTTOM - GAP,
    )


def _panel(moments: Sequence[Account], organization: OrganizationId, number: int) -> Panel:
    values = [float(each.deviation(organization)) for each in moments]
    top = TOP + number * (PANEL + GAP)
    columns = int(WIDTH - LEFT - RIGHT)
    per_column = -(-len(values) // columns)
    shown = [values[at : at + per_column] for at in range(0, len(values), per_column)]
    step = columns / max(1, len(shown) - 1)

    def point(column: int, deviation: float) -> str:
        y = top + PANEL / 2 * (1 - deviation / REACH)
        return f"{LEFT + column * step:.1f},{y:.1f}"

    if per_column > 1:
        upper = [point(at, max(each)) for at, each in enumerate(shown)]
        lower = [point(at, min(each)) for at, each in enumerate(shown)]
        points = [*upper, *reversed(lower)]
    else:
        points = [point(0, values[0])]
        for at in range(1, len(values)):
            points += [point(at, values[at - 1]), point(at, values[at])]
    return Panel(
        organization=organization,
        points=" ".join(points),
        area=per_column > 1,
        limits=(top, top + PANEL),
        middle=top + PANEL / 2,
        furthest=max(map(abs, values)),
        last=values[-1],
    )
