"""One resource of the directory, and the reviewed seed that ships (`knowledge/directory/`).

`load_resources` reads `knowledge/directory/<kind>.yml` and takes nothing that is wrong. What
publishers release comes by `marie.knowledge.importers` as the same `Resource`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import yaml

from marie import strict_yaml
from marie.knowledge.file_mistakes import in_french
from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.model import ResourceKind, Source

KINDS: frozenset[str] = frozenset(get_args(ResourceKind))

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REGION = re.compile(r"0[1-9]|1[0-7]")


class HsdsIds(msgspec.Struct, frozen=True):
    """The identifiers that a package of another directory gave its rows; all of them UUIDs."""

    organization: str
    service: str
    location: str | None = None
    service_at_location: str | None = None


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One place or service that a visitor can turn to.

    `municipality` and `municipality_code` (MAMH) are empty when it serves a whole `region` ("01" to
    "17"), or all of Québec when that is empty too. An address or phone is there only when certain.
    `organization`: who runs it, when that is another name. `capacity` and `infants`: places on the
    permit of a daycare, and those for children of 17 months or less. `subsidized`: it has places
    at the reduced contribution. `languages`: those that it serves in, as ISO 639 codes.
    """

    id: str
    name: str
    kind: ResourceKind
    source: Source
    url: str | None = None
    description: str | None = None
    organization: str | None = None
    municipality: str | None = None
    municipality_code: str | None = None
    region: str | None = None
    address: str | None = None
    phone: str | None = None
    other_phones: tuple[str, ...] = ()
    email: str | None = None
    hours: str | None = None
    cost: str | None = None
    eligibility: str | None = None
    languages: tuple[str, ...] = ()
    capacity: int | None = None
    infants: int | None = None
    subsidized: bool | None = None
    lat: float | None = None
    lon: float | None = None
    parent: str | None = None
    keywords: tuple[str, ...] = ()
    hsds: HsdsIds | None = None


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


def _read(path: Path, problems: list[str]) -> Iterator[Resource]:
    try:
        records = strict_yaml.read(path)
    except (OSError, yaml.YAMLError) as error:
        problems.append(f"{path} : {in_french(error)}.")
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
    for url in (resource.url or "", resource.source.url):
        if not url.startswith(("https://", "http://")):
            yield f"« {url} » n’est pas une adresse web"
