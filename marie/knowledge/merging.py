"""Two sources that tell one resource: how they are found, and how they are spoken as one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace
from rapidfuzz import fuzz

from marie.knowledge.places import distance_km
from marie.knowledge.resources import Resource
from marie.language.folding import fold_key

SAME_NAME = 97.0
ALIKE_NAME = 86.0
SAME_SPOT_KM = 0.4
MOST_COMPARED = 400
"""Resources of a kind in one town that are compared with each other."""

COMPLETED = (
    "url",
    "description",
    "organization",
    "address",
    "phone",
    "email",
    "hours",
    "cost",
    "eligibility",
    "capacity",
    "infants",
    "subsidized",
    "lat",
    "lon",
)
"""Fields that a duplicate fills where the kept resource says nothing."""


@dataclass(frozen=True)
class Duplicate:
    """Two resources that may be one; `sure`: nothing speaks against it. `score`: 0 to 100."""

    duplicate: str
    kept: str
    score: float
    sure: bool


def near_duplicates(new: Iterable[Resource], known: Iterable[Resource]) -> list[Duplicate]:
    """New resources that seem to be known ones: one kind, one town, one name and place.

    What two sources name alike at one spot is sure; alike names or the same phone are proposed.
    """
    by_town: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
    for resource in known:
        if resource.municipality_code:
            by_town[resource.kind, resource.municipality_code].append(resource)
    found = []
    for resource in new:
        others = by_town.get((resource.kind, resource.municipality_code or ""), [])
        judged = [
            (each, other)
            for other in others[:MOST_COMPARED]
            if other.id != resource.id and (each := _compared(resource, other)) is not None
        ]
        if judged:
            best, _ = max(judged, key=lambda pair: (pair[0].sure, pair[0].score, pair[1].id))
            found.append(best)
    return found


def spoken(
    resources: Mapping[str, Resource],
    merges: Mapping[str, str],
    dead: Collection[str] = (),
) -> list[Resource]:
    """What Marie says: each duplicate inside the resource that is kept, no dead links; by id."""
    said = dict(resources)
    for duplicate, kept in merges.items():
        if duplicate in resources and kept in said and duplicate != kept:
            said[kept] = _completed(said[kept], resources[duplicate])
            said.pop(duplicate, None)
    ids = said.keys()
    return [
        replace(
            resource,
            parent=resource.parent if resource.parent in ids else None,
            url=None if resource.url in dead else resource.url,
        )
        for resource in said.values()
    ]


def _compared(one: Resource, other: Resource) -> Duplicate | None:
    score = fuzz.token_set_ratio(fold_key(one.name), fold_key(other.name))
    whole = fuzz.token_sort_ratio(fold_key(one.name), fold_key(other.name))
    spot = _distance(one, other)
    same_phone = bool(one.phone) and one.phone == other.phone
    near = spot is not None and spot <= SAME_SPOT_KM
    if near and (score >= SAME_NAME or whole >= ALIKE_NAME):
        return Duplicate(one.id, other.id, score, sure=True)
    if score >= SAME_NAME or (same_phone and score >= ALIKE_NAME) or (near and score >= ALIKE_NAME):
        return Duplicate(one.id, other.id, score, sure=False)
    return None


def _distance(one: Resource, other: Resource) -> float | None:
    if one.lat is None or one.lon is None or other.lat is None or other.lon is None:
        return None
    return distance_km((one.lat, one.lon), (other.lat, other.lon))


def _completed(kept: Resource, duplicate: Resource) -> Resource:
    filled = {
        name: getattr(duplicate, name)
        for name in COMPLETED
        if getattr(kept, name) is None and getattr(duplicate, name) is not None
    }
    keywords = tuple(dict.fromkeys((*kept.keywords, *duplicate.keywords)))
    return replace(kept, keywords=keywords, **filled)
