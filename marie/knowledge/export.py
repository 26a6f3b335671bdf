"""The directory for others: a package in HSDS 3.1, and one table for spreadsheets. Pure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from marie.knowledge.hsds import (
    COLUMNS,
    KIND_TAXONOMY,
    NUMBERS,
    TERMS,
    UNITS,
    Row,
    Tables,
    tables_of,
)
from marie.knowledge.importers.hsds_package import FILES
from marie.knowledge.places import Gazetteer
from marie.knowledge.resource_json import region_name
from marie.knowledge.resources import Resource
from marie.knowledge.spreadsheet import to_csv

SPREADSHEET_MARK = "\ufeff"
"""What tells a spreadsheet that a CSV is UTF-8."""

TEXT_COLUMNS = (
    "id",
    "name",
    "kind",
    "description",
    "organization",
    "municipality",
    "region",
    "address",
    "phone",
    "other_phones",
    "email",
    "url",
    "hours",
    "cost",
    "eligibility",
    "languages",
    "capacity",
    "infants",
    "lat",
    "lon",
    "keywords",
)
SOURCE_COLUMNS = ("source", "source_url", "published", "read_on", "verified_on")

_EXTRA: Mapping[str, tuple[str, ...]] = {
    "units": ("id", "name", "scheme", "identifier"),
    "taxonomies": ("id", "name", "description", "version"),
    "taxonomy_terms": ("id", "code", "name", "description", "taxonomy_id"),
}


def to_package(resources: Sequence[Resource]) -> bytes:
    """A zip: each table of HSDS as CSV, `datapackage.json`, and `services.json` (the same, nested).

    The same resources always give the same bytes.
    """
    tables = whole_tables(resources)
    columns = {**{FILES[name]: names for name, names in COLUMNS.items()}, **_EXTRA}
    rows = {FILES[name]: tables[name] for name in COLUMNS} | _extra_rows()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, names in columns.items():
            lines = ([row.get(name) for name in names] for row in rows[file])
            _add(archive, f"{file}.csv", to_csv(names, lines, guarded=False).encode())
        _add(archive, "datapackage.json", msgspec.json.encode(_datapackage(columns)))
        nested = {"contents": list(to_services(tables))}
        _add(archive, "services.json", msgspec.json.encode(nested))
    return out.getvalue()


def to_spreadsheet(resources: Iterable[Resource], gazetteer: Gazetteer) -> str:
    """One line a resource, with the mark of UTF-8, no cell of which a spreadsheet runs."""
    lines = []
    for resource in resources:
        source = resource.source
        cells = [_cell(getattr(resource, name)) for name in TEXT_COLUMNS]
        cells[TEXT_COLUMNS.index("region")] = region_name(resource, gazetteer)
        dates = [source.published, source.read_on, source.verified_on]
        lines.append([*cells, source.title, source.url, *dates])
    return SPREADSHEET_MARK + to_csv((*TEXT_COLUMNS, *SOURCE_COLUMNS), lines)


def whole_tables(resources: Sequence[Resource]) -> Tables:
    """The tables of all resources; what several share is there once."""
    by_id = {resource.id: resource for resource in resources}
    tables: Tables = {name: [] for name in COLUMNS}
    seen: dict[str, set[Any]] = {name: set() for name in COLUMNS}
    for resource in resources:
        for name, rows in tables_of(resource, by_id.get(resource.parent or "")).items():
            for row in rows:
                if row["id"] not in seen[name]:
                    seen[name].add(row["id"])
                    tables[name].append(row)
    return tables


def to_services(tables: Tables) -> Iterable[dict[str, Any]]:
    """Each service as nested JSON (`service.json` of the specification)."""
    organizations = {row["id"]: _filled(row) for row in tables["organization"]}
    locations = {row["id"]: _filled(row) for row in tables["location"]}
    for row in tables["address"]:
        locations[row["location_id"]].setdefault("addresses", []).append(_filled(row))
    nested: dict[Any, dict[str, Any]] = {}
    for row in tables["service"]:
        service = _filled(row)
        service["organization"] = organizations[row["organization_id"]]
        nested[row["id"]] = service
    for name, key, link in (
        ("phone", "phones", "service_id"),
        ("schedule", "schedules", "service_id"),
        ("service_area", "service_areas", "service_id"),
        ("language", "languages", "service_id"),
        ("cost_option", "cost_options", "service_id"),
        ("service_capacity", "capacities", "service_id"),
        ("service_at_location", "service_at_locations", "service_id"),
        ("attribute", "attributes", "link_id"),
        ("metadata", "metadata", "resource_id"),
    ):
        for row in tables[name]:
            told = _filled(row)
            if name == "metadata":
                told |= {each: row[each] or "" for each in COLUMNS["metadata"]}
            if name == "service_at_location":
                told["location"] = locations[row["location_id"]]
            if name == "service_capacity":
                told["unit"] = {"id": row["unit_id"], "name": UNITS[str(row["unit_id"])]}
            if row.get("taxonomy_term_id"):
                told["taxonomy_term"] = _term(str(row["taxonomy_term_id"]))
            nested[row[link]].setdefault(key, []).append(told)
    return nested.values()


def _extra_rows() -> dict[str, list[Row]]:
    return {
        "units": [
            {"id": unit, "name": name, "scheme": "marie", "identifier": name}
            for unit, name in UNITS.items()
        ],
        "taxonomies": [
            {
                "id": KIND_TAXONOMY,
                "name": "Marie: kinds",
                "description": "What kind of resource it is",
                "version": "1",
            }
        ],
        "taxonomy_terms": [_term(term) | {"taxonomy_id": KIND_TAXONOMY} for term in TERMS],
    }


def _term(term: str) -> Row:
    code = TERMS[term]
    return {"id": term, "code": code, "name": code, "description": code}


def _filled(row: Row) -> dict[str, Any]:
    """A row without what is unknown; what the specification requires stays, empty."""
    return {name: value for name, value in row.items() if value is not None}


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value


def _datapackage(columns: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "name": "marie-directory",
        "profile": "tabular-data-package",
        "version": "3.1.0",
        "resources": [
            {
                "name": file,
                "path": f"{file}.csv",
                "schema": {
                    "primaryKey": "id",
                    "fields": [
                        {"name": name, "type": "number" if name in NUMBERS else "string"}
                        for name in names
                    ],
                },
            }
            for file, names in columns.items()
        ],
    }


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # No date of its own: the same directory is the same file.
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)
