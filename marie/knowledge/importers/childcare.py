"""The Ministère de la Famille's list of CPE and daycares, in both of its layouts.

The province-wide file (`repertoire-installation.csv`, often latin1) and the regional extract with
title lines before its header. Neither gives coordinates nor a number that stays: a daycare is known
by its name, town and postal code: one that moves is another one. Several permits at one door are
numbered in the order of the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from marie.knowledge.importers import fields
from marie.knowledge.importers.files import Row, Sheet, read_sheet
from marie.knowledge.importers.model import Parsed, Record, Rejected, Task, UnreadableFile
from marie.knowledge.resources import Resource
from marie.language.folding import fold, fold_key

ORIGIN = "mfa"

REGIONAL: Mapping[str, str] = {
    "name": "Nom de l'installation",
    "region": "Région administrative",
    "street": "Adresse",
    "town": "Municipalité",
    "postal": "Code postal",
    "phone": "Téléphone",
    "email": "Adresse courriel",
    "type": "Type de service de garde",
    "places": "Places totales au permis",
    "infants": "Places 17 mois ou moins",
    "subsidized": "Place à contribution réduite",
}
PROVINCIAL: Mapping[str, str] = {
    "name": "NOM",
    "region": "REGION",
    "street": "ADRESSE",
    "town": "NOM_MUN_COMPO",
    "postal": "CODE_POSTAL_COMPO",
    "phone": "telephone1",
    "email": "INTERNET",
    "type": "TYPE",
    "places": "PLACE_TOTAL",
    "infants": "PLACE_TOTAL_POUPON",
    "subsidized": "SUBV",
}
_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_NO = frozenset({"", "0", "n", "non", "no", "false", "ngr"})


@dataclass(frozen=True)
class _Line:
    row: Row
    cells: Mapping[str, str]
    file: str
    published: str | None


def read(task: Task) -> Parsed:
    """Every daycare of the files; a region that a file names is told completely by it."""
    lines = [line for path in task.paths for line in _lines(path)]
    towns = fields.Towns(task.gazetteer)
    records: list[Record] = []
    rejected: list[Rejected] = []
    ids: Counter[str] = Counter()
    whole: dict[tuple[str, ...], int] = {}
    for done, line in enumerate(lines):
        task.progress(done, len(lines))
        try:
            if line.row.values() in whole:
                raise fields.BadCell(f"la même qu’à la ligne {whole[line.row.values()]}")
            whole[line.row.values()] = line.row.number
            record = _record(line, task, towns)
        except fields.BadCell as error:
            reason = str(error)
            rejected.append(Rejected(line.file, line.row.number, reason, line.row.values()))
            continue
        ids[record.resource.id] += 1
        if (number := ids[record.resource.id]) > 1:
            numbered = replace(record.resource, id=f"{record.resource.id}-{number}")
            record = Record(numbered, record.scope, record.row, record.file)
        records.append(record)
    return Parsed(
        origin=ORIGIN,
        records=tuple(records),
        rejected=tuple(rejected),
        scopes=frozenset(record.scope for record in records),
    )


def _lines(path: Path) -> list[_Line]:
    try:
        sheet, layout = read_sheet(path, list(REGIONAL.values())), REGIONAL
    except UnreadableFile as first:
        try:
            sheet, layout = read_sheet(path, list(PROVINCIAL.values())), PROVINCIAL
        except UnreadableFile as second:
            # The layout that comes nearest says best what is missing.
            raise min((first, second), key=lambda error: len(str(error))) from None
    published = _published(sheet)
    lines = []
    for row in sheet.rows:
        cells = {name: row[column].strip() for name, column in layout.items()}
        if not any(cells[name] for name in cells if name != "name"):
            continue  # the legend under the table
        lines.append(_Line(row, cells, path.name, published))
    return lines


def _published(sheet: Sheet) -> str | None:
    """« Mise à jour le 1er novembre 2022 » → 2022-11-01."""
    for title in sheet.titles:
        match = re.search(r"(\d{1,2})(?:er)? (\w+) (20\d\d)", fold(title))
        if match and match[2] in _MONTHS:
            return f"{match[3]}-{_MONTHS.index(match[2]) + 1:02d}-{int(match[1]):02d}"
    return None


def _record(line: _Line, task: Task, towns: fields.Towns) -> Record:
    cells = line.cells
    name = fields.name(cells["name"], "nom")
    region = _region(cells["region"])
    said = fields.name(cells["town"], "municipalité")
    town = towns.named(said, region)
    street = fields.optional(cells["street"], "adresse")
    kind = cells["type"].upper()
    keywords = task.publishers["childcare"]["keywords"]
    if kind not in keywords:
        raise fields.BadCell(f"type : « {cells['type']} » n’est ni CPE, ni GARD, ni MF")
    number = fields.phone(cells["phone"])
    if cells["phone"] and number is None:
        raise fields.BadCell(f"téléphone : « {cells['phone']} » n’a pas dix chiffres")
    place = town.name if town else said
    postal = fields.postal_code(cells["postal"])
    return Record(
        Resource(
            id=fields.slug("garde", cells["name"], cells["town"], postal or ""),
            name=name,
            kind="childcare",
            source=task.source("childcare", line.published),
            municipality=place,
            municipality_code=town.municipality if town else None,
            region=region,
            address=fields.address(street, place, postal),
            phone=number,
            email=fields.email(cells["email"]),
            capacity=fields.whole(cells["places"]),
            infants=fields.whole(cells["infants"]),
            subsidized=fold_key(cells["subsidized"]) not in _NO,
            keywords=tuple(keywords[kind]),
        ),
        scope=region,
        row=line.row.number,
        file=line.file,
    )


def _region(cell: str) -> str:
    match = re.match(r"\s*(\d{1,2})\b", cell)
    code = match[1].zfill(2) if match else ""
    if not re.fullmatch(r"0[1-9]|1[0-7]", code):
        raise fields.BadCell(f"région : « {cell} » n’en est pas une")
    return code
