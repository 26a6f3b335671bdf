"""The Ministère de l'Éducation's GeoJSON layers: colleges, universities, public school buildings.

A college or university is known by the ministry's code, a school by its own and its building's. A
private college is a school that gives college programmes: « cégep » is said of public ones alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from marie.knowledge.importers import fields
from marie.knowledge.importers.files import features, read_json
from marie.knowledge.importers.model import Parsed, Record, Rejected, Task, UnreadableFile
from marie.knowledge.model import ResourceKind
from marie.knowledge.resources import Resource

COLLEGES = "meq-college"
SCHOOLS = "meq-ecole"

COLLEGE_KINDS: Mapping[str, ResourceKind] = {
    "Cégep": "cegep",
    "Centre d'enseignement": "cegep",
    "Collège constituant": "cegep",
    "Collège régional": "cegep",
    "Centre collégial de transfert de technologie": "other",
}
_LEVELS = ("PRESC", "PRIM", "SEC", "FORM_PRO", "ADULTE")
_BOARDS = "css_proprietes.json"

Read = Callable[[dict[str, Any], tuple[float, float] | None], Record]


def read_colleges(task: Task) -> Parsed:
    """Colleges and universities; each network (public, private…) is told completely by its file."""

    def record(told: dict[str, Any], spot: tuple[float, float] | None) -> Record:
        original = _original(told)
        university = original.get("ORDRE_ENS") == "Universitaire"
        label = fields.needed(told.get("type"), "type").replace("’", "'")
        publisher = task.publishers["universities" if university else "colleges"]
        keywords = publisher["keywords"]
        code = fields.needed(original.get("CD_ORGNS"), "CD_ORGNS")
        resource = _resource(
            task,
            original,
            spot,
            id=f"meq-{fields.slug(code)}",
            name=fields.needed(original.get("NOM_OFFCL"), "NOM_OFFCL"),
            kind="university" if university else COLLEGE_KINDS.get(label, "school"),
            publisher="universities" if university else "colleges",
            suffix="GDUNO",
            keywords=tuple(keywords if university else keywords.get(label, ())),
        )
        network = fields.text(told.get("reseau")) or "universites"
        return Record(resource, fields.slug(network), 0)

    return _read(task, COLLEGES, record, required="CD_ORGNS")


def read_schools(task: Task) -> Parsed:
    """Public schools by building; a school service centre is told completely by its file."""
    boards = _boards(task.paths)
    publisher = task.publishers["schools"]

    def record(told: dict[str, Any], spot: tuple[float, float] | None) -> Record:
        original = _original(told)
        code = fields.needed(original.get("CD_ORGNS"), "CD_ORGNS")
        building = fields.needed(original.get("CD_IMM"), "CD_IMM")
        board = fields.needed(original.get("CD_CS"), "CD_CS")
        name = fields.needed(original.get("NOM_OFFCL_ORGNS"), "NOM_OFFCL_ORGNS")
        housed = fields.text(original.get("NOM_IMM"), "NOM_IMM")
        keywords = [
            word
            for level in _LEVELS
            if original.get(level)
            for word in publisher["keywords"][level]
        ]
        resource = _resource(
            task,
            original,
            spot,
            id=f"ecole-{fields.slug(code)}-{fields.slug(building)}",
            name=name,
            kind="school",
            publisher="schools",
            suffix="GDUNO_IMM",
            keywords=tuple(keywords),
            organization=boards.get(board) or publisher["organization"].format(code=board),
            description=publisher["building"].format(building=housed)
            if housed and housed != name
            else None,
        )
        return Record(resource, board, 0)

    return _read(task, SCHOOLS, record, required="CD_IMM")


def _read(task: Task, origin: str, record: Read, *, required: str) -> Parsed:
    files = list(_files(task.paths))
    records: list[Record] = []
    rejected: list[Rejected] = []
    ids: dict[str, tuple[str, int]] = {}
    for done, path in enumerate(files):
        task.progress(done, len(files))
        found = features(path)
        if found and required not in _original(found[0].get("properties") or {}):
            raise UnreadableFile(f"{path.name} : « originales.{required} » est absent.")
        for number, feature in enumerate(found, start=1):
            told = feature.get("properties") or {}
            try:
                lon, lat = ((feature.get("geometry") or {}).get("coordinates") or (None, None))[:2]
                one = record(told, fields.point(lat, lon))
                if one.resource.id in ids:
                    msg = "code : déjà à {} n° {}".format(*ids[one.resource.id])
                    raise fields.BadCell(msg)
            except (fields.BadCell, ValueError, TypeError) as error:
                cells = tuple(str(each) for each in _original(told).values())
                rejected.append(Rejected(path.name, number, str(error), cells))
                continue
            ids[one.resource.id] = path.name, number
            records.append(Record(one.resource, one.scope, number, path.name))
    return Parsed(
        origin=origin,
        records=tuple(records),
        rejected=tuple(rejected),
        scopes=frozenset(one.scope for one in records),
    )


def _resource(
    task: Task,
    original: Mapping[str, Any],
    spot: tuple[float, float] | None,
    *,
    suffix: str,
    publisher: str,
    **values: Any,
) -> Resource:
    in_building = suffix.endswith("_IMM")
    code = fields.text(original.get("CD_MUNCP_GDUNO_IMM" if in_building else "CD_MUNCP"))
    town = task.gazetteer.get(f"municipality:{code}")
    column = "NOM_MUNCP_GDUNO_IMM" if in_building else "NOM_MUNCP"
    told = fields.text(original.get(column), column)
    place = town.name if town else told
    lines = [f"ADRS_GEO_L{n}_{suffix}" for n in (1, 2)]
    street = " ".join(filter(None, (fields.text(original.get(line), line) for line in lines)))
    postal = fields.postal_code(original.get(f"CD_POSTL_{suffix}"))
    region = town.region if town else _region_of(spot, task) if spot and place else None
    published = re.sub(
        r"(\d{4})(\d\d)(\d\d)", r"\1-\2-\3", fields.text(original.get("DT_MAJ_GDUNO"))
    )
    return Resource(
        source=task.source(publisher, published or None),
        url=fields.url(original.get("SITE_WEB") or original.get("SITE_WEB_ORGNS")),
        municipality=place or None,
        municipality_code=code if place and re.fullmatch(r"\d{5}", code) else None,
        region=region if place else None,
        address=fields.address(street, place, postal) if place else None,
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
        **values,
    )


def _region_of(spot: tuple[float, float], task: Task) -> str | None:
    """The region of the nearest town that is known."""
    nearest = task.gazetteer.nearest(spot, limit=1)
    return nearest[0][0].region if nearest else None


def _original(told: Mapping[str, Any]) -> Mapping[str, Any]:
    original = told.get("originales")
    return original if isinstance(original, dict) else {}


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.geojson"))
        elif path.suffix == ".geojson" or path.name != _BOARDS:
            yield path


def _boards(paths: tuple[Path, ...]) -> dict[str, str]:
    """Names of the school service centres by code, from the list beside the layers."""
    for path in paths:
        for folder in (path, path.parent, path.parent.parent):
            listed = folder / _BOARDS
            if listed.is_file():
                return {
                    str(each["code"]): fields.text(each["nom"])
                    for each in read_json(listed)
                    if isinstance(each, dict) and "code" in each and "nom" in each
                }
    return {}
