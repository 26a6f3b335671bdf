"""Directories in the Human Services Data Specification 3.1: a package of CSV files, or JSON.

CSV: a zip or a folder with `services.csv`, `organizations.csv`… JSON: one service, a list, the
paginated list of an HSDS API (`contents`), or tables by name (`services.csv` or `service`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from msgspec.structs import replace

from marie.knowledge.hsds import COLUMNS, NUMBERS, Row, Tables, Value, read_tables
from marie.knowledge.importers import fields
from marie.knowledge.importers.files import decode as decoded
from marie.knowledge.importers.files import parse_sheet, read_bytes, read_json, unzip
from marie.knowledge.importers.model import Parsed, Record, Rejected, Task, UnreadableFile
from marie.knowledge.model import Source
from marie.knowledge.resources import Resource

ORIGIN = "hsds"

FILES: Mapping[str, str] = {
    "organization": "organizations",
    "service": "services",
    "location": "locations",
    "service_at_location": "service_at_location",
    "address": "addresses",
    "phone": "phones",
    "schedule": "schedules",
    "service_area": "service_areas",
    "language": "languages",
    "cost_option": "cost_options",
    "service_capacity": "service_capacity",
    "attribute": "attributes",
    "metadata": "metadata",
}
"""The files of a CSV package, by table; names of https://docs.openreferral.org/en/v3.1/"""

_TABLES = {file: table for table, file in FILES.items()} | {table: table for table in FILES}
_NESTED: Mapping[str, str] = {
    "phones": "phone",
    "schedules": "schedule",
    "service_areas": "service_area",
    "languages": "language",
    "cost_options": "cost_option",
    "capacities": "service_capacity",
    "addresses": "address",
    "locations": "location",
    "service_at_locations": "service_at_location",
    "services": "service",
    "attributes": "attribute",
    "metadata": "metadata",
}


def read(task: Task) -> Parsed:
    """Every active service at each of its places. A package tells itself completely."""
    records: list[Record] = []
    rejected: list[Rejected] = []
    towns = fields.Towns(task.gazetteer)
    for path in task.paths:
        tables = _tables(path)
        if not tables.get("service"):
            raise UnreadableFile(f"{path.name} : aucun service (« services.csv » ou JSON HSDS).")
        _check(tables, path, rejected)
        for number, (resource, parent) in enumerate(read_tables(tables), start=1):
            del parent
            try:
                known = _checked(resource, task, towns)
            except fields.BadCell as error:
                rejected.append(Rejected(path.name, number, str(error), (resource.name,)))
                continue
            records.append(Record(known, path.stem[:60], number, path.name))
    return Parsed(
        origin=ORIGIN,
        records=tuple(records),
        rejected=tuple(rejected),
        scopes=frozenset(record.scope for record in records),
    )


def _tables(path: Path) -> Tables:
    if path.is_dir():
        members = ((each.name, read_bytes(each)) for each in sorted(path.glob("*.csv")))
        return _from_csv(members)
    if path.suffix == ".zip":
        return _from_csv(unzip(path, lambda name: name.endswith(".csv")))
    return _from_json(read_json(path))


def _from_csv(members: Iterator[tuple[str, bytes]]) -> Tables:
    tables: Tables = {}
    for name, content in members:
        table = _TABLES.get(Path(name).stem)
        if table is None or not content.strip():
            continue
        sheet = parse_sheet(decoded(content, name), name, ("id",))
        tables[table] = [_typed(row.cells) for row in sheet.rows]
    return tables


def _from_json(told: Any) -> Tables:
    tables: Tables = {name: [] for name in COLUMNS}
    if isinstance(told, dict) and isinstance(told.get("contents"), list):
        told = told["contents"]
    if (
        isinstance(told, dict)
        and any(
            Path(key).stem in _TABLES and isinstance(value, list) for key, value in told.items()
        )
        and "id" not in told
    ):
        for key, rows in told.items():
            table = _TABLES.get(Path(key).stem)
            if table is not None and isinstance(rows, list):
                tables[table] += [_typed(row) for row in rows if isinstance(row, dict)]
        return tables
    for each in told if isinstance(told, list) else [told]:
        if isinstance(each, dict):
            _unfold("organization" if "services" in each else "service", each, {}, tables)
    return tables


