"""The directory: organisations, schools and services, by kind, by words and by place.

`Directory` answers which resources fit, and how far they are. What people type is understood in
`marie.knowledge.search`, how old a fact may be in `marie.knowledge.freshness`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from marie import clock
from marie.knowledge.engine import Engine, Matches
from marie.knowledge.freshness import DEFAULT_PERIODS, Periods, is_old, last_day
from marie.knowledge.model import ResourceKind
from marie.knowledge.places import Gazetteer, Place
from marie.knowledge.places.model import EARTH_RADIUS_KM
from marie.knowledge.resource_json import region_name
from marie.knowledge.resources import Resource
from marie.knowledge.search import MOST, Candidates, Document, Reading, TextIndex, Tier, order

LOCAL_KM = 60.0
"""A resource this near still serves the place: what serves all of Québec comes after it."""

RINGS_KM = (15.0, LOCAL_KM, 250.0)
"""How far around a place is looked, when more fits than can be weighed one by one."""

CELL = 0.25
"""Degrees of latitude and longitude of the squares by which resources are looked up."""

BUILDINGS = 8
"""How many more are looked at when the buildings of one school count as one."""

SURE_PLACE = 0.8
"""A place in the words of a query counts from this sureness on."""


@dataclass(frozen=True)
class Hit:
    """A resource that fits; `distance_km` in a straight line from the place asked for.

    There is none without a place, to what has no place of its own, and inside a whole region.
    `tier`: where it stands from that place. `also`: other buildings of the same school.
    """

    resource: Resource
    distance_km: float | None = None
    score: float = 0.0
    tier: Tier = Tier.INSIDE
    also: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Page:
    """Some of the `total` hits, best first; `near`: the place asked for or named in the query.

    `inside`: how many stand in that place; `nearby`: how many others within `LOCAL_KM`, None when
    they were not all counted. `narrowed`: what of the narrowing asked for fits any resource.
    """

    total: int
    hits: tuple[Hit, ...]
    near: Place | None = None
    inside: int = 0
    nearby: int | None = None
    narrowed: tuple[str, ...] = ()


def today() -> date:
    """The day in Montréal."""
    return clock.local_date(clock.now())


class Directory:
    """The resources, searched in memory. The order of `resources` breaks ties."""

    def __init__(
        self,
        resources: Sequence[Resource],
        gazetteer: Gazetteer,
        *,
        engine: Engine | None = None,
        periods: Periods = DEFAULT_PERIODS,
        today: Callable[[], date] = today,
        merged: Mapping[str, str] | None = None,
    ) -> None:
        """`engine`: one that was built of the `documents` of these resources.

        `periods`: after how many days a kind is to be reviewed. `merged`: under which id what had
        one of its own is told now.
        """
        self.resources = tuple(resources)
        self.periods = periods
        self.today = today
        self._gazetteer = gazetteer
        self._merged = merged or {}
        self._by_id = {resource.id: position for position, resource in enumerate(resources)}
        self._index = TextIndex(_Documents(self.resources, gazetteer), engine)
        points = [_point(resource, gazetteer) for resource in resources]
        self._points = np.radians(np.array(points, dtype=np.float64).reshape(-1, 2))
        self._parts = np.array([resource.parent is not None for resource in resources], dtype=bool)
        codes = [resource.municipality_code or "" for resource in resources]
        self._codes = np.array(codes, dtype="U5")
        self._regions = np.array([resource.region or "" for resource in resources], dtype="U2")
        self._located = np.array([_is_located(resource) for resource in resources], dtype=bool)
        last = [last_day(resource, periods) for resource in resources]
        self._last = np.array([day.toordinal() for day in last], dtype=np.int64)
        self._inside: dict[str, NDArray[np.str_]] = {}

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id, or into which this one was merged, however old."""
        position = self._by_id.get(self._merged.get(resource_id, resource_id))
        return None if position is None else self.resources[position]

    def search(
        self,
        query: str = "",
        *,
        near: Place | None = None,
        kinds: Collection[ResourceKind] = (),
        narrowed: Collection[str] = (),
        limit: int = 10,
        offset: int = 0,
        distinct: bool = False,
    ) -> Page:
        """What fits the words and the kinds, best first; what is too old to be said is left out.

        With a place (`near`, or one that the query names): what is in it, then what is within
        `LOCAL_KM`, then what serves its region and all of Québec, then the nearest elsewhere. A
        resource whose very name is the query comes before all. `narrowed`: what
        `narrowing` found, for a search without words. `distinct`: a school's buildings are one.
        """
        exact: frozenset[int] = frozenset()
        if near is None and query and (near := self._place_in(query)) is not None:
            # The town may be a part of the name that is looked for.
            exact = self._index.named_so(query)
        without = near.name if near else ""
        reading = self._index.read(query, kinds, without=without, lenient=near is not None)
        reading = reading or self._index.everything(kinds, narrowed)
        exact |= reading.exact
        matches = self._matches(reading, near, (offset + limit) * (BUILDINGS if distinct else 1))
        matches = _with(matches, exact)
        fresh = self._last[matches.positions] >= self.today().toordinal()
        total = matches.total - int(np.count_nonzero(~fresh))
        candidates = self._candidates(matches.positions[fresh], matches.scores[fresh], near, exact)
        ordered = order(candidates)
        also: dict[int, list[Resource]] = {}
        if distinct:
            ordered, also = self._distinct(candidates, ordered)
        tiers = candidates.tiers[ordered]
        return Page(
            total,
            tuple(self._hits(candidates, ordered[offset : offset + limit], also)),
            near,
            inside=int(np.count_nonzero(tiers == Tier.INSIDE)),
            nearby=int(np.count_nonzero(tiers == Tier.NEARBY)) if total <= MOST else None,
            narrowed=reading.required,
        )

    def called(self, text: str, kinds: Collection[ResourceKind] = ()) -> tuple[Resource, ...]:
        """The resources that a sentence calls by their name, best first; what is old is left out.

        « le téléphone du cégep de Jonquière », « l’adresse du CPE La petite école ».
        """
        today = self.today().toordinal()
        found = self._index.called(text, kinds)
        return tuple(self.resources[each] for each in found if self._last[each] >= today)

    def is_old(self, resource: Resource) -> bool:
        """Whether what is told of it is to be checked again before anybody counts on it."""
        return is_old(resource, self.periods, self.today())

    def distance(self, resource: Resource, place: Place) -> float | None:
        """Kilometres in a straight line from a place; None for what has no place of its own."""
        position = self._by_id[resource.id]
        far = float(_distances(self._points[position : position + 1], place)[0])
        return None if math.isnan(far) or not self._located[position] else far

    def buildings(self, resource: Resource) -> tuple[Resource, ...]:
        """The other buildings of the same school."""
        if resource.kind != "school":
            return ()
        key = _building(resource)
        return tuple(each for each in self.resources if each != resource and _building(each) == key)

    def _distinct(
        self, candidates: Candidates, ordered: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], dict[int, list[Resource]]]:
        """The first building of each school, and by its index the others."""
        first: dict[tuple[str | None, ...], int] = {}
        also: dict[int, list[Resource]] = {}
        for index in ordered.tolist():
            resource = self.resources[int(candidates.positions[index])]
            key = _building(resource) if resource.kind == "school" else (resource.id,)
            kept = first.setdefault(key, index)
            if kept != index:
                also.setdefault(kept, []).append(resource)
        return np.fromiter(first.values(), dtype=np.int64), also

    def narrowing(self, text: str, kinds: Collection[ResourceKind]) -> tuple[str, ...]:
        """What a sentence says of which of the kinds are meant, for `search`."""
        return self._index.narrowing(text, kinds)

    def names_kind(self, text: str, kinds: Collection[ResourceKind]) -> bool:
        """Whether a sentence has a word for one of the kinds: « garderie »."""
        return self._index.names_kind(text, kinds)

    def _place_in(self, query: str) -> Place | None:
        """The one place that a query names without doubt."""
        mentions = self._gazetteer.find(query)
        if len(mentions) != 1 or len(mentions[0].candidates) != 1:
            return None
        return mentions[0].place if mentions[0].score >= SURE_PLACE else None

    def _matches(self, reading: Reading, near: Place | None, wanted: int) -> Matches:
        """All that fits, or when that is too much the best and the nearest of it."""
        total = 0 if near is None else self._index.fetch(reading, limit=1).total
        if near is None or total <= MOST:
            return self._index.fetch(reading, limit=max(MOST, wanted))
        parts: list[Matches] = []
        for areas in self._areas(near):
            parts.append(self._index.fetch(reading, areas, max(MOST, wanted)))
            found = np.unique(np.concatenate([part.positions for part in parts]))
            if len(found) >= wanted + len(reading.named):
                break
        else:
            parts.append(self._index.fetch(reading, limit=max(MOST, wanted)))
        return _joined(parts, total)

    def _areas(self, near: Place) -> Iterator[set[str]]:
        """Ever larger areas around a place; what has no place of its own is in each of them."""
        inside = {f"m:{code}" for code in self._codes_inside(near).tolist()}
        if near.kind == "region":
            inside.add(f"r:{near.region}")
        yield inside
        for radius in RINGS_KM:
            yield inside | {"none"} | set(_cells_around(near, radius))

    def _candidates(
        self,
        positions: NDArray[np.int64],
        scores: NDArray[np.float64],
        near: Place | None,
        exact: Collection[int],
    ) -> Candidates:
        tiers = np.zeros(len(positions), dtype=np.int64)
        distances = np.full(len(positions), math.inf)
        if near is not None:
            tiers, distances = self._standing(positions, near)
        if exact:
            tiers = np.where(np.isin(positions, list(exact)), int(Tier.NAMED), tiers)
        return Candidates(positions, scores, tiers, distances, self._parts[positions])

    def _standing(
        self, positions: NDArray[np.int64], near: Place
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Tier and distance (infinite where none is said) of each position."""
        located = self._located[positions]
        distances = _distances(self._points[positions], near)
        distances = np.where(located & ~np.isnan(distances), distances, math.inf)
        inside = np.isin(self._codes[positions], self._codes_inside(near)) & located
        regions = self._regions[positions]
        if near.municipality is None:
            if near.kind == "region":
                inside |= located & (regions == near.region)
            distances = np.where(inside, math.inf, distances)
        serving = [code for code in np.unique(regions).tolist() if self._serves(code, near)]
        tiers = np.select(
            [
                inside,
                located & (distances <= LOCAL_KM),
                located,
                regions == "",
                np.isin(regions, serving),
            ],
            [Tier.INSIDE, Tier.NEARBY, Tier.FARTHER, Tier.SERVES_ALL, Tier.SERVES_REGION],
            default=Tier.OTHER_REGION,
        )
        return tiers.astype(np.int64), distances

    def _serves(self, region: str, near: Place) -> bool:
        """Whether what serves a region as a whole serves a place."""
        whole = f"region:{region}"
        return bool(region) and (
            self._gazetteer.contains(whole, near) or self._gazetteer.contains(near, whole)
        )

    def _codes_inside(self, near: Place) -> NDArray[np.str_]:
        """The codes of the municipalities in a place; a borough's is its town's."""
        codes = self._inside.get(near.id)
        if codes is None:
            if near.municipality is not None:
                found = [near.municipality]
            else:
                found = [
                    town.municipality or ""
                    for town in self._gazetteer.of_kind("municipality")
                    if self._gazetteer.contains(near, town)
                ]
            codes = self._inside[near.id] = np.array(found, dtype="U5")
        return codes

    def _hits(
        self,
        candidates: Candidates,
        chosen: NDArray[np.int64],
        also: Mapping[int, Sequence[Resource]],
    ) -> Iterator[Hit]:
        for index in chosen.tolist():
            distance = float(candidates.distances[index])
            yield Hit(
                self.resources[int(candidates.positions[index])],
                None if math.isinf(distance) else distance,
                round(float(candidates.scores[index]), 3),
                Tier(int(candidates.tiers[index])),
                tuple(also.get(index, ())),
            )


def _building(resource: Resource) -> tuple[str | None, ...]:
    return (resource.name, resource.organization, resource.municipality_code)


def documents(resources: Sequence[Resource], gazetteer: Gazetteer) -> Iterable[Document]:
    """What the index of a directory is built of."""
    return _Documents(resources, gazetteer)


class _Documents(Sequence[Document]):
    """The resources as documents, each made when it is asked for."""

    def __init__(self, resources: Sequence[Resource], gazetteer: Gazetteer) -> None:
        self._resources = resources
        self._gazetteer = gazetteer

    def __len__(self) -> int:
        return len(self._resources)

    def __getitem__(self, position: int) -> Document:  # type: ignore[override]
        resource = self._resources[position]
        return Document(
            kind=resource.kind,
            name=resource.name,
            keywords=(*resource.keywords, *_said_of(resource)),
            place=resource.municipality or "",
            region=region_name(resource, self._gazetteer) or "",
            description=" ".join(filter(None, (resource.description, resource.organization))),
            everywhere=resource.region is None and not _is_located(resource),
            where=tuple(_where(resource, self._gazetteer)),
        )


def _said_of(resource: Resource) -> Iterator[str]:
    """Words by which what the permit of a daycare says is found."""
    if resource.infants:
        yield "poupon"
    if resource.subsidized:
        yield "subventionné"


def _where(resource: Resource, gazetteer: Gazetteer) -> Iterator[str]:
    if not _is_located(resource):
        yield "none"
        return
    if resource.municipality_code:
        yield f"m:{resource.municipality_code}"
    if resource.region:
        yield f"r:{resource.region}"
    lat, lon = _point(resource, gazetteer)
    if not math.isnan(lat):
        yield _cell(math.floor(lat / CELL), math.floor(lon / CELL))


def _cell(row: int, column: int) -> str:
    return f"c:{row}:{column}"


def _cells_around(near: Place, radius: float) -> Iterator[str]:
    degrees = math.degrees(radius / EARTH_RADIUS_KM)
    wide = degrees / max(math.cos(math.radians(near.lat)), 0.1)
    for row in range(
        math.floor((near.lat - degrees) / CELL), math.floor((near.lat + degrees) / CELL) + 1
    ):
        for column in range(
            math.floor((near.lon - wide) / CELL), math.floor((near.lon + wide) / CELL) + 1
        ):
            yield _cell(row, column)


def _distances(points: NDArray[np.float64], near: Place) -> NDArray[np.float64]:
    """Great-circle distances in km from points in radians; not a number where there is none."""
    lat, lon = math.radians(near.lat), math.radians(near.lon)
    half = (
        np.sin((points[:, 0] - lat) / 2) ** 2
        + np.cos(points[:, 0]) * math.cos(lat) * np.sin((points[:, 1] - lon) / 2) ** 2
    )
    distances: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return distances


def _is_located(resource: Resource) -> bool:
    return resource.municipality_code is not None or resource.lat is not None


def _point(resource: Resource, gazetteer: Gazetteer) -> tuple[float, float]:
    """Where a resource is, or at least its town; not a number where that is unknown."""
    if resource.lat is not None and resource.lon is not None:
        return resource.lat, resource.lon
    town = gazetteer.get(f"municipality:{resource.municipality_code}")
    return (math.nan, math.nan) if town is None else town.point


def _with(matches: Matches, exact: Collection[int]) -> Matches:
    """The matches and what the query names, whether its words were looked for or not."""
    missing = [position for position in exact if position not in set(matches.positions.tolist())]
    if not missing:
        return matches
    return Matches(
        matches.total + len(missing),
        np.append(matches.positions, missing).astype(np.int64),
        np.append(matches.scores, [1.0] * len(missing)),
    )


def _joined(parts: Sequence[Matches], total: int) -> Matches:
    positions = np.concatenate([part.positions for part in parts])
    scores = np.concatenate([part.scores for part in parts])
    distinct, first = np.unique(positions, return_index=True)
    return Matches(total, distinct, scores[first])
