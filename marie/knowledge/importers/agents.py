"""The list of Place aux jeunes agents: a CSV or XLSX with a line for each territory.

Columns, in any order, in French or in English: the territory, its region or MRC, the organisation,
and an e-mail or a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from marie.domain.referral import MAX_NAME, Agent
from marie.knowledge.importers import fields
from marie.knowledge.importers.files import Row
from marie.knowledge.importers.model import Rejected, UnreadableFile
from marie.knowledge.importers.own_list import sheet_of
from marie.knowledge.places import Gazetteer
from marie.language.folding import fold_key

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "territory": ("territoire", "territory", "territoire desservi", "secteur"),
    "area": (
        "region",
        "mrc",
        "region ou mrc",
        "region mrc",
        "mrc ou region",
        "region administrative",
    ),
    "organization": ("organisme", "nom de l'organisme", "organization", "organisation", "nom"),
    "email": ("courriel", "email", "e mail", "adresse courriel"),
    "url": ("page", "url", "site", "site web", "page web"),
}
"""Names of columns, folded, by what they give."""

NEEDED = ("territory", "area", "organization")
LABELS: Mapping[str, str] = {
    "territory": "territoire",
    "area": "région ou MRC",
    "organization": "organisme",
}

MAX_AGENTS = 2_000


@dataclass(frozen=True, kw_only=True)
class AgentList:
    """What a file tells."""

    agents: tuple[Agent, ...]
    rejected: tuple[Rejected, ...]


def read(path: Path, gazetteer: Gazetteer) -> AgentList:
    """The list; `UnreadableFile` when nothing of it can be used."""
    sheet = sheet_of(path)
    known = {fold_key(name): field for field, names in COLUMNS.items() for name in names}
    columns: dict[str, str] = {}
    for column in sheet.columns:
        field = known.get(fold_key(column))
        if field is not None:
            columns.setdefault(field, column)
    missing = [LABELS[each] for each in NEEDED if each not in columns]
    if missing:
        raise UnreadableFile(f"{path.name} : colonnes absentes : {', '.join(missing)}.")
    if "email" not in columns and "url" not in columns:
        raise UnreadableFile(f"{path.name} : il faut une colonne « courriel » ou « page ».")
    if len(sheet.rows) > MAX_AGENTS:
        raise UnreadableFile(f"{path.name} : plus de {MAX_AGENTS} lignes.")
    regions = _regions(gazetteer)
    found: dict[str, Agent] = {}
    rejected = []
    for row in sheet.rows:
        try:
            agent = _agent(row, columns, regions)
            if agent.id in found:
                raise fields.BadCell("ce territoire et cet organisme sont déjà dans la liste")
        except fields.BadCell as error:
            rejected.append(Rejected(path.name, row.number, str(error), row.values()))
        else:
            found[agent.id] = agent
    return AgentList(agents=tuple(found.values()), rejected=tuple(rejected))


def _agent(row: Row, columns: Mapping[str, str], regions: Mapping[str, str]) -> Agent:
    def cell(field: str) -> str:
        return row[columns[field]] if field in columns else ""

    territory = fields.needed(cell("territory"), LABELS["territory"])
    area = fields.needed(cell("area"), LABELS["area"])
    organization = fields.needed(cell("organization"), LABELS["organization"])
    if max(map(len, (territory, area, organization))) > MAX_NAME:
        raise fields.BadCell(f"un nom de plus de {MAX_NAME} caractères")
    email, url = fields.email(cell("email")), fields.url(cell("url"))
    if email is None and url is None:
        raise fields.BadCell("ni courriel ni page")
    key = f"{fold_key(territory)}\n{fold_key(organization)}"
    return Agent(
        id=hashlib.sha256(key.encode()).hexdigest()[:32],
        territory=territory,
        area=area,
        region=regions.get(fold_key(area)),
        organization=organization,
        email=email,
        url=url,
    )


def _regions(gazetteer: Gazetteer) -> dict[str, str]:
    """The code of a region by its name or code, and by the names of its MRC."""
    found: dict[str, str] = {}
    for kind in ("mrc", "region"):
        for place in gazetteer.of_kind(kind):
            if place.region is not None:
                found[fold_key(place.name)] = place.region
                found.setdefault(fold_key(f"MRC {place.name}"), place.region)
    for place in gazetteer.of_kind("region"):
        if place.region is not None:
            found[place.region] = place.region
    return found
