"""MAMH's Répertoire des municipalités (`MUN.csv`): the towns themselves, and their town halls.

Also read: the same joined to coordinates (columns `code`, `nom`, `lat`, `lon`…). One file tells all
of Québec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from marie.knowledge.importers import fields
from marie.knowledge.importers.files import Row, read_sheet
from marie.knowledge.importers.model import (
    Parsed,
    Record,
    Rejected,
    Task,
    Town,
    UnreadableFile,
)
from marie.knowledge.places import Gazetteer, Place
from marie.knowledge.resources import Resource

ORIGIN = "mamh"
COLUMNS = ("mcode", "munnom", "regadm", "mrc")
JOINED = ("code", "nom", "region_code", "mrc_code", "lat", "lon")
METROPOLITAN = "(663)"
"""The code of the Communauté métropolitaine de Montréal in the column `mcm`."""

NO_NAME_YET = "Toponyme à venir"
_CODE = re.compile(r"\((\w+)\)\s*$")


def read(task: Task) -> Parsed:
    """Every municipality with a name, and its town hall as a resource."""
    records: list[Record] = []
    rejected: list[Rejected] = []
    towns: list[Town] = []
    for path in task.paths:
        for row, town in _towns(path, rejected):
            towns.append(town)
            try:
                records.append(_town_hall(row, town, task, path.name))
            except fields.BadCell as error:
                rejected.append(Rejected(path.name, row.number, str(error), row.values()))
    return Parsed(
        origin=ORIGIN,
        records=tuple(records),
        rejected=tuple(rejected),
        scopes=frozenset({"quebec"}),
        towns=tuple(towns),
    )


def _towns(path: Path, rejected: list[Rejected]) -> Iterator[tuple[Row, Town]]:
    try:
        sheet, joined = read_sheet(path, COLUMNS), False
    except UnreadableFile:
        sheet, joined = read_sheet(path, JOINED), True
    seen: dict[str, int] = {}
    for row in sheet.rows:
        try:
            town = _joined(row) if joined else _town(row)
            if town.name == NO_NAME_YET:
                raise fields.BadCell("munnom : pas encore de nom officiel")
            if town.code in seen:
                raise fields.BadCell(f"mcode : {town.code} est déjà à la ligne {seen[town.code]}")
        except fields.BadCell as error:
            rejected.append(Rejected(path.name, row.number, str(error), row.values()))
            continue
        seen[town.code] = row.number
        yield row, town


def _town(row: Row) -> Town:
    code = _municipality_code(row["mcode"], "mcode")
    territory = _coded(row["mrc"])
    division = _coded(row["divrec"])
    return Town(
        code=code,
        name=fields.needed(row["munnom"], "munnom"),
        designation=fields.text(row["mdes"]),
        region=_region(_coded(row["regadm"]), "regadm"),
        mrc=territory or (f"TE-{division}" if division else ""),
        population=fields.whole(row["mpopul"]),
        metropolitan=METROPOLITAN in row["mcm"],
    )


def _joined(row: Row) -> Town:
    division = row["division_code"]
    return Town(
        code=_municipality_code(row["code"], "code"),
        name=fields.needed(row["nom"], "nom"),
        designation=fields.text(row["designation"]),
        region=_region(row["region_code"], "region_code"),
        mrc=row["mrc_code"] or (f"TE-{division}" if division else ""),
        population=fields.whole(row["population_2026"]),
        metropolitan=False,
        point=fields.point(row["lat"], row["lon"]),
    )


def _town_hall(row: Row, town: Town, task: Task, file: str) -> Record:
    told = task.publishers["municipalities"]
    known = task.gazetteer.get(f"municipality:{town.code}")
    place = known or Place(
        id=f"municipality:{town.code}",
        name=town.name,
        kind="municipality",
        region=town.region,
        mrc=town.mrc or None,
        municipality=town.code,
        lat=0.0,
        lon=0.0,
        population=town.population,
        metropolitan=town.metropolitan,
    )
    postal = fields.postal_code(row["mcodpos"] or row["code_postal"])
    street = fields.optional(row["madr1"] or row["adresse"], "madr1")
    name = told["name"].format(
        designation=town.designation or "Municipalité",
        of_place=task.gazetteer.with_of(place),
    )
    return Record(
        Resource(
            id=f"mamh-{town.code}",
            name=name,
            kind="municipality",
            source=task.source("municipalities"),
            url=fields.url(row["mweb"] or row["site"]),
            municipality=place.name,
            municipality_code=town.code,
            region=town.region,
            address=fields.address(street, place.name, postal),
            phone=fields.phone(row["mtel"] or row["telephone"]),
            email=fields.email(row["mcourriel"] or row["courriel"]),
            keywords=tuple(told["keywords"]),
        ),
        "quebec",
        row.number,
        file,
    )


def complete_places(towns: tuple[Town, ...], gazetteer: Gazetteer) -> list[tuple[str, ...]]:
    """Lines of the CSV that completes the gazetteer's seed (its columns: `PLACE_COLUMNS`).

    MAMH gives no coordinates: those of the file, of the seed, or else of the MRC or region.
    """
    lines: list[tuple[str, ...]] = []
    for town in towns:
        known = gazetteer.get(f"municipality:{town.code}")
        around = known or gazetteer.get(f"mrc:{town.mrc}") or gazetteer.get(f"region:{town.region}")
        point = town.point or (around.point if around else None)
        if point is None:
            continue
        metropolitan = town.metropolitan or bool(known and known.metropolitan)
        lines.append(
            (
                town.code,
                town.name,
                town.designation,
                town.region,
                town.mrc,
                f"{point[0]:.4f}",
                f"{point[1]:.4f}",
                "" if town.population is None else str(town.population),
                "yes" if metropolitan else "no",
            )
        )
    return lines


PLACE_COLUMNS = (
    "code",
    "name",
    "designation",
    "region",
    "mrc",
    "lat",
    "lon",
    "population",
    "metropolitan",
)


def _municipality_code(cell: str, column: str) -> str:
    code = cell.strip().zfill(5)
    if not re.fullmatch(r"\d{5}", code):
        raise fields.BadCell(f"{column} : « {cell} » n’est pas un code de cinq chiffres")
    return code


def _region(code: str, column: str) -> str:
    if not re.fullmatch(r"0[1-9]|1[0-7]", code.zfill(2)):
        raise fields.BadCell(f"{column} : la région « {code} » n’existe pas")
    return code.zfill(2)


def _coded(cell: str) -> str:
    match = _CODE.search(cell)
    return match[1] if match else ""
