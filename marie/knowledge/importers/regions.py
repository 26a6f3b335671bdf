"""The Institut de la statistique's table of employment by region.

Columns are `region_code`, `region` and one an indicator, its period at the end of its name:
`taux_chomage_mm3m_avril_2026`. Two regions that are told together ("09-10") are told so.
"""

from __future__ import annotations

import re
from pathlib import Path

from marie.knowledge.importers import fields
from marie.knowledge.importers.files import Row, Sheet, read_sheet
from marie.knowledge.importers.model import Figure, Parsed, Rejected, Task
from marie.language.folding import fold
from marie.language.typography import MONTHS

ORIGIN = "isq"
_MONTHS = "|".join({*MONTHS, *map(fold, MONTHS)})
_PERIOD = re.compile(rf"^(?P<indicator>[a-z0-9_]+?)_(?P<period>(?:(?:{_MONTHS})_)?20\d\d)$")
_REGION = re.compile(r"QC|(?:0[1-9]|1[0-7])(?:-(?:0[1-9]|1[0-7]))*")


def read(task: Task) -> Parsed:
    """Every figure; an empty cell is a figure that was not published."""
    figures: list[Figure] = []
    rejected: list[Rejected] = []
    for path in task.paths:
        sheet = read_sheet(path, ("region_code", "region"))
        for row in sheet.rows:
            try:
                figures += _figures(sheet, row, task, path)
            except fields.BadCell as error:
                rejected.append(Rejected(path.name, row.number, str(error), row.values()))
    return Parsed(origin=ORIGIN, figures=tuple(figures), rejected=tuple(rejected))


def _figures(sheet: Sheet, row: Row, task: Task, path: Path) -> list[Figure]:
    region = row["region_code"].strip()
    if not _REGION.fullmatch(region):
        raise fields.BadCell(f"region_code : la région « {region} » n’existe pas")
    found = []
    for column in sheet.columns:
        match = _PERIOD.match(column)
        if match is None or not row[column].strip():
            continue
        try:
            value = float(row[column].replace(",", ".").replace("\u00a0", ""))
        except ValueError as error:
            raise fields.BadCell(f"{column} : « {row[column]} » n’est pas un nombre") from error
        period = match["period"].replace("_", " ")
        source = task.source("regions", period)
        found.append(Figure(region, match["indicator"], period, value, source))
    return found
