"""Which region to look at first: ranks the host regions on what there is a sourced figure for.

A criterion without data for a region counts neither for nor against it: its weight is shared out
among the others. Nothing is hidden: every region is in the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CRITERIA = ("work", "studies", "closeness", "town")

GOOD = 0.7
POOR = 0.3


@dataclass(frozen=True, kw_only=True)
class RegionFacts:
    """What is known of a region. `unemployment` in per cent, distances in km as the crow flies."""

    code: str
    name: str
    unemployment: float | None
    population: float | None
    colleges: int | None
    universities: int | None
    km_to_montreal: float | None


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A region's score between 0 and 1, and the criteria that speak for and against it."""

    code: str
    name: str
    score: float
    because: tuple[str, ...]
    against: tuple[str, ...]
    unknown: tuple[str, ...]


def rank(regions: Sequence[RegionFacts], weights: Mapping[str, float]) -> list[Ranked]:
    """The regions, best first; ties by name. `weights`: one number from 0 a criterion."""
    scores = {name: _scores(name, regions) for name in CRITERIA}
    ranked = []
    for index, region in enumerate(regions):
        known = {name: value for name in CRITERIA if (value := scores[name][index]) is not None}
        total = sum(weights[name] for name in known)
        score = sum(weights[name] * value for name, value in known.items()) / total if total else 0
        ranked.append(
            Ranked(
                code=region.code,
                name=region.name,
                score=score,
                because=tuple(name for name, value in known.items() if value >= GOOD),
                against=tuple(name for name, value in known.items() if value <= POOR),
                unknown=tuple(name for name in CRITERIA if name not in known),
            )
        )
    return sorted(ranked, key=lambda each: (-each.score, each.name))


def _scores(criterion: str, regions: Sequence[RegionFacts]) -> list[float | None]:
    match criterion:
        case "work":  # a low unemployment rate
            return _scaled([_negative(region.unemployment) for region in regions])
        case "studies":
            return _scaled(
                [
                    None
                    if region.colleges is None or region.universities is None
                    else region.colleges + 2.0 * region.universities
                    for region in regions
                ]
            )
        case "closeness":
            return _scaled([_negative(region.km_to_montreal) for region in regions])
        case _:
            return _scaled([region.population for region in regions])


def _negative(value: float | None) -> float | None:
    return None if value is None else -value


def _scaled(values: Sequence[float | None]) -> list[float | None]:
    """By rank, from 0 (worst) to 1: one extreme region does not flatten the others."""
    known = sorted({value for value in values if value is not None})
    if len(known) < 2:
        return [None for _ in values]
    return [None if value is None else known.index(value) / (len(known) - 1) for value in values]