def _unfold(table: str, node: Mapping[str, Any], links: Mapping[str, str], tables: Tables) -> None:
    """A nested JSON object as rows, each with the identifiers of those around it."""
    row: dict[str, Value] = {**links}
    row |= {key: value for key, value in node.items() if not isinstance(value, dict | list)}
    own = str(node.get("id") or "")
    if table in ("attribute", "metadata"):
        parent = links.get("service_id", "")
        row |= {"link_id": row.get("link_id") or parent}
        row |= {"resource_id": row.get("resource_id") or parent}
        term = node.get("taxonomy_term")
        if isinstance(term, dict):
            row["taxonomy_term_id"] = cast(str, term.get("id"))
    if isinstance(node.get("unit"), dict):
        row["unit_id"] = cast(str, node["unit"].get("id"))
    for key in ("organization", "location"):
        if isinstance(node.get(key), dict):
            row[f"{key}_id"] = str(node[key].get("id") or "")
            _unfold(key, node[key], {}, tables)
    tables[table].append(row)
    below = {f"{table}_id": own}
    for key, nested in node.items():
        target = _NESTED.get(key)
        if target is not None and isinstance(nested, list):
            for each in nested:
                if isinstance(each, dict):
                    _unfold(target, each, below, tables)


def _typed(row: Mapping[str, Any]) -> Row:
    typed: Row = {}
    for key, value in row.items():
        if key in NUMBERS and isinstance(value, str):
            try:
                typed[key] = float(value) if value else None
            except ValueError:
                typed[key] = None
        elif not isinstance(value, dict | list):
            typed[key] = value
    return typed


def _check(tables: Tables, path: Path, rejected: list[Rejected]) -> None:
    """Leave out the services that cannot be told apart or are closed."""
    kept: dict[str, Row] = {}
    for number, row in enumerate(tables["service"], start=1):
        row_id, status = str(row.get("id") or ""), row.get("status") or "active"
        if not row_id or row_id in kept:
            reason = "id : vide" if not row_id else f"id : {row_id} existe deux fois"
        elif status not in ("active", "temporarily closed"):
            reason = f"status : {status}"
        else:
            kept[row_id] = row
            continue
        rejected.append(Rejected(path.name, number, reason, (str(row.get("name")),)))
    tables["service"] = list(kept.values())


def _checked(resource: Resource, task: Task, towns: fields.Towns) -> Resource:
    """With cells that can be shown, and a town that is known."""
    source = resource.source
    spot = fields.point(resource.lat, resource.lon)
    if source.url == "" or source.title == "HSDS":
        told = task.source("hsds")
        source = _named_source(source, told)
    town = None
    if resource.municipality_code:
        town = towns.coded(resource.municipality_code)
    elif resource.municipality:
        town = towns.named(resource.municipality)
    for name in resource.__struct_fields__:
        value = getattr(resource, name)
        for cell in value if isinstance(value, tuple) else (value,):
            if isinstance(cell, str):
                fields.text(cell, name)
    fields.text(source.title, "updated_by")
    known = {f"{number:02d}" for number in range(1, 18)}
    region = resource.region if resource.region in known else None
    return replace(
        resource,
        source=source,
        municipality=town.name if town else resource.municipality,
        municipality_code=resource.municipality_code or (town.municipality if town else None),
        region=region or (town.region if town else None),
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
        url=fields.url(resource.url) if resource.url else None,
    )


def _named_source(source: Source, told: Source) -> Source:
    """A source without a name of its own under that of the package."""
    return replace(
        source,
        title=told.title if source.title == "HSDS" else source.title,
        url=source.url or told.url,
        read_on=source.read_on or told.read_on,
    )
