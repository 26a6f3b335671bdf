"""What regions are compared on (`knowledge/places/criteria.yml`) and the sectors that people work
in (`sectors.yml`). Mistakes are French sentences, printed by `marie knowledge check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from marie.knowledge.files import KnowledgeErrors, read
from marie.knowledge.model import RegionProfile, Source

COUNTED = frozenset({"sector", "colleges", "universities"})
"""Measures that are counted from a profile; every other one is `figure:<id>`."""


class Ages(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"first": "from"}):
    """Children from `from` to `until` years, both included."""

    first: int
    until: int


class Raised(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a situation adds to a weight."""

    weight: float
    children: Ages | None = None
    french: tuple[str, ...] = ()


class Opposite(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"pro": "for"}):
    """The other end of a criterion, when it is wanted."""

    label: str
    pro: str
    against: str
    says: tuple[str, ...]


class RegionCriterion(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"pro": "for"}
):
    """A criterion as editors write it; the file's header explains each key."""

    id: str
    label: str
    button: str
    weight: float
    measure: str
    better: Literal["high", "low"]
    pro: str
    against: str
    says: tuple[str, ...]
    source: Source | None = None
    opposite: Opposite | None = None
    raised: Raised | None = None


class Sector(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sector of activity, named as the profiles name it."""

    id: str
    name: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Criteria:
    """Everything that the ranking of regions reads from files."""

    criteria: tuple[RegionCriterion, ...]
    sectors: Mapping[str, Sector]


def load_criteria(knowledge: Path) -> Criteria:
    """`knowledge/places/criteria.yml` and `sectors.yml`; raises `KnowledgeErrors`."""
    folder = knowledge / "places"
    sectors = read(folder / "sectors.yml", tuple[Sector, ...])
    return Criteria(
        criteria=read(folder / "criteria.yml", tuple[RegionCriterion, ...]),
        sectors={sector.id: sector for sector in sectors},
    )


def criteria_problems(knowledge: Path, profiles: Mapping[str, RegionProfile]) -> Iterator[str]:
    """What is wrong in the two files, one sentence each."""
    try:
        known = load_criteria(knowledge)
    except KnowledgeErrors as error:
        yield from error.problems
        return
    for each in known.criteria:
        if each.measure not in COUNTED and not each.measure.startswith("figure:"):
            yield f"Critère « {each.id} » : la mesure « {each.measure} » n’existe pas."
        if each.measure in COUNTED and each.source is None:
            yield f"Critère « {each.id} » : sa source manque."
    names = {sector.name for sector in known.sectors.values()}
    for profile in profiles.values():
        for name in profile.sectors:
            if name not in names:
                yield (
                    f"Région « {profile.name} » : le secteur « {name} » n’est pas dans sectors.yml."
                )
