"""What leaves is HSDS 3.1 as its schemas say, opens rightly in spreadsheets, and comes back."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from msgspec.structs import replace
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from marie.knowledge.export import to_package, to_spreadsheet
from marie.knowledge.importers.diff import Known, compare
from marie.knowledge.importers.hsds_package import FILES
from marie.knowledge.importers.model import Parsed, Task, load_publishers
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.places import Gazetteer
from marie.knowledge.resources import Resource, load_resources
from marie.settings import ROOT
from tests import publishers

SCHEMAS = Path(__file__).parent / "hsds" / "schema"
SHARED = ROOT.parent / "shared" / "data"
TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(ROOT / "knowledge" / "places")


def read(gazetteer: Gazetteer, importer: str, *paths: Path) -> Parsed:
    task = Task(
        paths=paths,
        gazetteer=gazetteer,
        publishers=load_publishers(ROOT / "knowledge"),
        today=TODAY,
    )
    return IMPORTERS[importer](task)


@pytest.fixture(scope="module")
def resources(gazetteer: Gazetteer, tmp_path_factory: pytest.TempPathFactory) -> list[Resource]:
    """The seed, what our small files tell, and one resource that says all that can be said."""
    folder = tmp_path_factory.mktemp("export")
    told = [
        *read(gazetteer, "childcare", publishers.regional(folder / "a.csv")).records,
        *read(
            gazetteer, "schools", publishers.geojson(folder / "s.geojson", publishers.school())
        ).records,
    ]
    found = [*load_resources(ROOT / "knowledge" / "directory"), *(each.resource for each in told)]
    whole = replace(
        found[-1],
        id="whole",
        organization="Les Essais réunis",
        description="Une phrase;\nune autre, « citée »",
        phone="418 555-0101",
        other_phones=("418 555-0102", "1 800 555-0103, poste 4"),
        email="essais@example.org",
        url="https://www.example.org/essais?a=1&b=2",
        hours="Lundi au vendredi, 9 h à 17 h",
        cost="Gratuit",
        eligibility="Pour tous",
        languages=("fr", "en"),
        capacity=60,
        infants=10,
        subsidized=False,
        keywords=("mots", "clés"),
        parent=found[0].id,
        source=replace(found[-1].source, verified_on=TODAY),
    )
    return [*found, whole]


@cache
def _schemas() -> dict[str, Any]:
    return {path.name: json.loads(path.read_bytes()) for path in SCHEMAS.glob("*.json")}


@cache
def validator(name: str) -> Draft202012Validator:
    """HSDS' schema of a table; references lead to the files beside it."""
    registry = Registry().with_resources(
        (file, DRAFT202012.create_resource(contents)) for file, contents in _schemas().items()
    )
    return Draft202012Validator(
        {"$id": f"{name}.json", **_schemas()[f"{name}.json"]},
        registry=registry,
        format_checker=FormatChecker(),
    )


def problems(name: str, instance: object) -> list[str]:
    return [
        f"{list(each.absolute_path)}: {each.message}"
        for each in validator(name).iter_errors(instance)
    ]


def opened(package: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(package))


def table(package: bytes, name: str) -> Iterator[dict[str, str]]:
    with opened(package) as archive:
        return csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode()))


def test_schema_would_see_a_mistake() -> None:
    assert problems("service", {"id": "x", "name": "a"})
    assert problems("service", {"id": 1, "name": "a", "status": "active"})
    with_phone = {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "a",
        "status": "active",
        "phones": [{"number": 5}],
    }
    assert len(problems("service", with_phone)) == 2


def test_every_service_is_as_hsds_says(resources: list[Resource]) -> None:
    with opened(to_package(resources)) as archive:
        services = json.loads(archive.read("services.json"))["contents"]
    assert len(services) == len(resources)
    wrong = {each["name"]: found for each in services if (found := problems("service", each))}
    assert wrong == {}


def test_every_row_of_every_table_is_as_hsds_says(resources: list[Resource]) -> None:
    package = to_package(resources)
    for name, file in FILES.items():
        schema = _schemas()[f"{name}.json"]
        known = schema["properties"]
        rows = list(table(package, file))
        assert rows, name
        assert set(rows[0]) <= set(known), name
        for row in rows:
            typed: dict[str, object] = {
                column: float(cell) if known[column]["type"] in ("number", "integer") else cell
                for column, cell in row.items()
                if cell != ""
            }
            needed = {*schema.get("required", ()), *schema.get("tabular_required", ())}
            empty = {column for column in needed if column in row and row[column] == ""}
            typed |= dict.fromkeys(empty, "")
            missing = needed - set(row) - set(typed)
            assert missing <= {"location", "organization", "service", "unit"}, (name, missing)
            found = [each for each in problems(name, typed) if "is a required" not in each]
            assert found == [], (name, row)


