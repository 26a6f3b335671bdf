"""Two sources that tell one resource: how they are found, and how they are spoken as one. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace
from rapidfuzz import fuzz, process

from marie.knowledge.places import distance_km
from marie.knowledge.resources import Resource
from marie.language.folding import fold_key

SAME_NAME = 97.0
ALIKE_NAME = 86.0
SAME_SPOT_KM = 0.4
MOST_COMPARED = 400
"""Resources of a kind in one town that are compared with each other."""
MOST_ALIKE = 5
"""Of these, how many are proposed for one."""

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
    hidden: Collection[str] = (),
) -> list[Resource]:
    """What Marie says: each duplicate inside the resource that is kept, no dead links; by id.

    `hidden`: retired by a person, with what is told inside them; a hidden duplicate adds nothing.
    """
    said = dict(resources)
    for duplicate, kept in merges.items():
        if duplicate in resources and kept in said and duplicate != kept:
            if duplicate not in hidden:
                said[kept] = completed(said[kept], resources[duplicate])
            said.pop(duplicate, None)
    for retired in hidden:
        said.pop(retired, None)
    ids = said.keys()
    return [
        replace(
            resource,
            parent=resource.parent if resource.parent in ids else None,
            url=None if resource.url in dead else resource.url,
        )
        for resource in said.values()
    ]


def followed(merges: Mapping[str, str], said: Collection[str]) -> dict[str, str]:
    """Under which spoken id each duplicate is told, however many steps away."""
    found: dict[str, str] = {}
    for duplicate in merges:
        at, seen = duplicate, {duplicate}
        while at not in said and (step := merges.get(at)) is not None and step not in seen:
            seen.add(step)
            at = step
        if at in said and at != duplicate:
            found[duplicate] = at
    return found


def alike_pairs(
    resources: Iterable[Resource], told_by: Mapping[str, str], most: int = 2000
) -> list[Duplicate]:
    """Resources that may be one, the likeliest first.

    `told_by`: the origin of each id. A source that tells two things apart knows why: two of one
    source are proposed when nothing speaks against it (one name, one spot and one phone).
    """
    by_town: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
    for resource in resources:
        by_town[resource.kind, resource.municipality_code or resource.region or ""].append(resource)
    found: list[Duplicate] = []
    for group in by_town.values():
        names = [fold_key(each.name) for each in group]
        for place, one in enumerate(group):
            near = process.extract(
                names[place],
                names[place + 1 :],
                scorer=fuzz.token_set_ratio,
                score_cutoff=ALIKE_NAME,
                limit=MOST_ALIKE,
            )
            for _, _, step in near:
                other = group[place + 1 + step]
                judged = _compared(one, other)
                if judged is None:
                    continue
                if told_by.get(one.id) == told_by.get(other.id) and not (
                    judged.sure and one.phone and one.phone == other.phone
                ):
                    continue
                found.append(judged)
    found.sort(key=lambda pair: (not pair.sure, -pair.score, pair.kept, pair.duplicate))
    return found[:most]


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


def completed(kept: Resource, duplicate: Resource) -> Resource:
    """What is said of two that are one: the kept one's words, and the other's where it has none."""
    filled = {
        name: getattr(duplicate, name)
        for name in COMPLETED
        if getattr(kept, name) is None and getattr(duplicate, name) is not None
    }
    keywords = tuple(dict.fromkeys((*kept.keywords, *duplicate.keywords)))
    return replace(kept, keywords=keywords, **filled)
