"""What importers make of the publishers' layouts, and of files that are wrong."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from marie.cli.import_arguments import IMPORTERS as SAID
from marie.knowledge.importers import files as opening
from marie.knowledge.importers import own_list
from marie.knowledge.importers.fields import BadCell, name, phone, point, text
from marie.knowledge.importers.model import Parsed, Task, UnreadableFile, load_publishers
from marie.knowledge.importers.reading import IMPORTERS, recognise, sorted_out
from marie.knowledge.places import Gazetteer
from marie.settings import ROOT
from tests import publishers

TODAY = date(2026, 11, 22)

Read = Callable[..., Parsed]


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(ROOT / "knowledge" / "places")


@pytest.fixture
def read(gazetteer: Gazetteer) -> Read:
    """Reads files with one importer."""

    def reading(importer: str, *paths: Path, **changes: Any) -> Parsed:
        task = Task(
            paths=paths,
            gazetteer=gazetteer,
            publishers=load_publishers(ROOT / "knowledge"),
            today=TODAY,
            **changes,
        )
        return IMPORTERS[importer](task)

    return reading


def test_every_importer_is_a_command() -> None:
    assert set(SAID) == {"auto", *IMPORTERS}


def test_regional_daycares_are_read_past_their_titles_and_before_their_legend(
    read: Read, tmp_path: Path
) -> None:
    parsed = read("childcare", publishers.regional(tmp_path / "a.csv"))
    assert parsed.rejected == ()
    assert parsed.scopes == {"16"}
    first = parsed.records[0].resource
    assert first.name == "CPE des Essais"
    assert (first.municipality, first.municipality_code, first.region) == (
        "Saint-Hyacinthe",
        "54048",
        "16",
    )
    assert first.address == "1, rue des Essais, Saint-Hyacinthe J2S 0A1"
    assert (first.phone, first.email) == ("450 555-0101", "essais@example.org")
    assert (first.capacity, first.infants, first.subsidized) == (60, 10, True)
    assert (first.source.published, first.source.read_on) == ("2025-11-01", TODAY)
    assert parsed.records[0].row == 5


def test_daycare_is_known_by_its_name_town_and_postal_code_and_two_at_one_door_by_a_number(
    read: Read, tmp_path: Path
) -> None:
    parsed = read("childcare", publishers.regional(tmp_path / "a.csv"))
    ids = [record.resource.id for record in parsed.records]
    assert len(set(ids)) == 3
    assert ids[0] == "garde-cpe-des-essais-saint-hyacinthe-j2s-0a1"
    assert ids[2] == "garde-cpe-des-essais-saint-hyacinthe-j2s-0a1-2"


@pytest.mark.parametrize("encoding", ["latin1", "utf-8", "utf-8-sig"])
def test_provincial_daycares_are_read_in_every_encoding(
    read: Read, tmp_path: Path, encoding: str
) -> None:
    parsed = read("childcare", publishers.provincial(tmp_path / "a.csv", encoding))
    assert [record.resource.name for record in parsed.records] == [
        "CPE de l’Épreuve",
        "Garderie Témoin",
    ]
    assert [record.resource.subsidized for record in parsed.records] == [True, False]
    assert parsed.scopes == {"01", "06"}


def test_both_layouts_give_one_daycare_one_id(read: Read, tmp_path: Path) -> None:
    row = "CPE DE L'ÉPREUVE,1 - Bas-Saint-Laurent,,Rimouski,G5L 0A1,(418) 555-0103,,,CPE,50,8,CR,,0"
    regional = read("childcare", publishers.regional(tmp_path / "a.csv", [row]))
    provincial = read("childcare", publishers.provincial(tmp_path / "b.csv"))
    assert regional.records[0].resource.id == provincial.records[0].resource.id


def test_municipality_gives_a_place_and_a_town_hall(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "MUN.csv"
    path.write_text("\n".join(publishers.MUN), encoding="utf-8-sig")
    parsed = read("places", path)
    assert [town.code for town in parsed.towns] == ["10043"]
    hall = parsed.records[0].resource
    assert hall.name == "Ville de Rimouski"
    assert (hall.phone, hall.url) == ("418 555-0105", "http://www.example.org")
    assert [(each.row, each.reason) for each in parsed.rejected] == [
        (3, "munnom : pas encore de nom officiel")
    ]


def test_school_is_known_by_its_code_and_its_building(read: Read, tmp_path: Path) -> None:
    parsed = read("schools", publishers.geojson(tmp_path / "a.geojson", publishers.school()))
    school = parsed.records[0].resource
    assert (school.id, school.kind) == ("ecole-711999-711998", "school")
    assert school.description == "Dans l’immeuble « Polyvalente des Essais »."
    assert "éducation des adultes" in school.keywords
    assert school.source.published == "2025-12-05"
    assert parsed.scopes == {"711000"}


def test_private_college_is_no_cegep(read: Read, tmp_path: Path) -> None:
    public = publishers.college()
    private = publishers.college(
        type="Collège privé", reseau="Privé", original={"CD_ORGNS": "999001"}
    )
    parsed = read("colleges", publishers.geojson(tmp_path / "a.geojson", public, private))
    assert [record.resource.kind for record in parsed.records] == ["cegep", "school"]
    assert parsed.scopes == {"public", "prive"}


def test_coordinates_outside_quebec_are_rejected_and_the_rest_is_read(
    read: Read, tmp_path: Path
) -> None:
    elsewhere = publishers.school(spot=[2.35, 48.85], original={"CD_IMM": "1"})
    path = publishers.geojson(tmp_path / "a.geojson", elsewhere, publishers.school())
    parsed = read("schools", path)
    assert len(parsed.records) == 1
    assert parsed.rejected[0].row == 1
    assert "hors du Québec" in parsed.rejected[0].reason


def test_figures_of_regions_keep_their_period(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("region_code,region,taux_chomage_mm3m_avril_2026\n01,Bas,4.2\n02,Lac,\n")
    (figure,) = read("regions", path).figures
    assert (figure.region, figure.indicator, figure.period, figure.value) == (
        "01",
        "taux_chomage_mm3m",
        "avril 2026",
        4.2,
    )


def test_figure_of_a_whole_year_keeps_its_indicator(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("region_code,region,emploi_milliers_annuel_2025\n01,Bas,94.8\n")
    (figure,) = read("regions", path).figures
    assert (figure.indicator, figure.period) == ("emploi_milliers_annuel", "2025")


def test_own_list_is_mapped_by_the_names_of_its_columns(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text("Organisme;Ville;Téléphone\nLes Essais;Gaspé;418 555-0106\n", encoding="cp1252")
    assert own_list.propose(path) == {
        "Organisme": "name",
        "Ville": "municipality",
        "Téléphone": "phone",
    }
    (record,) = read("list", path, options={"kind": "settlement"}).records
    assert (record.resource.kind, record.resource.municipality_code) == ("settlement", "03005")


def test_workbook_is_read_like_a_csv(read: Read, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Nom", "Ville"])
    sheet.append(["Les Essais", "Gaspé"])
    sheet.append(["=HYPERLINK(1)", "Gaspé"])
    book.save(tmp_path / "liste.xlsx")
    parsed = read("list", tmp_path / "liste.xlsx")
    assert [record.resource.name for record in parsed.records] == ["Les Essais"]
    assert [each.row for each in parsed.rejected] == [3]


def test_formula_in_a_cell_rejects_its_row_alone(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"
    path.write_text('nom,ville\n"=HYPERLINK(""http://example.org"")",Gaspé\nLes Essais,Gaspé\n')
    parsed = read("list", path)
    assert [record.resource.name for record in parsed.records] == ["Les Essais"]
    assert "formule" in parsed.rejected[0].reason


def test_missing_columns_are_named(read: Read, tmp_path: Path) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Adresse courriel", "Autre"))
    with pytest.raises(UnreadableFile, match=r"a\.csv : colonnes absentes : Adresse courriel"):
        read("childcare", path)


def test_renamed_capitals_and_accents_of_columns_do_not_matter(read: Read, tmp_path: Path) -> None:
    path = publishers.regional(tmp_path / "a.csv")
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("Région administrative", "REGION ADMINISTRATIVE"))
    assert len(read("childcare", path).records) == 3


def test_truncated_json_names_its_line(read: Read, tmp_path: Path) -> None:
    path = publishers.geojson(tmp_path / "a.geojson", publishers.school())
    path.write_text(path.read_text()[:-40])
    with pytest.raises(UnreadableFile, match=r"a\.geojson, ligne 1, colonne \d+"):
        read("schools", path)


def test_truncated_utf8_is_refused(tmp_path: Path) -> None:
    content = ("nom,ville\n" + "Les Essais,Gaspé\n" * 10).encode()[:-2]
    with pytest.raises(UnreadableFile, match="tronqué"):
        opening.decode(content, "a.csv")


def test_file_that_is_too_large_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as out:
        out.truncate(2 * 2**30)
    with pytest.raises(UnreadableFile, match="2048 Mo"):
        opening.read_bytes(path)


def test_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("nom\n")
    read_bytes = Path.read_bytes

    def read_and_change(self: Path) -> bytes:
        content = read_bytes(self)
        self.write_text("nom\nautre\n")
        return content

    monkeypatch.setattr(Path, "read_bytes", read_and_change)
    with pytest.raises(UnreadableFile, match="a changé pendant la lecture"):
        opening.read_bytes(path)


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"0" * 40_000_000)
    with pytest.raises(UnreadableFile, match="démesurément"):
        list(opening.unzip(path, lambda _: True))


def test_binary_file_is_no_table(read: Read, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\x89PNG\0\0\0")
    with pytest.raises(UnreadableFile, match="pas un fichier de texte"):
        read("childcare", path)


def test_layout_says_which_importer_reads_a_file(tmp_path: Path) -> None:
    mun = tmp_path / "x.csv"
    mun.write_text("\n".join(publishers.MUN), encoding="utf-8-sig")
    school = publishers.geojson(tmp_path / "s.geojson", publishers.school())
    daycare = publishers.provincial(tmp_path / "d.csv")
    college = publishers.geojson(tmp_path / "c.geojson", publishers.college())
    assert [recognise(path) for path in (mun, school, daycare, college)] == [
        "places",
        "schools",
        "childcare",
        "colleges",
    ]
    order = [importer for importer, _ in sorted_out("auto", (school, daycare, mun))]
    assert order == ["places", "childcare", "schools"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("4187221880", "418 722-1880"),
        ("(418) 722-1880 poste 12", "418 722-1880, poste 12"),
        ("+1 800 463-4315", "1 800 463-4315"),
        ("0000000000", None),
        ("12345", None),
        ("", None),
    ],
)
def test_phones_are_shown_one_way(written: str, shown: str | None) -> None:
    assert phone(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "CENTRE DE LA PETITE ENFANCE LES P'TITS LOUPS",
            "Centre de la Petite Enfance les P’Tits Loups",
        ),
        ("CPE DES ESSAIS", "CPE des Essais"),
        ('GARDERIE "LE BANC"', "Garderie «\u00a0Le Banc\u00a0»"),
        ("Garderie l'Essai", "Garderie l’Essai"),
    ],
)
def test_names_in_capitals_are_put_in_lower_case(written: str, shown: str) -> None:
    assert name(written, "nom") == shown


def test_points_are_in_quebec_or_refused() -> None:
    assert point("48,45", "-68.5") == (48.45, -68.5)
    assert point("", "") is None
    with pytest.raises(BadCell):
        point(48.85, 2.35)
    with pytest.raises(BadCell):
        text("=1+1", "nom")


def test_hsds_json_of_another_directory_is_read(read: Read, tmp_path: Path) -> None:
    service = {
        "id": "ac148810-d857-441c-9679-408f346de14b",
        "name": "Accueil des Essais",
        "status": "active",
        "organization": {"id": "d9d5e0f5-d3ce-4f73-9a2f-4dd0ecc6c610", "name": "Les Essais"},
        "phones": [{"id": "1", "number": "418 555-0107"}],
        "schedules": [{"id": "2", "description": "Lundi au vendredi, 9 h à 17 h"}],
        "service_at_locations": [
            {
                "id": "3",
                "location": {
                    "id": "4",
                    "location_type": "physical",
                    "latitude": 48.45,
                    "longitude": -68.52,
                    "addresses": [
                        {
                            "id": "5",
                            "address_1": "7, rue des Essais",
                            "city": "Rimouski",
                            "region": "Bas-Saint-Laurent",
                            "state_province": "QC",
                            "postal_code": "G5L 0A1",
                        }
                    ],
                },
            }
        ],
    }
    path = tmp_path / "services.json"
    path.write_text(json.dumps({"contents": [service]}))
    (record,) = read("hsds", path).records
    resource = record.resource
    assert (resource.name, resource.organization) == ("Accueil des Essais", "Les Essais")
    assert (resource.municipality_code, resource.region) == ("10043", "01")
    assert resource.address == "7, rue des Essais, Rimouski G5L 0A1"
    assert (resource.phone, resource.hours) == ("418 555-0107", "Lundi au vendredi, 9 h à 17 h")


@pytest.mark.parametrize("where", ["name", "organization", "number", "languages"])
def test_formula_anywhere_in_a_package_rejects_its_service_alone(
    read: Read, tmp_path: Path, where: str
) -> None:
    formula = "=HYPERLINK(1)"
    good = {"id": "1", "name": "Les Essais", "organization": {"id": "o", "name": "Les Essais"}}
    bad = {
        "id": "2",
        "name": formula if where == "name" else "Les Preuves",
        "organization": {"id": "p", "name": formula if where == "organization" else "Preuves"},
        "phones": [{"id": "3", "number": formula if where == "number" else "418 555-0107"}],
        "languages": [{"id": "4", "code": formula if where == "languages" else "fr"}],
    }
    path = tmp_path / "services.json"
    path.write_text(json.dumps([good, bad]))
    parsed = read("hsds", path)
    assert [record.resource.name for record in parsed.records] == ["Les Essais"]
    assert "une formule" in parsed.rejected[0].reason
