"""A resource in the shape of the Human Services Data Specification 3.1, there and back.

`tables_of` gives the rows that tell one resource; `read_tables` finds the resources that a set of
tables tells, ours or another directory's. Both are pure: the store, the export and the importer
share them, so what leaves and comes back is the same.

Where HSDS has no field of its own: the kind is a taxonomy term; keywords and the reduced
contribution are attributes; the day a source was read is a row of `metadata`; MAMH's code of the
municipality is the location's external identifier. https://docs.openreferral.org/en/v3.1/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import NAMESPACE_URL, uuid5

from marie.knowledge.model import ResourceKind, Source
from marie.knowledge.resources import KINDS, HsdsIds, Resource

Value = str | int | float | None
Row = dict[str, Value]
Tables = dict[str, list[Row]]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "organization": ("id", "name", "description", "website", "parent_organization_id"),
    "service": (
        "id",
        "organization_id",
        "name",
        "description",
        "url",
        "email",
        "status",
        "eligibility_description",
        "assured_date",
    ),
    "location": (
        "id",
        "location_type",
        "name",
        "latitude",
        "longitude",
        "external_identifier",
        "external_identifier_type",
    ),
    "service_at_location": ("id", "service_id", "location_id"),
    "address": (
        "id",
        "location_id",
        "address_1",
        "city",
        "region",
        "state_province",
        "postal_code",
        "country",
        "address_type",
    ),
    "phone": ("id", "service_id", "number", "type"),
    "schedule": ("id", "service_id", "description"),
    "service_area": ("id", "service_id", "name", "extent", "extent_type"),
    "language": ("id", "service_id", "name", "code"),
    "cost_option": ("id", "service_id", "amount_description"),
    "service_capacity": ("id", "service_id", "unit_id", "available", "maximum", "updated"),
    "attribute": ("id", "link_id", "taxonomy_term_id", "link_entity", "value", "label"),
    "metadata": (
        "id",
        "resource_id",
        "resource_type",
        "last_action_date",
        "last_action_type",
        "field_name",
        "previous_value",
        "replacement_value",
        "updated_by",
    ),
}
"""The tables that hold resources, and the columns that are filled in them."""

NUMBERS = frozenset({"latitude", "longitude", "available", "maximum"})

_NAMESPACE = uuid5(NAMESPACE_URL, "https://docs.openreferral.org/en/v3.1/marie")
_CODE_TYPE = "mamh"
_EXTENT = "region-administrative"
_POSTAL = re.compile(r"^(?P<line>.*), (?P<city>[^,]*) (?P<postal>[A-Z]\d[A-Z] \d[A-Z]\d)$")
_UNKNOWN_SOURCE = "HSDS"
_FIRST_DAY = "1970-01-01T00:00:00Z"


def identifier(table: str, key: str) -> str:
    """The UUID of a row, the same each time for the same key."""
    return str(uuid5(_NAMESPACE, f"{table}/{key}"))


UNITS: Mapping[str, str] = {
    identifier("unit", "places"): "places",
    identifier("unit", "infants"): "places-0-17-mois",
}
_PLACES, _INFANTS = UNITS

KIND_TAXONOMY = identifier("taxonomy", "kind")
KIND_TERMS: Mapping[str, str] = {identifier("taxonomy_term", kind): kind for kind in sorted(KINDS)}
KEYWORD, SUBSIDIZED = "keyword", "subsidized"
TERMS: Mapping[str, str] = {
    **KIND_TERMS,
    **{identifier("taxonomy_term", label): label for label in (KEYWORD, SUBSIDIZED)},
}
"""Codes of all terms that attributes have, by UUID."""


def ids_of(resource: Resource) -> HsdsIds:
    """The UUIDs under which a resource is told: its own, or those that it came with."""
    if resource.hsds is not None:
        return resource.hsds
    owner = f"name/{resource.organization}" if resource.organization else f"id/{resource.id}"
    located = resource.municipality is not None or resource.lat is not None
    return HsdsIds(
        organization=identifier("organization", owner),
        service=identifier("service", resource.id),
        location=identifier("location", resource.id) if located else None,
        service_at_location=identifier("service_at_location", resource.id) if located else None,
    )


def reference(ids: HsdsIds) -> str:
    """The one UUID that tells a resource: of the service at its place, or of the service."""
    return ids.service_at_location or ids.service


def tables_of(resource: Resource, parent: Resource | None = None) -> Tables:
    """The rows of one resource; `parent`: the institution of which it is a part."""
    ids = ids_of(resource)
    tables: Tables = {name: [] for name in COLUMNS}
    own = resource.organization or resource.name
    tables["organization"].append(
        {
            "id": ids.organization,
            "name": own,
            "description": own if resource.organization else resource.description or own,
            "website": None if resource.organization else resource.url,
            "parent_organization_id": ids_of(parent).organization if parent else None,
        }
    )
    tables["service"].append(
        {
            "id": ids.service,
            "organization_id": ids.organization,
            "name": resource.name,
            "description": resource.description,
            "url": resource.url,
            "email": resource.email,
            "status": "active",
            "eligibility_description": resource.eligibility,
            "assured_date": _iso(resource.source.verified_on),
        }
    )
    _add_location(tables, resource, ids)
    numbers = [number for number in (resource.phone, *resource.other_phones) if number]
    for place, number in enumerate(numbers):
        _add(tables, "phone", ids, place, number=number, type="voice")
    if resource.hours:
        _add(tables, "schedule", ids, 0, description=resource.hours)
    if resource.cost:
        _add(tables, "cost_option", ids, 0, amount_description=resource.cost)
    for place, code in enumerate(resource.languages):
        _add(tables, "language", ids, place, name=code, code=code)
    if ids.location is None:
        area = resource.region or "QC"
        _add(tables, "service_area", ids, 0, name=area, extent=area, extent_type=_EXTENT)
    for unit, places in ((_PLACES, resource.capacity), (_INFANTS, resource.infants)):
        if places is not None:
            place = 0 if unit == _PLACES else 1
            # How many are free is not known; the permit says the most.
            _add(tables, "service_capacity", ids, place, unit_id=unit, available=0,
                 maximum=places, updated=_moment(resource.source))  # fmt: skip
    _add_attributes(tables, resource, ids)
    source = resource.source
    tables["metadata"].append(
        {
            "id": identifier("metadata", ids.service),
            "resource_id": ids.service,
            "resource_type": "service",
            "last_action_date": _iso(source.read_on) or "",
            "last_action_type": "read",
            "field_name": "source",
            "previous_value": source.published or "",
            "replacement_value": source.url,
            "updated_by": source.title,
        }
    )
    return tables


def read_tables(tables: Mapping[str, Iterable[Row]]) -> Iterator[tuple[Resource, str | None]]:
    """Each resource of a set of tables, with the UUID of its parent organization.

    Its id is "hsds-" and `reference`; the caller knows which of those it holds already under an
    id of its own. Empty texts count as absent. Unknown tables and columns are passed over.
    """
    read = _Reader(tables)
    for service in read.rows("service"):
        service_id = str(service["id"])
        places = read.of("service_at_location", service_id)
        for place in places or (None,):
            yield read.resource(service, place)


@dataclass(frozen=True)
class _Where:
    municipality: str | None = None
    code: str | None = None
    region: str | None = None
    address: str | None = None
    lat: float | None = None
    lon: float | None = None


class _Reader:
    """A set of tables, indexed as it is asked for."""

    def __init__(self, tables: Mapping[str, Iterable[Row]]) -> None:
        self._tables = {name: list(rows) for name, rows in tables.items()}
        self._indexes: dict[tuple[str, str], dict[str, list[Row]]] = {}

    def rows(self, table: str) -> list[Row]:
        return self._tables.get(table, [])

    def linked(self, table: str, column: str) -> dict[str, list[Row]]:
        index = self._indexes.get((table, column))
        if index is None:
            found: defaultdict[str, list[Row]] = defaultdict(list)
            for row in self.rows(table):
                if row.get(column):
                    found[str(row[column])].append(row)
            index = self._indexes[table, column] = dict(found)
        return index

    def of(self, table: str, row_id: str, column: str = "service_id") -> list[Row]:
        return self.linked(table, column).get(row_id, [])

    def ordered(self, table: str, service_id: str, column: str = "service_id") -> list[Row]:
        """A service's rows in the order in which `tables_of` numbered them, others after."""
        rows = self.of(table, service_id, column)
        if len(rows) < 2:
            return rows
        numbers = {identifier(table, f"{service_id}/{n}"): n for n in range(len(rows) + 1)}
        return sorted(rows, key=lambda row: numbers.get(str(row["id"]), len(rows)))

    def one(self, table: str, row_id: Value, column: str = "id") -> Row:
        return next(iter(self.of(table, str(row_id), column)), {})

    def resource(self, service: Row, place: Row | None) -> tuple[Resource, str | None]:
        service_id = str(service["id"])
        organization = self.one("organization", service.get("organization_id"))
        ids = HsdsIds(
            organization=str(service.get("organization_id") or identifier("none", service_id)),
            service=service_id,
            location=_text(place, "location_id"),
            service_at_location=_text(place, "id"),
        )
        where = self._where(ids.location, service_id)
        owner = _text(organization, "name")
        name = _text(service, "name") or owner or service_id
        phones = tuple(
            dict.fromkeys(
                number
                for table_id, column in (
                    (ids.service_at_location, "service_at_location_id"),
                    (service_id, "service_id"),
                    (ids.location, "location_id"),
                    (ids.organization, "organization_id"),
                )
                if table_id
                for row in self.ordered("phone", table_id, column)
                if (number := _text(row, "number")) and row.get("type") != "fax"
            )
        )
        hours = [_text(row, "description") for row in self.ordered("schedule", service_id)]
        languages = [
            _text(row, "code") or _text(row, "name") for row in self.ordered("language", service_id)
        ]
        costs = [
            _text(row, "amount_description") or _text(row, "option")
            for row in self.ordered("cost_option", service_id)
        ]
        kind, keywords, subsidized = self._attributes(service_id)
        resource = Resource(
            id=f"hsds-{reference(ids)}",
            name=name,
            kind=kind,
            source=self._source(service),
            url=_text(service, "url") or _text(organization, "website"),
            description=_text(service, "description"),
            organization=owner if owner != name else None,
            municipality=where.municipality,
            municipality_code=where.code,
            region=where.region,
            address=where.address,
            phone=phones[0] if phones else None,
            other_phones=phones[1:],
            email=_text(service, "email"),
            hours="; ".join(filter(None, hours)) or None,
            cost="; ".join(filter(None, costs)) or _text(service, "fees_description"),
            eligibility=_text(service, "eligibility_description"),
            languages=tuple(filter(None, languages)),
            capacity=self._places(service_id, _PLACES),
            infants=self._places(service_id, _INFANTS),
            subsidized=subsidized,
            lat=where.lat,
            lon=where.lon,
            keywords=keywords,
            hsds=ids,
        )
        return resource, _text(organization, "parent_organization_id")

    def _where(self, location_id: str | None, service_id: str) -> _Where:
        if location_id is None:
            extents = [
                _text(row, "extent")
                for row in self.of("service_area", service_id)
                if row.get("extent_type") == _EXTENT
            ]
            region = next(iter(extents), None)
            return _Where(region=None if region == "QC" else region)
        location = self.one("location", location_id)
        address = self.one("address", location_id, "location_id")
        line, city, postal = (_text(address, each) for each in ("address_1", "city", "postal_code"))
        whole = f"{line}, {city} {postal}" if line and city and postal else line
        coded = location.get("external_identifier_type") == _CODE_TYPE
        return _Where(
            municipality=city,
            code=_text(location, "external_identifier") if coded else None,
            region=_text(address, "region"),
            address=whole,
            lat=_number(location, "latitude"),
            lon=_number(location, "longitude"),
        )

    def _attributes(self, service_id: str) -> tuple[ResourceKind, tuple[str, ...], bool | None]:
        kind, keywords, subsidized = "other", [], None
        for row in self.ordered("attribute", service_id, "link_id"):
            value = _text(row, "value") or ""
            if row.get("taxonomy_term_id") in KIND_TERMS:
                kind = KIND_TERMS[str(row["taxonomy_term_id"])]
            elif row.get("label") == SUBSIDIZED:
                subsidized = value == "yes"
            elif value:
                keywords.append(value)
        return cast(ResourceKind, kind), tuple(keywords), subsidized

    def _source(self, service: Row) -> Source:
        row = next(
            (
                row
                for row in self.of("metadata", str(service["id"]), "resource_id")
                if row.get("field_name") == "source"
            ),
            {},
        )
        assured = _text(service, "assured_date")
        return Source(
            title=_text(row, "updated_by") or _UNKNOWN_SOURCE,
            url=_text(row, "replacement_value") or _text(service, "url") or "",
            published=_text(row, "previous_value"),
            read_on=_day(_text(row, "last_action_date")),
            verified_on=_day(assured),
        )

    def _places(self, service_id: str, unit: str) -> int | None:
        for row in self.of("service_capacity", service_id):
            if row.get("unit_id") == unit and (places := _number(row, "maximum")) is not None:
                return int(places)
        return None


