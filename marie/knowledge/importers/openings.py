"""An administrator's list of employers' openings: any CSV or XLSX, its columns mapped to fields.

A row is known by its own id, else by employer, title and town. A row that cannot be used is said
with its number and the reason; nothing in a cell is ever run or guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from marie.guidance.matching import Opening
from marie.knowledge.criteria import Sector
from marie.knowledge.importers import fields
from marie.knowledge.importers.files import Row
from marie.knowledge.importers.model import Rejected, UnreadableFile
from marie.knowledge.importers.own_list import sheet_of
from marie.knowledge.openings import Matching, sector_of, title_words
from marie.knowledge.places import Gazetteer
from marie.language.dates import find_dates
from marie.language.folding import fold_key

NEEDED = ("title", "municipality", "valid_until")
MAX_WAGE = 80
"""Characters of a wage's text."""

FORMULA = ("=", "@", "+", "\t", "\r")


@dataclass(frozen=True)
class ListRead:
    """What a list tells: its name, its openings by id, the rows that cannot be used."""

    name: str
    openings: Mapping[str, Opening]
    rejected: tuple[Rejected, ...]
    mapping: Mapping[str, str]


def propose(columns: Collection[str], matching: Matching) -> dict[str, str]:
    """Column → field, for the columns whose names say what they hold."""
    known = {each: field for field, names in matching.columns.items() for each in names}
    mapping: dict[str, str] = {}
    for column in columns:
        field = known.get(fold_key(column))
        if field and field not in mapping.values():
            mapping[column] = field
    return mapping


def read_openings(
    path: Path,
    *,
    gazetteer: Gazetteer,
    matching: Matching,
    sectors: Mapping[str, Sector],
    today: date,
    mapping: Mapping[str, str] | None = None,
    name: str | None = None,
) -> ListRead:
    """Read a list; `UnreadableFile` when columns are missing or the file is none.

    `mapping`: column → field, over what the columns' names say. `name` of the list: a later file of
    the same name replaces it; the file's own by default.
    """
    sheet = sheet_of(path)
    columns = propose(sheet.columns, matching)
    for column, field in (mapping or {}).items():
        if column not in sheet.columns:
            raise UnreadableFile(
                f"{path.name} : la colonne « {column} » n’est pas dans le fichier."
            )
        if field not in matching.columns:
            raise UnreadableFile(f"{path.name} : le champ « {field} » n’existe pas.")
        columns = {each: known for each, known in columns.items() if known != field}
        columns[column] = field
    if absent := [field for field in NEEDED if field not in columns.values()]:
        titles = ", ".join(f"« {matching.columns[field][0]} »" for field in absent)
        raise UnreadableFile(f"{path.name} : colonnes absentes : {titles} (--map COLONNE=CHAMP).")
    reading = _Reading(
        name=name or fields.slug(path.stem),
        towns=fields.Towns(gazetteer),
        gazetteer=gazetteer,
        matching=matching,
        sectors=sectors,
        today=today,
    )
    openings: dict[str, Opening] = {}
    rejected: list[Rejected] = []
    for row in sheet.rows:
        try:
            opening = reading.opening(row, columns)
            if opening.id in openings:
                raise fields.BadCell("la même offre est déjà dans le fichier")
        except fields.BadCell as error:
            rejected.append(Rejected(path.name, row.number, str(error), row.values()))
            continue
        openings[opening.id] = opening
    return ListRead(reading.name, openings, tuple(rejected), columns)


