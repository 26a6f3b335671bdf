"""The gazetteer: what it knows of places, where they lie, and how French names them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from marie.knowledge.places import BadPlaces, Gazetteer, Place, distance_km

PLACES = Path(__file__).resolve().parents[2] / "knowledge" / "places"
HEADER = "code,name,designation,region,mrc,lat,lon,population,metropolitan\n"


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(PLACES)


def known(gazetteer: Gazetteer, place_id: str) -> Place:
    place = gazetteer.get(place_id)
    assert place is not None, place_id
    return place


def test_there_are_17_regions_of_which_15_receive_newcomers(gazetteer: Gazetteer) -> None:
    codes = [f"{number:02}" for number in range(1, 18)]
    assert [place.region for place in gazetteer.of_kind("region")] == codes
    left_out = {"06", "13"}
    assert [place.region for place in gazetteer.host_regions()] == [
        code for code in codes if code not in left_out
    ]


def test_there_are_87_mrc_and_17_equivalent_territories(gazetteer: Gazetteer) -> None:
    ids = [place.id for place in gazetteer.of_kind("mrc")]
    assert sum(not place_id.startswith("mrc:TE-") for place_id in ids) == 87
    assert sum(place_id.startswith("mrc:TE-") for place_id in ids) == 17


def test_the_whole_metropolitan_community_is_in_the_seed(gazetteer: Gazetteer) -> None:
    inside = [place for place in gazetteer.of_kind("municipality") if place.metropolitan]
    assert len(inside) == 82
    names = {place.name for place in inside}
    assert {"Montréal", "Laval", "Longueuil", "Mirabel", "Beloeil", "L’Assomption"} <= names
    assert not {"Saint-Jérôme", "Joliette", "Granby"} & names


def test_every_municipality_lies_in_a_known_region_and_mrc(gazetteer: Gazetteer) -> None:
    for place in gazetteer.of_kind("municipality"):
        assert gazetteer.region_of(place) is not None, place
        if place.mrc is not None:
            mrc = known(gazetteer, f"mrc:{place.mrc}")
            assert mrc.region == place.region, place


def test_every_place_lies_in_quebec(gazetteer: Gazetteer) -> None:
    for place in gazetteer:
        assert 44.9 < place.lat < 63, place
        assert -80 < place.lon < -56, place


def test_displayed_names_have_typographic_apostrophes(gazetteer: Gazetteer) -> None:
    assert [place.id for place in gazetteer if "'" in place.name or "--" in place.name] == []


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("region:01", "municipality:10043"),
        ("region:01", "mrc:100"),
        ("mrc:100", "municipality:10043"),
        ("municipality:94068", "borough:chicoutimi"),
        ("region:02", "borough:chicoutimi"),
        ("municipality:10043", "municipality:10043"),
        ("area:beauce", "municipality:29073"),
        ("region:12", "area:beauce"),
        ("area:grand-montreal", "municipality:65005"),
        ("area:grand-montreal", "borough:montreal-nord"),
        ("area:est-du-quebec", "mrc:040"),
        ("area:ouest-de-l-ile", "municipality:66097"),
    ],
)
def test_a_place_contains_what_lies_in_it(gazetteer: Gazetteer, outer: str, inner: str) -> None:
    assert gazetteer.contains(outer, inner)


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("municipality:10043", "region:01"),
        ("region:11", "municipality:10043"),
        ("mrc:100", "region:01"),
        ("area:beauce", "municipality:25213"),
        ("region:01", "area:est-du-quebec"),
        ("municipality:66023", "municipality:65005"),
        ("region:99", "municipality:10043"),
        ("region:01", "municipality:00000"),
    ],
)
def test_a_place_does_not_contain_what_lies_elsewhere(
    gazetteer: Gazetteer, outer: str, inner: str
) -> None:
    assert not gazetteer.contains(outer, inner)


def test_distance_is_along_the_great_circle(gazetteer: Gazetteer) -> None:
    montreal = known(gazetteer, "municipality:66023")
    rimouski = known(gazetteer, "municipality:10043")
    assert distance_km(montreal, rimouski) == pytest.approx(505, abs=5)
    assert distance_km(rimouski, montreal) == distance_km(montreal, rimouski)
    assert distance_km(montreal, montreal) == 0
    assert distance_km((0, 0), (0, 1)) == pytest.approx(111.2, abs=0.1)


def test_the_nearest_towns_come_first_and_the_place_itself_is_left_out(
    gazetteer: Gazetteer,
) -> None:
    amqui = known(gazetteer, "municipality:07047")
    found = gazetteer.nearest(amqui, limit=3, minimum_population=10_000)
    assert [place.name for place, _ in found] == ["Matane", "Rimouski", "Baie-Comeau"]
    distances = [km for _, km in found]
    assert distances == sorted(distances)


def test_nearest_can_leave_out_the_metropolitan_community(gazetteer: Gazetteer) -> None:
    montreal = known(gazetteer, "municipality:66023")
    found = gazetteer.nearest(montreal, metropolitan=False, minimum_population=20_000, limit=3)
    assert [place.name for place, _ in found] == [
        "Saint-Jean-sur-Richelieu",
        "Saint-Lin–Laurentides",
        "Saint-Jérôme",
    ]


@pytest.mark.parametrize(
    ("place_id", "article", "preposition", "of"),
    [
        ("region:01", "le Bas-Saint-Laurent", "dans le Bas-Saint-Laurent", "du Bas-Saint-Laurent"),
        (
            "region:02",
            "le Saguenay–Lac-Saint-Jean",
            "au Saguenay–Lac-Saint-Jean",
            "du Saguenay–Lac-Saint-Jean",
        ),
        ("region:09", "la Côte-Nord", "sur la Côte-Nord", "de la Côte-Nord"),
        ("region:05", "l’Estrie", "en Estrie", "de l’Estrie"),
        ("municipality:10043", "Rimouski", "à Rimouski", "de Rimouski"),
        ("municipality:07047", "Amqui", "à Amqui", "d’Amqui"),
        ("municipality:54048", "Saint-Hyacinthe", "à Saint-Hyacinthe", "de Saint-Hyacinthe"),
        ("municipality:90012", "La Tuque", "à La Tuque", "de La Tuque"),
        ("municipality:95025", "les Escoumins", "aux Escoumins", "des Escoumins"),
        ("municipality:01023", "les Îles-de-la-Madeleine", "aux Îles-de-la-Madeleine", None),
        ("borough:le-bic", "le Bic", "au Bic", "du Bic"),
        ("borough:parc-extension", "Parc-Extension", "dans Parc-Extension", None),
        ("area:beauce", "la Beauce", "en Beauce", "de la Beauce"),
        ("mrc:110", "la MRC des Basques", "dans la MRC des Basques", "de la MRC des Basques"),
        ("mrc:880", "la MRC d’Abitibi", "dans la MRC d’Abitibi", "de la MRC d’Abitibi"),
        ("mrc:910", "la MRC du Domaine-du-Roy", "dans la MRC du Domaine-du-Roy", None),
    ],
)
def test_french_names_each_place_with_its_article_and_prepositions(
    gazetteer: Gazetteer, place_id: str, article: str, preposition: str, of: str | None
) -> None:
    place = known(gazetteer, place_id)
    assert gazetteer.with_article(place) == article
    assert gazetteer.with_preposition(place) == preposition
    if of is not None:
        assert gazetteer.with_of(place) == of


def test_labels_tell_places_with_one_name_apart(gazetteer: Gazetteer) -> None:
    mention = gazetteer.match("L'Ange-Gardien")
    assert mention is not None
    assert gazetteer.labels(mention.candidates) == (
        "L’Ange-Gardien (Capitale-Nationale)",
        "L’Ange-Gardien (Outaouais)",
    )
    mention = gazetteer.match("pontiac")
    assert mention is not None
    assert set(gazetteer.labels(mention.candidates)) == {"MRC de Pontiac", "Pontiac"}


def test_imported_municipalities_complete_and_correct_the_seed(tmp_path: Path) -> None:
    imported = tmp_path / "municipalities.csv"
    imported.write_text(
        HEADER
        + "46005,Abercorn,Village,05,460,45.04,-72.66,368,no\n"
        + "10043,Rimouski,Ville,01,100,48.45,-68.52,60000,no\n",
        encoding="utf-8",
    )
    gazetteer = Gazetteer.load(PLACES, imported=imported)
    assert known(gazetteer, "municipality:46005").name == "Abercorn"
    assert known(gazetteer, "municipality:10043").population == 60_000
    assert known(gazetteer, "municipality:07047").name == "Amqui"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadPlaces, match=r"vocabulary\.yml"):
        Gazetteer.load(tmp_path)


def test_an_alias_of_no_place_is_refused(tmp_path: Path) -> None:
    for file in filter(Path.is_file, PLACES.iterdir()):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(
            text.replace("municipality:70052", "municipality:00000"), encoding="utf-8"
        )
    with pytest.raises(BadPlaces, match="valleyfield"):
        Gazetteer.load(tmp_path)


def test_the_seed_loads_quickly() -> None:
    took = []
    for _ in range(3):
        before = time.process_time()
        Gazetteer.load(PLACES)
        took.append(time.process_time() - before)
    assert min(took) < 0.150