def test_rows_name_rows_that_are_there(resources: list[Resource]) -> None:
    package = to_package(resources)
    ids = {file: {row["id"] for row in table(package, file)} for file in FILES.values()}
    for file, rows in ids.items():
        assert len(rows) == len(list(table(package, file))), file
    for file, column, of in (
        ("services", "organization_id", "organizations"),
        ("service_at_location", "service_id", "services"),
        ("service_at_location", "location_id", "locations"),
        ("phones", "service_id", "services"),
        ("addresses", "location_id", "locations"),
    ):
        assert {row[column] for row in table(package, file)} <= ids[of]
    parents = {row["parent_organization_id"] for row in table(package, "organizations")} - {""}
    assert parents
    assert parents <= ids["organizations"]


def test_same_directory_is_the_same_file(resources: list[Resource]) -> None:
    assert to_package(resources) == to_package(list(resources))


def _write_json(package: bytes, path: Path) -> Path:
    with opened(package) as archive:
        path.write_bytes(archive.read("services.json"))
    return path


def _write_folder(package: bytes, path: Path) -> Path:
    with opened(package) as archive:
        archive.extractall(path)
    return path


def _write_zip(package: bytes, path: Path) -> Path:
    path.write_bytes(package)
    return path


FORMS = {
    "export.zip": _write_zip,
    "export.json": _write_json,
    "export": _write_folder,
}


@pytest.mark.parametrize("form", FORMS)
def test_export_comes_back_without_a_difference(
    gazetteer: Gazetteer, resources: list[Resource], tmp_path: Path, form: str
) -> None:
    path = FORMS[form](to_package(resources), tmp_path / form)
    parsed = read(gazetteer, "hsds", path)
    assert parsed.rejected == ()
    assert len(parsed.records) == len(resources)
    known = {each.id: Known(each, "seed", "seed") for each in resources}
    diff = compare(parsed, known, {each.id: each for each in resources})
    assert diff.changes_nothing
    assert diff.unchanged == len(resources)


@pytest.mark.parametrize("form", FORMS)
def test_what_was_imported_elsewhere_leaves_again_as_it_came(
    gazetteer: Gazetteer, resources: list[Resource], tmp_path: Path, form: str
) -> None:
    """Another Marie, who knows nothing: import → export → import is nothing new."""
    path = FORMS[form](to_package(resources), tmp_path / form)
    first = [record.resource for record in read(gazetteer, "hsds", path).records]
    again = FORMS[form](to_package(first), tmp_path / f"again-{form}")
    parsed = read(gazetteer, "hsds", again)
    known = {each.id: Known(each, "hsds", "export") for each in first}
    diff = compare(parsed, known, {each.id: each for each in first})
    assert diff.changes_nothing
    assert diff.unchanged == len(resources)
    told = {(each.name, each.phone, each.address, each.hours, each.keywords) for each in first}
    assert told == {
        (each.name, each.phone, each.address, each.hours, each.keywords) for each in resources
    }


@pytest.mark.skipif(not SHARED.exists(), reason="the open data is not beside the project")
def test_examples_of_hsds_are_read(gazetteer: Gazetteer) -> None:
    examples = SHARED / "hsds" / "v3.1" / "examples"
    for path in (examples / "csv", examples / "service_full.json", examples / "service_list.json"):
        parsed = read(gazetteer, "hsds", path)
        assert parsed.records or parsed.rejected, path


def test_spreadsheet_says_that_it_is_utf8_and_runs_nothing(
    gazetteer: Gazetteer, resources: list[Resource]
) -> None:
    names = ("=1+1", "+1+cmd|'/c calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
    hostile = [replace(resources[-1], id=f"h{n}", name=name) for n, name in enumerate(names)]
    text = to_spreadsheet([*resources, *hostile], gazetteer)
    assert text.encode().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    assert len(rows) == len(resources) + len(hostile)
    assert [row["name"] for row in rows[-len(hostile) :]] == [f"'{name}" for name in names]
    for row in rows:
        for column, cell in row.items():
            harmless = column in ("lat", "lon") and cell.startswith("-")
            assert harmless or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
