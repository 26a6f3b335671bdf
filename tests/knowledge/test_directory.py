"""The seed of the directory, how it is checked, and what is found near a place."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz

from marie.knowledge.directory import LOCAL_KM, Directory, Hit
from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.model import Source
from marie.knowledge.places import Gazetteer, Place, distance_km
from marie.knowledge.resource_json import map_url, to_json
from marie.knowledge.resources import KINDS, Resource, load_resources
from marie.language.folding import fold_key

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "knowledge" / "directory"
OPEN_DATA = ROOT.parent / "shared" / "data" / "education"

needs_open_data = pytest.mark.skipif(
    not OPEN_DATA.exists(), reason="the open data is not beside the project"
)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.load(ROOT / "knowledge" / "places")


@pytest.fixture(scope="module")
def seed() -> list[Resource]:
    return load_resources(SEED)


@pytest.fixture(scope="module")
def directory(seed: list[Resource], gazetteer: Gazetteer) -> Directory:
    return Directory(seed, gazetteer)


def place(gazetteer: Gazetteer, place_id: str) -> Place:
    found = gazetteer.get(place_id)
    assert found is not None
    return found


def ids(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.resource.id for hit in hits]


# --- The seed ---------------------------------------------------------------------------------


def test_there_are_48_public_cegeps(seed: list[Resource]) -> None:
    colleges = [r for r in seed if r.kind == "cegep" and r.parent is None]
    assert len(colleges) == 48
    assert len({college.name for college in colleges}) == 48


def test_every_campus_belongs_to_an_institution_of_its_kind(seed: list[Resource]) -> None:
    by_id = {resource.id: resource for resource in seed}
    campuses = [resource for resource in seed if resource.parent]
    assert campuses
    for campus in campuses:
        assert campus.parent is not None
        assert by_id[campus.parent].kind == campus.kind
        assert by_id[campus.parent].parent is None


def test_every_kind_has_a_resource(seed: list[Resource]) -> None:
    assert {resource.kind for resource in seed} == KINDS


def test_every_town_is_known_under_its_code_and_region(
    seed: list[Resource], gazetteer: Gazetteer
) -> None:
    for resource in seed:
        if resource.municipality_code is not None:
            town = place(gazetteer, f"municipality:{resource.municipality_code}")
            assert (resource.municipality, resource.region) == (town.name, town.region)


def test_childcare_and_schools_hold_only_what_serves_all_of_quebec(seed: list[Resource]) -> None:
    local = [r.id for r in seed if r.kind in {"childcare", "school"} and r.municipality]
    assert local == []


@pytest.mark.parametrize(
    ("resource_id", "phone"),
    [
        ("ligne-988", "9-8-8"),
        ("sos-violence-conjugale", "1 800 363-9010"),
        ("urgence-911", "911"),
        ("info-sante-811", "811"),
        ("211", "2-1-1"),
        ("shq", "1 800 463-4315"),
    ],
)
def test_help_line_has_its_number(directory: Directory, resource_id: str, phone: str) -> None:
    resource = directory.get(resource_id)
    assert resource is not None
    assert resource.phone == phone


def test_nothing_is_said_to_be_verified(seed: list[Resource]) -> None:
    assert [resource.id for resource in seed if resource.source.verified_on] == []


def test_displayed_text_has_french_typography(seed: list[Resource]) -> None:
    for resource in seed:
        for text in (resource.name, resource.description, resource.address):
            if text is not None:
                assert "'" not in text, text
                assert " :" not in text, text


# --- The seed against the ministry's data -----------------------------------------------------


def features(name: str) -> Iterator[dict[str, Any]]:
    content = json.loads((OPEN_DATA / name).read_text(encoding="utf-8"))
    for feature in content["features"]:
        yield feature["properties"]


def same_institution(resource: Resource, feature: dict[str, Any]) -> bool:
    assert resource.lat is not None
    assert resource.lon is not None
    original = feature["originales"]
    point = original["COORD_Y_LL84"], original["COORD_X_LL84"]
    return (
        fold_key(resource.municipality or "") == fold_key(original["NOM_MUNCP"])
        and distance_km((resource.lat, resource.lon), point) <= 1
        and (resource.address or "").replace(" ", "").endswith(original["CD_POSTL_GDUNO"])
    )


@needs_open_data
def test_each_college_and_campus_stands_where_the_ministry_says(seed: list[Resource]) -> None:
    known = list(features("public.geojson"))
    located = [r for r in seed if r.kind == "cegep" and r.municipality]
    assert len(located) == 84
    astray = [r.id for r in located if not any(same_institution(r, f) for f in known)]
    assert astray == []


@needs_open_data
def test_the_48_cegeps_are_those_of_the_ministry(seed: list[Resource]) -> None:
    official = [f for f in features("public.geojson") if f["type"] in {"Cégep", "Collège régional"}]
    colleges = [r for r in seed if r.kind == "cegep" and r.parent is None]
    assert len(official) == 48
    for feature in official:
        named = [
            r
            for r in colleges
            if same_institution(r, feature)
            and fuzz.token_set_ratio(fold_key(r.name), fold_key(feature["nom"])) >= 70
        ]
        assert len(named) == 1, feature["nom"]


@needs_open_data
def test_each_university_with_an_address_stands_where_the_ministry_says(
    seed: list[Resource],
) -> None:
    known = list(features("universites.geojson"))
    located = [r for r in seed if r.kind == "university" and r.address]
    assert len(located) == 17
    assert [r.id for r in located if not any(same_institution(r, f) for f in known)] == []


# --- Near a place -----------------------------------------------------------------------------


def test_cegep_in_rimouski_comes_first_with_its_distance(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    near = place(gazetteer, "municipality:10043")
    page = directory.search("cégep", near=near)
    assert ids(page.hits)[:2] == ["cegep-rimouski", "cegep-rimouski-institut-maritime"]
    assert page.hits[0].distance_km is not None
    assert page.hits[0].distance_km < 2
    assert page.total == 85


def test_town_without_a_cegep_gets_the_nearest_with_their_distance(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    trois_pistoles = place(gazetteer, "municipality:11040")
    hits = directory.search(near=trois_pistoles, kinds={"cegep"}, limit=3).hits
    assert hits[0].resource.id == "cegep-riviere-du-loup"
    assert hits[0].distance_km == pytest.approx(42, abs=2)
    assert [hit.distance_km for hit in hits] == sorted(hit.distance_km or 0 for hit in hits)


def test_what_serves_all_of_quebec_comes_after_what_is_near(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    page = directory.search(near=place(gazetteer, "municipality:10043"), kinds={"cegep"}, limit=90)
    everywhere = ids(page.hits).index("cegep-a-distance")
    assert everywhere > 0
    assert all((hit.distance_km or 0) <= LOCAL_KM for hit in page.hits[:everywhere])
    assert all((hit.distance_km or 0) > LOCAL_KM for hit in page.hits[everywhere + 1 :])


def test_what_serves_all_of_quebec_comes_first_where_nothing_is_near(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    havre = place(gazetteer, "municipality:98040")
    hits = directory.search(near=havre, kinds={"cegep"}, limit=3).hits
    assert hits[0].resource.id == "cegep-a-distance"
    assert hits[0].distance_km is None
    assert hits[1].distance_km is not None
    assert hits[1].distance_km > LOCAL_KM


def test_region_gives_what_is_inside_first_and_without_distance(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    hits = directory.search(near=place(gazetteer, "region:09"), kinds={"cegep"}, limit=10).hits
    inside = [hit for hit in hits if hit.resource.region == "09"]
    assert list(hits[:3]) == inside
    assert set(ids(tuple(inside))) == {"cegep-baie-comeau", "cegep-forestville", "cegep-sept-iles"}
    assert [hit.distance_km for hit in inside] == [None, None, None]


def test_region_gives_institutions_before_campuses(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    centre_du_quebec = place(gazetteer, "region:17")
    hits = directory.search(near=centre_du_quebec, kinds={"cegep"}, limit=4).hits
    assert [hit.resource.region for hit in hits] == ["17"] * 4
    assert [hit.resource.parent is None for hit in hits] == [True, True, False, False]


def test_region_without_a_university_gets_the_nearest_to_its_centre(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    gaspesie = place(gazetteer, "region:11")
    hits = directory.search(near=gaspesie, kinds={"university"}, limit=3).hits
    assert hits[0].resource.id == "teluq"
    assert hits[1].distance_km is not None
    assert hits[1].distance_km <= (hits[2].distance_km or 0)


def test_mrc_gives_its_own_college_first(directory: Directory, gazetteer: Gazetteer) -> None:
    matapedia = place(gazetteer, "mrc:070")
    assert ids(directory.search("cégep", near=matapedia).hits)[0] == "cegep-rimouski-amqui"


def test_borough_gives_its_own_college_before_the_one_across_town(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    jonquiere = place(gazetteer, "borough:jonquiere")
    hits = directory.search(near=jonquiere, kinds={"cegep"}).hits
    assert ids(hits)[:2] == ["cegep-jonquiere", "cegep-chicoutimi"]


def test_service_of_one_region_is_shown_first_there_and_last_elsewhere(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    services = {"sram", "sracq", "srasl"}
    alma = directory.search("admission au cégep", near=place(gazetteer, "municipality:93042"))
    gaspe = directory.search("admission au cégep", near=place(gazetteer, "municipality:03005"))
    assert set(ids(alma.hits)) == set(ids(gaspe.hits)) == services
    assert ids(alma.hits)[0] == "srasl"
    assert ids(gaspe.hits)[-1] == "srasl"


def test_words_count_near_a_place_too(directory: Directory, gazetteer: Gazetteer) -> None:
    near = place(gazetteer, "municipality:10043")
    assert ids(directory.search("institut maritime", near=near).hits) == [
        "cegep-rimouski-institut-maritime"
    ]


def test_name_of_the_place_in_the_query_finds_no_other_place_that_shares_a_word(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    near = place(gazetteer, "municipality:11040")
    hits = directory.search("un cégep à Trois-Pistoles", near=near).hits
    assert hits == directory.search("cégep", near=near).hits
    assert hits[0].resource.id == "cegep-riviere-du-loup"


# --- By words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("garderie", "portail-inscription-services-garde"),
        ("cpe à Matane", "portail-inscription-services-garde"),
        ("emplois en région", "emplois-en-regions"),
        ("place aux jeunes", "place-aux-jeunes"),
        ("tribunal du logement", "tal"),
        ("permis de conduire", "saaq"),
        ("prêts et bourses", "aide-financiere-etudes"),
        ("aide juridique", "aide-juridique"),
        ("UQAR Lévis", "uqar-levis"),
        ("st-jerome cegep", "cegep-saint-jerome"),
        ("Heritage College", "cegep-heritage"),
        ("cours de français", "francisation-quebec"),
        ("banque alimentaire", "211"),
        ("violence conjugale", "sos-violence-conjugale"),
    ],
)
def test_question_finds_what_it_means(directory: Directory, query: str, first: str) -> None:
    assert ids(directory.search(query).hits)[0] == first


def test_pages_follow_each_other_without_holes(directory: Directory) -> None:
    whole = directory.search(kinds={"cegep"}, limit=100)
    pages = [directory.search(kinds={"cegep"}, limit=10, offset=n) for n in range(0, 90, 10)]
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert {page.total for page in pages} == {85}
    assert directory.search(kinds={"cegep"}, offset=85).hits == ()


def test_unknown_id_is_nothing(directory: Directory) -> None:
    assert directory.get("cegep-de-nulle-part") is None


def test_search_of_the_seed_takes_at_most_ten_milliseconds(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    near = place(gazetteer, "region:11")
    queries = ["garderie", "cegep de rimousky", "xyzzyx abcdef", "emplois en regions", ""]
    times = []
    for query in queries * 20:
        start = time.process_time()
        directory.search(query, near=near)
        times.append(time.process_time() - start)
    assert sorted(times)[95] <= 0.010


# --- What others are shown --------------------------------------------------------------------


def resource(**changes: Any) -> Resource:
    values: dict[str, Any] = {
        "id": "here",
        "name": "Ici",
        "kind": "other",
        "url": "https://example.org",
        "source": Source(title="Une page", url="https://example.org"),
    }
    return Resource(**{**values, **changes})


def test_json_has_the_fields_of_the_contract_and_what_a_card_adds(
    directory: Directory, gazetteer: Gazetteer
) -> None:
    rimouski = directory.get("cegep-rimouski")
    assert rimouski is not None
    assert to_json(rimouski, 0.8499, gazetteer) == {
        "id": "cegep-rimouski",
        "name": "Cégep de Rimouski",
        "kind": "cegep",
        "municipality": "Rimouski",
        "region": "Bas-Saint-Laurent",
        "address": "60, rue de l’Évêché Ouest, Rimouski G5L 4H6",
        "phone": None,
        "url": "https://www.cegep-rimouski.qc.ca",
        "distance_km": 0.8,
        "read_on": "2026-11-22",
        "verified_on": None,
        "source": "Réseau collégial public (ministère de l’Enseignement supérieur, Données Québec)",
        "map_url": "https://www.openstreetmap.org/?mlat=48.4482&mlon=-68.5278#map=16/48.4482/-68.5278",
        "email": None,
        "hours": None,
        "cost": None,
        "description": None,
        "places": None,
        "published": "2022-12-05",
        "stale": False,
    }


def test_what_nobody_read_has_no_day(gazetteer: Gazetteer) -> None:
    shown = to_json(resource(), None, gazetteer)
    assert (shown["read_on"], shown["distance_km"], shown["region"]) == (None, None, None)
    source = Source(title="Une page", url="https://example.org", verified_on=date(2027, 1, 2))
    assert to_json(resource(source=source), None, gazetteer)["verified_on"] == "2027-01-02"


def test_map_is_searched_by_address_or_name_when_there_is_no_point() -> None:
    town = {"municipality": "Lévis", "municipality_code": "25213", "region": "12"}
    search = "https://www.openstreetmap.org/search?query="
    assert map_url(resource()) is None
    assert map_url(resource(**town)) == search + "Ici%2C%20L%C3%A9vis"
    assert map_url(resource(**town, address="1, rue A, Lévis")) == (
        search + "1%2C%20rue%20A%2C%20L%C3%A9vis"
    )


# --- Bad files --------------------------------------------------------------------------------

GOOD = """\
- id: one
  name: Un
  kind: health
  url: https://example.org
  source: {title: Une page, url: "https://example.org"}
