"""The directory: organisations, schools and services, by kind, by words and by place.

`load_resources` reads `knowledge/directory/<kind>.yml` and takes nothing that is wrong. `Directory`
answers from memory: which resources fit, and how far they are. What people type is understood in
`marie.knowledge.search`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

import msgspec
import yaml

from marie.knowledge.library import KnowledgeErrors
from marie.knowledge.model import ResourceKind, Source
from marie.knowledge.places import Gazetteer, Place, Point, distance_km
from marie.knowledge.search import Candidate, Document, TextIndex, Tier, rank

KINDS: frozenset[str] = frozenset(get_args(ResourceKind))

LOCAL_KM = 60.0
"""A resource this near still serves the place: what serves all of Québec comes after it."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REGION = re.compile(r"0[1-9]|1[0-7]")


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place or service that a visitor can turn to.

    `municipality` and `municipality_code` (MAMH) are empty when it serves a whole `region` ("01" to
    "17"), or all of Québec when that is empty too. An address or phone is there only when certain.
    """

    id: str
    name: str
    kind: ResourceKind
    url: str
    source: Source
    description: str | None = None
    municipality: str | None = None
    municipality_code: str | None = None
    region: str | None = None
    address: str | None = None
    phone: str | None = None
    lat: float | None = None
    lon: float | None = None
    parent: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A resource that fits; `distance_km` in a straight line from the place asked for.

    There is none without a place, to what has no place of its own, and inside a whole region.
    """

    resource: Resource
    distance_km: float | None
    score: float


@dataclass(frozen=True)
class Page:
    """Some of the `total` hits, best first."""

    total: int
    hits: tuple[Hit, ...]


def load_resources(folder: Path) -> list[Resource]:
    """Every resource of `folder`, by file name and then in the order of the file.

    `KnowledgeErrors` names the file and the record of each mistake.
    """
    problems: list[str] = []
    resources: dict[str, Resource] = {}
    for path in sorted(folder.glob("*.yml")):
        for resource in _read(path, problems):
            problems.extend(f"{path} : « {resource.id} » : {said}." for said in _wrong(resource))
            if resource.kind != path.stem:
                problems.append(
                    f"{path} : « {resource.id} » : « kind » vaut « {resource.kind} », "
                    "pas le nom du fichier."
                )
            if resource.id in resources:
                problems.append(f"{path} : « {resource.id} » existe deux fois.")
            resources[resource.id] = resource
    for resource in resources.values():
        if resource.parent is not None and resource.parent not in resources:
            problems.append(
                f"{folder} : « {resource.id} » : le parent « {resource.parent} » n’existe pas."
            )
    if problems:
        raise KnowledgeErrors(problems)
    return list(resources.values())


class Directory:
    """The resources, searched in memory. The order of `resources` breaks ties."""

    def __init__(self, resources: Sequence[Resource], gazetteer: Gazetteer) -> None:
        self.resources = tuple(resources)
        self._gazetteer = gazetteer
        self._by_id = {resource.id: resource for resource in resources}
        self._index = TextIndex([self._document(resource) for resource in resources])

    def get(self, resource_id: str) -> Resource | None:
        """The resource with this id."""
        return self._by_id.get(resource_id)

    def search(
        self,
        query: str = "",
        *,
        near: Place | None = None,
        kinds: Collection[ResourceKind] = (),
        limit: int = 10,
        offset: int = 0,
    ) -> Page:
        """What fits the words and the kinds, best first.

        With a place: what is in it, then what is within `LOCAL_KM`, then what serves its region and
        all of Québec, then the nearest elsewhere.
        """
        scores = self._index.find(query, kinds, without=near.name if near else "")
        if scores is None:
            scores = {
                position: 0.0
                for position, resource in enumerate(self.resources)
                if not kinds or resource.kind in kinds
            }
        ranked = rank(self._candidates(scores, near))
        hits = tuple(
            Hit(self.resources[found.position], found.distance_km, round(found.score, 3))
            for found in ranked[offset : offset + limit]
        )
        return Page(len(ranked), hits)

    def _candidates(self, scores: dict[int, float], near: Place | None) -> Iterator[Candidate]:
        for position, score in scores.items():
            resource = self.resources[position]
            tier, distance = self._standing(resource, near) if near else (Tier.INSIDE, None)
            yield Candidate(
                position=position,
                score=score,
                tier=tier,
                distance_km=distance,
                part=resource.parent is not None,
            )

    def _standing(self, resource: Resource, near: Place) -> tuple[Tier, float | None]:
        if resource.municipality_code is None:
            return self._reach(resource, near), None
        town = self._gazetteer.get(f"municipality:{resource.municipality_code}")
        point = _point(resource, town)
        distance = None if point is None else distance_km(point, near)
        if near.municipality is not None:
            if near.municipality == resource.municipality_code:
                return Tier.INSIDE, distance
        elif self._gazetteer.contains(near, town or f"region:{resource.region}"):
            return Tier.INSIDE, None
        local = distance is not None and distance <= LOCAL_KM
        return (Tier.NEARBY if local else Tier.FARTHER), distance

    def _reach(self, resource: Resource, near: Place) -> Tier:
        """How what has no place of its own serves a place."""
        if resource.region is None:
            return Tier.SERVES_ALL
        region = f"region:{resource.region}"
        overlaps = self._gazetteer.contains(region, near) or self._gazetteer.contains(near, region)
        return Tier.SERVES_REGION if overlaps else Tier.OTHER_REGION

    def _document(self, resource: Resource) -> Document:
        return Document(
            kind=resource.kind,
            name=resource.name,
            keywords=resource.keywords,
            place=resource.municipality or "",
            region=region_name(resource, self._gazetteer) or "",
            description=resource.description or "",
            everywhere=resource.region is None,
        )


