"""Which region to look at first: ranks regions on what there is a sourced figure for.

A criterion counts when at least half of the regions have a measure and these differ; a region
without its measure has that weight shared out among the others. Nothing is hidden: every region is
in the result, and equal scores share a rank.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

GOOD = 0.7
POOR = 0.3
ENOUGH = 0.5
"""Share of the regions that must have a measure for the criterion to rank them."""
MAX_WEIGHT = 5.0

Measures = Mapping[str, Mapping[str, float]]
"""By criterion, then by region code."""


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """What regions are compared on; `better`: which end of the measure is wanted."""

    id: str
    better: Literal["high", "low"]


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One region: `rank` from 1, `score` and `scores` from 0 to 1 (None: no measure).

    `because` and `against` are criteria that speak for and against it, the weightiest first.
    """

    code: str
    rank: int
    score: float
    scores: Mapping[str, float | None]
    because: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """The smallest raise of one weight that puts another region first."""

    criterion: str
    weight: float
    code: str


def available(criteria: Sequence[Criterion], measures: Measures, regions: int) -> frozenset[str]:
    """The criteria that can rank: enough regions are measured, and not all alike."""
    return frozenset(
        each.id
        for each in criteria
        if len(known := measures.get(each.id, {})) >= ENOUGH * regions
        and len(set(known.values())) > 1
    )


def rank(
    codes: Sequence[str],
    criteria: Sequence[Criterion],
    measures: Measures,
    weights: Mapping[str, float],
) -> list[Ranked]:
    """The regions, best first; equal ones share a rank and keep the order of `codes`.

    `weights`: by criterion, from -5 to 5. 0 leaves it out, less than 0 wants its other end.
    """
    scores = _scores(codes, criteria, measures, weights)
    found = [_judge(code, scores, weights) for code in codes]
    best = sorted(found, key=lambda each: -each[1])
    ranked: list[Ranked] = []
    for position, (code, score, known) in enumerate(best, start=1):
        tied = ranked and ranked[-1].score == score
        heaviest = sorted(known, key=lambda name: -abs(weights[name]))
        ranked.append(
            Ranked(
                code=code,
                rank=ranked[-1].rank if tied else position,
                score=score,
                scores={each.id: known.get(each.id) for each in criteria},
                because=tuple(name for name in heaviest if known[name] >= GOOD),
                against=tuple(name for name in heaviest if known[name] <= POOR),
            )
        )
    return ranked


def what_changes_first(
    codes: Sequence[str],
    criteria: Sequence[Criterion],
    measures: Measures,
    weights: Mapping[str, float],
) -> Change | None:
    """The smallest whole step of one weight after which another region comes first, if any."""
    raised = {name: max(weight, 1.0) for name, weight in weights.items() if weight >= 0}
    scores = _scores(codes, criteria, measures, {**weights, **raised})
    first = _first(codes, scores, weights)
    for step in range(1, int(MAX_WEIGHT) + 1):
        for each in criteria:
            weight = weights.get(each.id, 0) + step
            if each.id not in scores or weights.get(each.id, 0) < 0 or weight > MAX_WEIGHT:
                continue
            best = _first(codes, scores, {**weights, each.id: weight})
            if best is not None and best != first:
                return Change(criterion=each.id, weight=weight, code=best)
    return None


def _scores(
    codes: Sequence[str],
    criteria: Sequence[Criterion],
    measures: Measures,
    weights: Mapping[str, float],
) -> dict[str, dict[str, float]]:
    """From 0 to 1, by weighed criterion and region."""
    usable = available(criteria, measures, len(codes))
    return {
        each.id: _scaled(measures[each.id], wanted_high=(each.better == "high") == (weight > 0))
        for each in criteria
        if each.id in usable and (weight := weights.get(each.id, 0)) != 0
    }


def _first(
    codes: Sequence[str], scores: Mapping[str, Mapping[str, float]], weights: Mapping[str, float]
) -> str | None:
    """The one region that comes first; None when several do."""
    judged = sorted(
        ((score, code) for code, score, _ in (_judge(code, scores, weights) for code in codes))
    )
    return None if len(judged) > 1 and judged[-1][0] == judged[-2][0] else judged[-1][1]


def _judge(
    code: str, scores: Mapping[str, Mapping[str, float]], weights: Mapping[str, float]
) -> tuple[str, float, dict[str, float]]:
    known = {
        name: by_code[code]
        for name, by_code in scores.items()
        if code in by_code and weights.get(name)
    }
    total = sum(abs(weights[name]) for name in known)
    score = sum(abs(weights[name]) * value for name, value in known.items())
    return code, round(score / total, 6) if total else 0.0, known


def _scaled(values: Mapping[str, float], *, wanted_high: bool) -> dict[str, float]:
    """By rank, from 0 (worst) to 1: one extreme region does not flatten the others."""
    order = sorted(set(values.values()), reverse=not wanted_high)
    return {code: order.index(value) / (len(order) - 1) for code, value in values.items()}
