"""A lead's file and its score: what is passed on, where each part of it comes from, how ripe it is.

The score says how far a *project* is, never what a person is worth: status, French, age and family
have no part in it. It orders nothing by itself and refuses nobody; it tells a counsellor what is
settled and what to speak of first. A project that is not ripe goes to Emplois en régions; a ripe
one may be referred to the Place aux jeunes agent of one territory (FAITS E3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

Origin = Literal["message", "form", "button"]
"""Said in passing, answered to a question, or chosen with a button."""

CRITERIA = ("region", "when", "work", "program", "contact")
RIPE_NEEDS = ("region", "when", "work")
"""Without these, no agent of a territory can do anything for a project yet."""

Stage = Literal["exploring", "shaping", "ripe"]
Route = Literal["emplois-en-regions", "place-aux-jeunes"]

FIRST: Route = "emplois-en-regions"
REFERRED: Route = "place-aux-jeunes"

MONTH = timedelta(days=30)


class BadPoints(Exception):
    """Points that lack a criterion, have another one, or do not make 100."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One part of the file: `words` are what the visitor was shown and the counsellor reads.

    `seq`: the visitor's message that says it; None when that is not known any more.
    """

    field: str
    words: str
    origin: Origin
    seq: int | None


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a programme answers, and why."""

    program: str
    name: str
    verdict: str
    because: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Points:
    """What a criterion gave, of `most`. `because` says which case of it held."""

    criterion: str
    points: int
    most: int
    because: str


@dataclass(frozen=True, kw_only=True)
class LeadFile:
    """What is passed on. `regions`: codes, the target first; `languages`: ISO codes but French."""

    told: tuple[Told, ...]
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    programs: tuple[Judged, ...]
    points: tuple[Points, ...]
    score: int
    stage: Stage
    missing: tuple[str, ...]
    route: Route


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the score is made from. `spoken_of`: a region that was only talked about."""

    situation: Mapping[str, Any]
    spoken_of: str | None
    lease_end: date | None
    programs: Sequence[Judged]
    reachable: bool
    today: date


def check_points(points: Mapping[str, int]) -> Mapping[str, int]:
    """The points of each criterion; `BadPoints`."""
    if set(points) != set(CRITERIA) or sum(points.values()) != 100 or min(points.values()) < 0:
        raise BadPoints
    return points


def qualify(
    project: Project,
    *,
    told: Sequence[Told],
    languages: Sequence[str],
    points: Mapping[str, int],
    soon_months: int,
) -> LeadFile:
    """The file of a project. Half of a criterion's points, rounded down, for half of it."""
    levels = {
        "region": _region(project),
        "when": _when(project, soon_months),
        "work": _work(project),
        "program": _program(project),
        "contact": ("reachable", 2) if project.reachable else ("here", 0),
    }
    given = tuple(
        Points(
            criterion=each,
            points=points[each] * levels[each][1] // 2,
            most=points[each],
            because=levels[each][0],
        )
        for each in CRITERIA
    )
    missing = tuple(each for each in RIPE_NEEDS if not levels[each][1])
    stage: Stage = "shaping"
    if levels["region"][1] == 2 and not missing:
        stage = "ripe"
    elif len(missing) == len(RIPE_NEEDS):
        stage = "exploring"
    target = project.situation.get("target_region") or project.spoken_of
    return LeadFile(
        told=tuple(told),
        regions=(target,) if target else (),
        languages=tuple(languages),
        programs=tuple(project.programs),
        points=given,
        score=sum(each.points for each in given),
        stage=stage,
        missing=missing,
        route=REFERRED if stage == "ripe" and _entitled(project, REFERRED) else FIRST,
    )


def _region(project: Project) -> tuple[str, int]:
    if project.situation.get("target_region"):
        return "wanted", 2
    return ("spoken_of", 1) if project.spoken_of else ("unknown", 0)


def _when(project: Project, soon_months: int) -> tuple[str, int]:
    """The moving day, or at least the end of the lease; what has passed tells nothing."""
    day = _day(project.situation.get("move_by"))
    if day is not None and day >= project.today:
        return ("soon", 2) if day <= project.today + soon_months * MONTH else ("later", 1)
    if project.lease_end is not None and project.lease_end >= project.today:
        return "lease", 1
    return "unknown", 0


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _work(project: Project) -> tuple[str, int]:
    situation = project.situation
    if situation.get("has_job_offer"):
        return "offer", 2
    return (
        ("trade", 1) if situation.get("occupation") or situation.get("sector") else ("unknown", 0)
    )


def _program(project: Project) -> tuple[str, int]:
    verdicts = {each.verdict for each in project.programs}
    if "eligible" in verdicts:
        return "eligible", 2
    return ("to_confirm", 1) if "to_confirm" in verdicts else ("none", 0)


def _entitled(project: Project, program: str) -> bool:
    return any(each.program == program and each.verdict == "eligible" for each in project.programs)