def region_name(resource: Resource, gazetteer: Gazetteer) -> str | None:
    """« Bas-Saint-Laurent » for region "01"; None for what serves all of Québec."""
    if resource.region is None:
        return None
    region = gazetteer.get(f"region:{resource.region}")
    return None if region is None else region.name


def map_url(resource: Resource) -> str | None:
    """OpenStreetMap at the resource's point, else a search for its address or its name and town."""
    if resource.lat is not None and resource.lon is not None:
        point = f"{resource.lat:.4f}/{resource.lon:.4f}"
        marker = f"mlat={resource.lat:.4f}&mlon={resource.lon:.4f}"
        return f"https://www.openstreetmap.org/?{marker}#map=16/{point}"
    if resource.municipality is None:
        return None
    asked = resource.address or f"{resource.name}, {resource.municipality}"
    return f"https://www.openstreetmap.org/search?query={quote(asked)}"


def to_json(
    resource: Resource, distance_km: float | None, gazetteer: Gazetteer
) -> dict[str, str | float | None]:
    """A resource as the contract shows it (`resources[]` of a message)."""
    source = resource.source
    return {
        "id": resource.id,
        "name": resource.name,
        "kind": resource.kind,
        "municipality": resource.municipality,
        "region": region_name(resource, gazetteer),
        "address": resource.address,
        "phone": resource.phone,
        "url": resource.url,
        "distance_km": None if distance_km is None else round(distance_km, 1),
        "read_on": source.read_on.isoformat() if source.read_on else None,
        "verified_on": source.verified_on.isoformat() if source.verified_on else None,
        "source": source.title,
        "map_url": map_url(resource),
    }


def _point(resource: Resource, town: Place | None) -> Point | None:
    """Where a resource is, or at least its town."""
    if resource.lat is not None and resource.lon is not None:
        return resource.lat, resource.lon
    return None if town is None else town.point


def _read(path: Path, problems: list[str]) -> Iterator[Resource]:
    try:
        records = yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError) as error:
        problems.append(f"{path} : illisible ({' '.join(str(error).split())}).")
        return
    if not isinstance(records, list):
        problems.append(f"{path} : il faut une liste de ressources.")
        return
    for number, record in enumerate(records, start=1):
        try:
            yield msgspec.convert(record, Resource)
        except msgspec.ValidationError as error:
            problems.append(f"{path} : {_record_name(record, number)} : {error}.")


def _record_name(record: Any, number: int) -> str:
    if isinstance(record, dict) and "id" in record:
        return f"« {record['id']} »"
    return f"ressource n° {number}"


def _wrong(resource: Resource) -> Iterable[str]:
    if not _ID.fullmatch(resource.id):
        yield "« id » ne doit avoir que des minuscules, des chiffres et des traits d’union"
    if not resource.name.strip():
        yield "« name » est vide"
    if (resource.municipality is None) != (resource.municipality_code is None):
        yield "« municipality » et « municipality_code » vont ensemble"
    if resource.municipality is not None and resource.region is None:
        yield "« region » manque"
    if resource.region is not None and not _REGION.fullmatch(resource.region):
        yield f"la région « {resource.region} » n’existe pas"
    if resource.address is not None and resource.municipality is None:
        yield "une adresse demande une municipalité"
    if (resource.lat is None) != (resource.lon is None):
        yield "« lat » et « lon » vont ensemble"
    for url in (resource.url, resource.source.url):
        if not url.startswith(("https://", "http://")):
            yield f"« {url} » n’est pas une adresse web"
