"""A map of Québec drawn from our own coordinates: towns as dots, what is meant as circles. Pure.

Nothing is fetched: the towns themselves draw the land. North of the 51st parallel, where few live,
the map is folded, so that the valley of the Saint-Laurent has room.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from marie.knowledge.places import Gazetteer, Place
from marie.store.card_lists import Spot

FOLD = 51.0
"""The latitude north of which distances are drawn shorter."""

SHORTER = 0.3
WIDTH = 800
MARGIN = 26
MOST_CIRCLES = 400


@dataclass(frozen=True)
class Dot:
    """A town, in the drawing's units."""

    x: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Circle:
    """A place with cards, the larger the more."""

    x: float
    y: float
    radius: float
    name: str
    count: int
    unreachable: int


@dataclass(frozen=True, kw_only=True)
class Label:
    """A region's name where most of its people live."""

    x: float
    y: float
    text: str
    code: str


@dataclass(frozen=True, kw_only=True)
class Map:
    """What is drawn."""

    width: int
    height: int
    dots: tuple[Dot, ...]
    circles: tuple[Circle, ...]
    labels: tuple[Label, ...]


def drawn(gazetteer: Gazetteer, spots: Sequence[Spot], region: str = "") -> Map:
    """The map of the whole, or of one region ("01")."""
    towns = [
        each
        for each in gazetteer.of_kind("municipality")
        if region in ("", "QC") or each.region == region
    ]
    points = [_flat(each.lat, each.lon) for each in towns]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    scale = (WIDTH - 2 * MARGIN) / max(right - left, (bottom - top) * 1.1, 0.2)
    height = round((bottom - top) * scale) + 2 * MARGIN

    def place(lat: float, lon: float) -> tuple[float, float]:
        x, y = _flat(lat, lon)
        # A region that is higher than wide stands in the middle.
        empty = WIDTH - 2 * MARGIN - (right - left) * scale
        return (
            round(MARGIN + empty / 2 + (x - left) * scale, 1),
            round(MARGIN + (y - top) * scale, 1),
        )

    known = {each.municipality: each for each in towns}
    largest = max((spot.count for spot in spots), default=1)
    circles = []
    for spot in spots:
        at = _where(gazetteer, known, spot)
        if at is None:
            continue
        x, y = place(at.lat, at.lon)
        circles.append(
            Circle(
                x=x,
                y=y,
                radius=round(4 + 18 * math.sqrt(spot.count / largest), 1),
                name=spot.municipality or at.name,
                count=spot.count,
                unreachable=spot.unreachable,
            )
        )
    circles.sort(key=lambda each: -each.radius)
    return Map(
        width=WIDTH,
        height=height,
        dots=tuple(Dot(*place(each.lat, each.lon)) for each in towns),
        circles=tuple(circles[:MOST_CIRCLES]),
        labels=tuple(_labels(gazetteer, place, region)),
    )


def _flat(lat: float, lon: float) -> tuple[float, float]:
    folded = lat if lat <= FOLD else FOLD + (lat - FOLD) * SHORTER
    return lon * math.cos(math.radians(47.5)), -folded


def _where(gazetteer: Gazetteer, known: dict[str | None, Place], spot: Spot) -> Place | None:
    if spot.municipality_code is not None:
        return known.get(spot.municipality_code)
    return gazetteer.get(f"region:{spot.region}") if spot.region else None


def _labels(
    gazetteer: Gazetteer, place: Callable[[float, float], tuple[float, float]], region: str
) -> list[Label]:
    found = []
    for each in gazetteer.of_kind("region"):
        if each.region is None or (region not in ("", "QC") and each.region != region):
            continue
        x, y = place(each.lat, each.lon)
        found.append(Label(x=x, y=y, text=each.name, code=each.region))
    return found
