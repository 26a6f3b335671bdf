"""Lists of openings as administrators keep them: columns, cells, and rows that are refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from marie.knowledge.criteria import load_criteria
from marie.knowledge.importers.model import UnreadableFile
from marie.knowledge.importers.openings import ListRead, read_openings
from marie.knowledge.opened import Knowledge
from marie.knowledge.openings import load_matching
from marie.settings import ROOT

TODAY = date(2026, 11, 22)
HEADER = (
    "Titre du poste;CNP;Ville;Français;Qualification;Expérience;Salaire;Employeur;Valide jusqu'au"
)
ROW = "Soudeur-monteur;72106;Rimouski;Intermédiaire;DEP;2 ans;28,50;Ateliers d'essai;2027-03-31"


@pytest.fixture
def read(knowledge: Knowledge, tmp_path: Path) -> Any:
    """Reads lines as a list called « offres »."""

    def reading(
        *lines: str, header: str = HEADER, mapping: dict[str, str] | None = None
    ) -> ListRead:
        path = tmp_path / "offres.csv"
        path.write_text("\n".join([header, *lines]), encoding="utf-8")
        return read_file(path, knowledge, mapping=mapping)

    return reading


def read_file(path: Path, knowledge: Knowledge, **options: Any) -> ListRead:
    return read_openings(
        path,
        gazetteer=knowledge.gazetteer,
        matching=load_matching(ROOT / "knowledge"),
        sectors=load_criteria(ROOT / "knowledge").sectors,
        today=TODAY,
        **options,
    )


def cell(column: int, value: str) -> str:
    """The good row with one other cell."""
    cells = ROW.split(";")
    cells[column] = value
    return ";".join(cells)


def test_row_is_read_with_everything_that_it_tells(read: Any) -> None:
    (opening,) = read(ROW).openings.values()
    assert opening.title == "Soudeur-monteur"
    assert (opening.municipality, opening.municipality_code, opening.region) == (
        "Rimouski",
        "10043",
        "01",
    )
    assert (opening.noc, opening.french, opening.education) == (
        "72106",
        "intermediate",
        "vocational",
    )
    assert (opening.experience_years, opening.wage) == (2, "28,50\u00a0$")
    assert (opening.employer, opening.sector) == ("Ateliers d’essai", "manufacturing")
    assert opening.valid_until == date(2027, 3, 31)
    assert opening.words == ("soudeur", "monteur")
    assert (opening.listed, opening.read_on) == ("offres", TODAY)


@pytest.mark.parametrize(
    ("column", "value", "field", "read_as"),
    [
        (3, "", "french", None),
        (3, "non exigé", "french", "none"),
        (3, "Français avancé (oral)", "french", "advanced"),
        (3, "B2", "french", "intermediate"),
        (4, "Bac", "education", "university"),
        (4, "DES ou équivalent", "education", "secondary"),
        (5, "6 mois", "experience_years", 0.5),
        (5, "aucune", "experience_years", 0.0),
        (6, "de 27 à 34 $ de l'heure", "wage", "de 27 à 34 $ de l’heure"),
        (6, "selon l'échelle", "wage", "selon l’échelle"),
        (6, "45000", "wage", "45000\u00a0$"),
        (8, "31/12/2026", "valid_until", date(2026, 12, 31)),
        (8, "31 décembre 2026", "valid_until", date(2026, 12, 31)),
        (8, "2026-11-22", "valid_until", date(2026, 11, 22)),
        (8, "2027-01-15 00:00:00", "valid_until", date(2027, 1, 15)),
        (2, "Val d'or", "region", "08"),
        (0, "CHAUFFEUR DE CAMION", "title", "Chauffeur de Camion"),
    ],
)
def test_cell_is_read_as_people_write_it(
    read: Any, column: int, value: str, field: str, read_as: object
) -> None:
    (opening,) = read(cell(column, value)).openings.values()
    assert getattr(opening, field) == read_as


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (0, "", "vide"),
        (0, '=HYPERLINK("http://exemple.org")', "formule"),
        (0, "@SUM(A1:A9)", "formule"),
        (0, "+cmd|' /C calc'!A0", "formule"),
        (7, "-cmd|' /C calc'!A0", "formule"),
        (1, "soudeur", "CNP"),
        (2, "Nulleville", "inconnue"),
        (2, "Montréal", "grand Montréal"),
        (2, "", "vide"),
        (3, "klingon", "niveau"),
        (4, "ceinture noire", "niveau"),
        (5, "beaucoup", "nombre d’années"),
        (6, "x" * 81, "80 caractères"),
        (8, "", "vide"),
        (8, "bientôt", "pas une date"),
        (8, "31/02/2027", "pas une date"),
        (8, "2026-11-21", "échue"),
    ],
)
def test_row_that_cannot_be_used_is_refused_with_its_number_and_the_reason(
    read: Any, column: int, value: str, reason: str
) -> None:
    found = read(ROW, cell(column, value.replace(";", ",")))
    assert len(found.openings) == 1
    (rejected,) = found.rejected
    assert rejected.row == 3
    assert reason in rejected.reason


def test_same_opening_twice_is_taken_once(read: Any) -> None:
    found = read(ROW, ROW)
    assert len(found.openings) == 1
    assert "déjà dans le fichier" in found.rejected[0].reason


def test_missing_columns_are_named(read: Any) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read("Soudeur;28", header="Poste;Salaire")
    assert "municipalite" in str(refused.value)
    assert "valide jusqu" in str(refused.value)


def test_column_of_another_name_is_mapped(read: Any) -> None:
    header = HEADER.replace("Titre du poste", "Quoi")
    with pytest.raises(UnreadableFile):
        read(ROW, header=header)
    assert read(ROW, header=header, mapping={"Quoi": "title"}).openings


@pytest.mark.parametrize("mapping", [{"Absente": "title"}, {"Ville": "pointure"}])
def test_mapping_to_nothing_is_refused(read: Any, mapping: dict[str, str]) -> None:
    with pytest.raises(UnreadableFile):
        read(ROW, mapping=mapping)


def test_workbook_is_read_as_well(knowledge: Knowledge, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Titre", "Ville", "Date limite", "CNP"])
    sheet.append(["Infirmière", "Sept-Îles", date(2027, 1, 15), 31301])
    sheet.append(["=1+1", "Sept-Îles", date(2027, 1, 15), 31301])
    book.save(tmp_path / "postes.xlsx")
    found = read_file(tmp_path / "postes.xlsx", knowledge)
    (opening,) = found.openings.values()
    assert (opening.sector, opening.noc, opening.valid_until) == (
        "health",
        "31301",
        date(2027, 1, 15),
    )
    assert "formule" in found.rejected[0].reason


def test_file_that_is_no_table_is_refused(knowledge: Knowledge, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\0\1\2")
    with pytest.raises(UnreadableFile):
        read_file(path, knowledge)