"""


def problems(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeErrors) as error:
        load_resources(folder)
    return str(error.value)


def test_good_file_loads(tmp_path: Path) -> None:
    (tmp_path / "health.yml").write_text(GOOD, encoding="utf-8")
    assert [r.id for r in load_resources(tmp_path)] == ["one"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("  fax: 418 555-0100\n", "fax"),
        ("  lat: north\n", "lat"),
        ("  lat: 48.1\n", "lon"),
        ("  municipality: Lévis\n", "municipality_code"),
        ('  municipality: Lévis\n  municipality_code: "25213"\n', "region"),
        ('  region: "18"\n', "18"),
        ("  address: 1, rue A\n", "adresse"),
        ("  parent: nobody\n", "nobody"),
    ],
)
def test_wrong_value_is_refused_with_file_and_record(tmp_path: Path, line: str, said: str) -> None:
    message = problems(tmp_path, health=GOOD + line)
    assert "« one »" in message
    assert said in message
    assert str(tmp_path) in message


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("id: one", "id: One Two"),
        ("kind: health", "kind: hospital"),
        ("kind: health", "kind: legal"),
        ("url: https://example.org", "url: example.org"),
        ('url: "https://example.org"', "url: ftp://example.org"),
        ("name: Un", "name: ' '"),
    ],
)
def test_wrong_record_is_refused(tmp_path: Path, before: str, after: str) -> None:
    assert before in GOOD
    assert "health.yml" in problems(tmp_path, health=GOOD.replace(before, after, 1))


def test_record_without_id_is_named_by_its_number(tmp_path: Path) -> None:
    assert "n° 2" in problems(tmp_path, health=GOOD + "- name: Deux\n")


def test_same_id_twice_is_refused_across_files(tmp_path: Path) -> None:
    legal = GOOD.replace("kind: health", "kind: legal")
    message = problems(tmp_path, health=GOOD, legal=legal)
    assert "« one » existe deux fois" in message
    assert "legal.yml" in message


@pytest.mark.parametrize("text", ["a: b\n", "- [", "text"])
def test_file_that_is_no_list_of_records_is_refused(tmp_path: Path, text: str) -> None:
    assert "health.yml" in problems(tmp_path, health=text)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    message = problems(tmp_path, health=GOOD + "- name: Deux\n- name: Trois\n")
    assert len(message.splitlines()) == 2


def test_town_in_the_query_is_the_place_asked_for(directory: Directory) -> None:
    page = directory.search("un cégep proche d’Amqui")
    assert page.near is not None
    assert page.near.name == "Amqui"
    assert page.hits[0].distance_km is not None
    assert page.hits[0].distance_km < 5


def test_offset_beyond_everything_is_an_empty_page(directory: Directory) -> None:
    assert directory.search(kinds={"cegep"}, offset=10**12).hits == ()