def _add(tables: Tables, table: str, ids: HsdsIds, place: int, **values: Value) -> None:
    row_id = identifier(table, f"{ids.service}/{place}")
    tables[table].append({"id": row_id, "service_id": ids.service, **values})


def _add_location(tables: Tables, resource: Resource, ids: HsdsIds) -> None:
    if ids.location is None or ids.service_at_location is None:
        return
    match = _POSTAL.match(resource.address or "")
    if match is None or match["city"] != resource.municipality:
        line, postal = resource.address or "", ""
    else:
        line, postal = match["line"], match["postal"]
    tables["location"].append(
        {
            "id": ids.location,
            "location_type": "physical",
            "name": resource.municipality,
            "latitude": resource.lat,
            "longitude": resource.lon,
            "external_identifier": resource.municipality_code,
            "external_identifier_type": _CODE_TYPE if resource.municipality_code else None,
        }
    )
    tables["service_at_location"].append(
        {
            "id": ids.service_at_location,
            "service_id": ids.service,
            "location_id": ids.location,
        }
    )
    tables["address"].append(
        {
            "id": identifier("address", ids.location),
            "location_id": ids.location,
            "address_1": line,
            "city": resource.municipality or "",
            "region": resource.region,
            "state_province": "QC",
            "postal_code": postal,
            "country": "CA",
            "address_type": "physical",
        }
    )


def _add_attributes(tables: Tables, resource: Resource, ids: HsdsIds) -> None:
    terms = [
        (resource.kind, resource.kind, "kind"),
        *((KEYWORD, keyword, KEYWORD) for keyword in resource.keywords),
    ]
    if resource.subsidized is not None:
        terms.append((SUBSIDIZED, "yes" if resource.subsidized else "no", SUBSIDIZED))
    for place, (term, value, label) in enumerate(terms):
        tables["attribute"].append(
            {
                "id": identifier("attribute", f"{ids.service}/{place}"),
                "link_id": ids.service,
                "taxonomy_term_id": identifier("taxonomy_term", term),
                "link_entity": "service",
                "value": value,
                "label": label,
            }
        )


def _moment(source: Source) -> str:
    day = source.verified_on or source.read_on
    return _FIRST_DAY if day is None else f"{day.isoformat()}T00:00:00Z"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _text(row: Row | None, column: str) -> str | None:
    value = None if row is None else row.get(column)
    return str(value).strip() or None if value is not None else None


def _number(row: Row, column: str) -> float | None:
    try:
        return None if row.get(column) in (None, "") else float(cast(float, row[column]))
    except (TypeError, ValueError):
        return None