@dataclass(frozen=True, kw_only=True)
class _Reading:
    name: str
    towns: fields.Towns
    gazetteer: Gazetteer
    matching: Matching
    sectors: Mapping[str, Sector]
    today: date

    def opening(self, row: Row, columns: Mapping[str, str]) -> Opening:
        """One row; `BadCell` says why it cannot be used."""
        cells = {field: _safe(row[column], column) for column, field in columns.items()}
        title = fields.name(cells.get("title"), "titre")
        employer = fields.optional(cells.get("employer"), "employeur")
        town = fields.needed(cells.get("municipality"), "municipalité")
        region_code = self._region(cells.get("region"))
        place = self.towns.named(town, region_code) or self.towns.named(town)
        if place is None or place.region is None:
            raise fields.BadCell(f"municipalité : « {town} » est inconnue")
        if region_code is not None and place.region != region_code:
            raise fields.BadCell(f"municipalité : « {town} » n’est pas dans cette région")
        if place.metropolitan:
            raise fields.BadCell(f"municipalité : « {town} » est dans le grand Montréal")
        own = cells.get("id", "").strip()
        parts = (own,) if own else (employer or "", title, place.name)
        return Opening(
            id=fields.slug(self.name, *parts),
            title=title,
            region=place.region,
            municipality=place.name,
            municipality_code=place.municipality,
            employer=employer,
            noc=_noc(cells.get("noc")),
            sector=sector_of(title, self.sectors),
            french=_level(cells.get("french"), self.matching.french, "français"),
            education=_level(cells.get("education"), self.matching.education, "qualification"),
            experience_years=_years(cells.get("experience")),
            wage=_wage(cells.get("wage")),
            url=fields.url(cells.get("url")),
            valid_until=self._valid_until(cells.get("valid_until")),
            listed=self.name,
            read_on=self.today,
            words=title_words(title),
        )

    def _region(self, cell: str | None) -> str | None:
        said = fields.text(cell)
        if not said:
            return None
        mention = self.gazetteer.match(re.sub(r"^\d+\s*[-–.]?\s*", "", said))
        if mention is None or mention.place.region is None:
            raise fields.BadCell(f"région : « {said} » est inconnue")
        return mention.place.region

    def _valid_until(self, cell: str | None) -> date:
        said = fields.needed(cell, "valide jusqu’au")
        day = _day(said, self.today)
        if day is None:
            raise fields.BadCell(f"valide jusqu’au : « {said} » n’est pas une date (AAAA-MM-JJ)")
        if day < self.today:
            raise fields.BadCell(f"valide jusqu’au : l’offre est échue depuis le {day}")
        return day


def _safe(cell: str, column: str) -> str:
    """A cell that a spreadsheet would run is refused, not cleaned: somebody put it there."""
    plain = cell.strip()
    is_number = re.fullmatch(r"[+-]?[\d\s.,]+\D{0,3}", plain) is not None
    if plain.startswith(FORMULA) and not is_number:
        raise fields.BadCell(f"{column} : une formule n’est pas un texte")
    if re.match(r"-\s*[\w(]+.*[(!|]", plain) and not is_number:
        raise fields.BadCell(f"{column} : une formule n’est pas un texte")
    return plain[1:] if plain[:1] in "'’" and plain[1:2] in tuple("=+-@") else plain


def _level(cell: str | None, levels: Mapping[str, Collection[str]], column: str) -> str | None:
    said = fold_key(fields.text(cell, column))
    if not said:
        return None
    for level, names in levels.items():
        if said in names:
            return level
    # « Français avancé (oral) »: the longest name that the cell has.
    found = [
        (len(name), level)
        for level, names in levels.items()
        for name in names
        if f" {name} " in f" {said} "
    ]
    if not found:
        raise fields.BadCell(f"{column} : « {fields.text(cell)} » n’est pas un niveau connu")
    return max(found)[1]


def _noc(cell: str | None) -> str | None:
    said = fields.text(cell, "CNP").removesuffix(".0")
    if not said:
        return None
    code = re.search(r"(?<!\d)\d{4,5}(?!\d)", said)
    if code is None:
        raise fields.BadCell(f"CNP : « {said} » n’est pas un code de quatre ou cinq chiffres")
    return code[0]


def _years(cell: str | None) -> float | None:
    said = fields.text(cell, "expérience").replace(",", ".")
    if not said:
        return None
    number = re.search(r"\d+(?:\.\d+)?", said)
    if number is None:
        if fold_key(said) in ("aucune", "aucun", "non exigee", "non requise", "debutant"):
            return 0.0
        raise fields.BadCell(f"expérience : « {said} » n’est pas un nombre d’années")
    years = float(number[0]) / (12 if "mois" in said else 1)
    return round(years, 1)


def _wage(cell: str | None) -> str | None:
    said = fields.text(cell, "salaire")
    if not said:
        return None
    if len(said) > MAX_WAGE:
        raise fields.BadCell(f"salaire : plus de {MAX_WAGE} caractères")
    return (
        f"{said.replace('.', ',')}\u00a0$" if re.fullmatch(r"\d+(?:[.,]\d{1,2})?", said) else said
    )


def _day(said: str, today: date) -> date | None:
    if match := re.match(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?$", said):
        numbers = (int(match[1]), int(match[2]), int(match[3]))
    elif match := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", said):
        numbers = (int(match[3]), int(match[2]), int(match[1]))
    else:
        found = [each for each in find_dates(said, today) if each.grain == "day"]
        return found[0].value if len(found) == 1 else None
    try:
        return date(*numbers)
    except ValueError:
        return None
