"""An organisation's own list: any CSV or XLSX, its columns mapped to the fields of a resource.

`propose` guesses the mapping from the names of the columns; people correct it before reading. A
row is known by its `id` if it has one, else by its name and town.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from marie.knowledge.importers import fields
from marie.knowledge.importers.files import Row, Sheet, parse_sheet, read_bytes, table, unzip
from marie.knowledge.importers.files import decode as decoded
from marie.knowledge.importers.model import Parsed, Record, Rejected, Task, UnreadableFile
from marie.knowledge.model import ResourceKind
from marie.knowledge.resources import KINDS, Resource
from marie.language.folding import fold_key

ORIGIN = "liste"

SYNONYMS: Mapping[str, str] = {
    "id": "id, identifiant, code, numero, no",
    "name": "name, nom, organisme, nom de l'organisme, etablissement, titre",
    "kind": "kind, genre, categorie, type",
    "description": "description, mission, services, resume",
    "municipality": "municipality, municipalite, ville, localite",
    "region": "region, region administrative",
    "address": "address, adresse, rue, adresse civique",
    "postal_code": "postal code, code postal, cp",
    "phone": "phone, telephone, tel, telephone principal",
    "email": "email, courriel, adresse courriel, e mail",
    "url": "url, site, site web, web, internet",
    "hours": "hours, heures, horaire, heures d'ouverture",
    "cost": "cost, cout, tarif, frais",
    "eligibility": "eligibility, admissibilite, clientele",
    "languages": "languages, langues, langue",
    "keywords": "keywords, mots cles, etiquettes",
    "lat": "lat, latitude",
    "lon": "lon, lng, longitude",
}
"""Names of columns, folded, by the field that they give."""

MAX_ROWS = 200_000


def propose(path: Path) -> dict[str, str]:
    """Column → field, for the columns whose names say what they hold."""
    known = {
        fold_key(each): field for field, names in SYNONYMS.items() for each in names.split(",")
    }
    mapping: dict[str, str] = {}
    for column in sheet_of(path).columns:
        field = known.get(fold_key(column))
        if field and field not in mapping.values():
            mapping[column] = field
    return mapping


def read(task: Task) -> Parsed:
    """Every row as a resource. The list tells itself completely; its name is its scope."""
    towns = fields.Towns(task.gazetteer)
    records: list[Record] = []
    rejected: list[Rejected] = []
    for path in task.paths:
        sheet = sheet_of(path)
        mapping = dict(task.mapping) or propose(path)
        unknown = [column for column in mapping if column not in sheet.columns]
        if unknown:
            raise UnreadableFile(f"{path.name} : colonnes absentes : {', '.join(unknown)}.")
        if "name" not in mapping.values():
            raise UnreadableFile(f"{path.name} : aucune colonne ne donne le nom (« name »).")
        scope = fields.slug(task.options.get("scope") or path.stem)[:60]
        seen: dict[str, int] = {}
        for row in sheet.rows:
            try:
                resource = _resource(row, mapping, scope, task, towns)
                if resource.id in seen:
                    raise fields.BadCell(f"déjà à la ligne {seen[resource.id]}")
            except fields.BadCell as error:
                rejected.append(Rejected(path.name, row.number, str(error), row.values()))
                continue
            seen[resource.id] = row.number
            records.append(Record(resource, scope, row.number, path.name))
    return Parsed(
        origin=ORIGIN,
        records=tuple(records),
        rejected=tuple(rejected),
        scopes=frozenset(record.scope for record in records),
    )


def _resource(
    row: Row, mapping: Mapping[str, str], scope: str, task: Task, towns: fields.Towns
) -> Resource:
    cells = {field: _unescaped(row[column]) for column, field in mapping.items()}
    name = fields.needed(cells.get("name"), _column(mapping, "name"))
    said = fields.optional(cells.get("municipality"), "municipalité")
    town = towns.named(said) if said else None
    if said and town is None:
        raise fields.BadCell(f"municipalité : « {said} » est inconnue")
    postal = fields.postal_code(cells.get("postal_code"))
    street = fields.optional(cells.get("address"), "adresse")
    spot = fields.point(cells.get("lat"), cells.get("lon"))
    number = cells.get("phone", "").strip()
    kind = cells.get("kind", "").strip() or task.options.get("kind", "other")
    if kind not in KINDS:
        raise fields.BadCell(f"catégorie : « {kind} » n’existe pas")
    own = cells.get("id", "").strip()
    told = task.source("list")
    return Resource(
        id=fields.slug("liste", scope, *((own,) if own else (name, said or ""))),
        name=name,
        kind=cast(ResourceKind, kind),
        source=told,
        description=fields.optional(cells.get("description"), "description"),
        municipality=town.name if town else None,
        municipality_code=town.municipality if town else None,
        region=town.region if town else None,
        address=fields.address(street, town.name, postal) if town else None,
        phone=(fields.phone(number) or fields.text(number)) if number else None,
        email=fields.email(cells.get("email")),
        url=fields.url(cells.get("url")),
        hours=fields.optional(cells.get("hours"), "heures"),
        cost=fields.optional(cells.get("cost"), "coût"),
        eligibility=fields.optional(cells.get("eligibility"), "admissibilité"),
        languages=_listed(cells.get("languages")),
        keywords=_listed(cells.get("keywords")),
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
    )


def _column(mapping: Mapping[str, str], field: str) -> str:
    """The column that gives a field."""
    return next((column for column, given in mapping.items() if given == field), field)


def _listed(cell: str | None) -> tuple[str, ...]:
    parts = (fields.text(part) for part in (cell or "").replace("|", ";").split(";"))
    return tuple(part for part in parts if part)


def _unescaped(cell: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reading a cell as a formula."""
    return cell[1:] if cell[:1] in "'’" and cell[1:2] in tuple("=+-@\t\r") else cell


def sheet_of(path: Path) -> Sheet:
    """The table of a CSV file, or of the first sheet of a workbook."""
    if path.suffix.lower() != ".xlsx":
        return parse_sheet(decoded(read_bytes(path), path.name), path.name)
    for _ in unzip(path, lambda _: True):
        pass  # every member unfolds within bounds
    # A tenth of every start, for what is rarely asked. It reads XML with the installed defusedxml.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(read_bytes(path)), read_only=True, data_only=False)
        lines = []
        for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            if number > MAX_ROWS:
                raise UnreadableFile(f"{path.name} : plus de {MAX_ROWS} lignes.")
            lines.append((number, ["" if cell is None else str(cell) for cell in cells]))
    except (InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise UnreadableFile(f"{path.name} : classeur illisible.") from error
    return table(lines, path.name, ())
