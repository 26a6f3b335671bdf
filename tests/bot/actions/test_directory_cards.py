"""Talks about the directory's cards, on small files of ours in the publishers' layouts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bot.actions.wiring import Desk, open_desk
from marie.domain.replies import Reply
from marie.knowledge.importers.model import Task, load_publishers
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.opened import SNAPSHOTS
from marie.knowledge.published import publish
from marie.knowledge.resources import Resource, load_resources
from marie.settings import ROOT
from tests import publishers
from tests.bot.actions.conftest import NOON, Talk

TODAY = date(2026, 11, 22)


def daycare(number: int, kind: str = "CPE", town: str = "Saint-Hyacinthe", infants: int = 0) -> str:
    name = f"CPE du Banc {number}" if kind == "CPE" else f"Garderie du Banc {number}"
    return (
        f'{name},16 - Montérégie,"{number}, rue des Essais",{town},J2S 0A{number},'
        f"(450) 555-01{number:02},,,{kind},60,{infants},{'CR' if kind == 'CPE' else ''},,0"
    )


ROWS = (
    *(daycare(number) for number in range(1, 5)),
    daycare(5, infants=10),
    daycare(6, "GARD", infants=5),
    daycare(7, "GARD"),
    daycare(8, town="Beloeil", infants=10),
)


def building(code: str, **original: Any) -> dict[str, Any]:
    return publishers.school(original={"CD_IMM": code, "NOM_IMM": "Immeuble", **original})


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> list[Resource]:
    folder = tmp_path_factory.mktemp("files")
    seed = load_resources(ROOT / "knowledge" / "directory")
    desk = open_desk(ROOT / "knowledge")
    secondary = {"NOM_OFFCL_ORGNS": "École des Preuves", "CD_ORGNS": "1", "SEC": 1, "ADULTE": 0}
    files = {
        "childcare": publishers.regional(folder / "garderies.csv", ROWS),
        "schools": publishers.geojson(
            folder / "ecoles.geojson",
            building("1"),
            building("2", ADRS_GEO_L1_GDUNO_IMM="7, rue des Essais"),
            building("3", **secondary),
        ),
        "places": folder / "MUN.csv",
    }
    files["places"].write_text("\n".join(publishers.MUN), encoding="utf-8")
    found = list(seed)
    for importer, path in files.items():
        task = Task(
            paths=(path,),
            gazetteer=desk.gazetteer,
            publishers=load_publishers(ROOT / "knowledge"),
            today=TODAY,
        )
        found += [record.resource for record in IMPORTERS[importer](task).records]
    return found


@pytest.fixture
def desk(resources: list[Resource], tmp_path: Path) -> Desk:
    desk = open_desk(ROOT / "knowledge", tmp_path)
    publish(tmp_path / SNAPSHOTS, resources, desk.gazetteer, 1)
    desk.directory.today = lambda: TODAY
    return desk


def names(reply: Reply) -> list[str]:
    return [card["name"] for card in reply.messages[0].resources]


def said(reply: Reply) -> str:
    return reply.messages[0].text.replace("\u00a0", " ")


def test_count_in_the_town_is_said_and_what_is_left_of_it(talk: Talk) -> None:
    text = said(talk.place("garderie à Saint-Hyacinthe", "childcare.find"))
    assert "7 services de garde à Saint-Hyacinthe" in text
    assert "Il y en a 4 autres à Saint-Hyacinthe" in text


def test_list_is_walked_to_its_end_without_doubles_and_never_more_than_five(talk: Talk) -> None:
    reply = talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    seen: list[str] = []
    while cards := [card["id"] for card in reply.messages[0].resources]:
        assert len(cards) <= 5
        seen += cards
        reply = talk.say("d’autres", "more")
    assert len(seen) == len(set(seen))
    assert sum(each.startswith("garde-") for each in seen) == len(ROWS)


def test_text_alone_has_phone_address_places_and_the_edition(talk: Talk) -> None:
    text = said(talk.place("garderie à Beloeil", "childcare.find"))
    line = next(line for line in text.splitlines() if "CPE du Banc 8" in line)
    assert "8, rue des Essais" in line
    assert "450 555-0108" in line
    assert "60 places, dont 10 pour poupons, contribution réduite" in line
    assert "publication : 1er novembre 2025" in text
    assert "lu le 22 novembre 2026" in text


def test_card_has_what_the_widget_draws(talk: Talk) -> None:
    card = talk.place("garderie à Beloeil", "childcare.find").messages[0].resources[0]
    assert card["places"] == {"total": 60, "infants": 10, "subsidized": True}
    assert (card["published"], card["stale"]) == ("2025-11-01", True)
    assert card["map_url"].startswith("https://www.openstreetmap.org/")
    assert card["read_on"] == "2026-11-22"


def test_edition_that_is_not_old_is_not_called_so(desk: Desk, resources: list[Resource]) -> None:
    found = next(each for each in resources if each.name == "CPE du Banc 8")
    assert desk.directory.is_old(found)
    recent = replace(found, source=replace(found.source, published="2026-11-01"))
    assert not desk.directory.is_old(recent)


def test_none_in_the_town_gives_the_nearest_and_how_far(talk: Talk) -> None:
    reply = talk.place("garderie à Mont-Saint-Hilaire", "childcare.find")
    text = said(reply)
    assert names(reply)
    assert "Je ne connais pas de service de garde" in text
    assert "à vol d’oiseau" in text


def test_nothing_near_says_so_and_gives_the_official_door_before_the_nearest(talk: Talk) -> None:
    reply = talk.place("un cpe pour poupon à Gaspé", "childcare.find")
    assert "n’est pas complet" in said(reply)
    assert names(reply)[0] == "Portail d’inscription aux services de garde"
    assert names(reply)[-1].startswith("CPE")
    assert reply.messages[0].resources[-1]["distance_km"] > 500


def test_cpe_means_cpe_and_infants_are_kept_in_the_next_town(talk: Talk) -> None:
    reply = talk.place("cpe st-hyacinthe poupon", "childcare.find")
    assert names(reply)[0] == "CPE du Banc 5"
    assert "un CPE avec des places pour poupons" in said(reply)
    assert names(talk.place("et à Beloeil?", "follow_up"))[0] == "CPE du Banc 8"


def test_age_of_a_baby_asks_for_places_for_infants(talk: Talk) -> None:
    found = talk.desk.gazetteer.find("Saint-Hyacinthe")[0]
    place = {"entity": "place", "value": found.place.id, "candidates": [found.place.id]}
    age = {"entity": "age", "value": 9, "grain": "months"}
    reply = talk.say("garderie Saint-Hyacinthe, il a 9 mois", "childcare.find", place, age)
    assert set(names(reply)[:2]) == {"CPE du Banc 5", "Garderie du Banc 6"}


@pytest.mark.parametrize(
    ("text", "intent"), [("seulement les CPE", "childcare.find"), ("juste des cpe", "out_of_scope")]
)
def test_list_is_narrowed_to_a_type_and_widened_again(talk: Talk, text: str, intent: str) -> None:
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    assert "5 CPE à Saint-Hyacinthe" in said(talk.say(text, intent))
    widened = said(talk.say("peu importe", "inform"))
    assert "7 services de garde à Saint-Hyacinthe" in widened


def test_family_daycare_is_said_to_be_missing(talk: Talk) -> None:
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    reply = talk.say("un milieu familial plutôt", "childcare.types")
    assert "ne contient pas les milieux familiaux" in said(reply)
    assert names(reply)


def test_question_about_types_is_not_taken_for_the_list(talk: Talk) -> None:
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    reply = talk.say("c’est quoi la différence avec un cpe", "childcare.types")
    assert reply.messages[0].topic == "childcare.types"


def test_free_of_charge_is_the_price_of_what_was_listed(talk: Talk) -> None:
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    reply = talk.say("gratuit?", "program.info", confidence=0.58)
    assert reply.messages[0].topic == "childcare.cost"


def test_second_card_is_told_with_everything_and_others_are_offered(talk: Talk) -> None:
    first = talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    reply = talk.say("le deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert names(reply) == names(first)[1:2]
    assert "Téléphone : 450 555-01" in said(reply)
    assert "Places au permis : 60" in said(reply)
    assert any(each["payload"] == "/more" for each in reply.messages[0].quick_replies)


def test_last_card_and_one_that_was_not_shown(talk: Talk) -> None:
    first = talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    last = talk.say("le dernier", "pick", {"entity": "ordinal", "value": -1})
    assert names(last) == names(first)[-1:]
    missing = talk.say("le cinquième", "pick", {"entity": "ordinal", "value": 5})
    assert "Laquelle voulez-vous?" in said(missing)


def test_phone_of_the_list_and_then_of_the_card_that_is_talked_about(talk: Talk) -> None:
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    text = said(talk.say("c’est quoi leur numéro?", "follow_up"))
    assert text.count("450 555-01") == 3
    picked = names(talk.say("le premier", "pick", {"entity": "ordinal", "value": 1}))
    reply = talk.say("et l’adresse?", "follow_up")
    assert names(reply) == picked
    assert said(reply).splitlines()[1].startswith("Adresse :")


def test_what_the_source_does_not_tell_is_said_to_be_missing(talk: Talk) -> None:
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    assert "ne donne pas les heures" in said(talk.say("c’est ouvert quand?", "follow_up"))


def test_nearer_shows_the_nearest_from_the_start(talk: Talk) -> None:
    first = talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    talk.say("d’autres", "more")
    reply = talk.say("plus près", "follow_up")
    assert names(reply) == names(first)
    assert "les plus proches" in said(reply)


def test_buildings_of_one_school_are_one_card(talk: Talk) -> None:
    reply = talk.place("école des adultes à Matane", "school.find")
    assert reply.messages[0].entry == "school-find-adult"
    assert names(reply)[0] == "Centre d’éducation des adultes des Essais"
    assert "un centre d’éducation des adultes à Matane" in said(reply)
    assert "et 1 autre adresse" in said(reply)
    detail = said(talk.say("le premier", "pick", {"entity": "ordinal", "value": 1}))
    assert "7, rue des Essais" in detail
    assert "5, rue des Essais" in detail


def test_age_of_a_child_says_which_school(talk: Talk) -> None:
    found = talk.desk.gazetteer.find("Matane")[0]
    place = {"entity": "place", "value": found.place.id, "candidates": [found.place.id]}
    reply = talk.say(
        "école à Matane", "school.find", place, {"entity": "age", "value": 14, "grain": "years"}
    )
    assert names(reply)[0] == "École des Preuves"
    assert "une école secondaire" in said(reply)


@pytest.mark.parametrize(
    ("text", "intent", "name", "told"),
    [
        (
            "c’est quoi le téléphone du cégep de Jonquière",
            "cegep.find",
            "Cégep de Jonquière",
            "pas de numéro",
        ),
        ("adresse du cpe du banc 7 svp", "school.find", None, ""),
        ("tel du CPE du banc 3", "out_of_scope", "CPE du Banc 3", "450 555-0103"),
        (
            "quel est le numéro de l’hôtel de ville de Rimouski",
            "out_of_scope",
            "Ville de Rimouski",
            "418 555-0105",
        ),
        ("l’adresse de l’UQAR", "university.find", "Université du Québec à Rimouski", "Adresse"),
    ],
)
def test_what_is_called_by_its_name_is_told(
    talk: Talk, text: str, intent: str, name: str | None, told: str
) -> None:
    reply = talk.place(text, intent)
    if name is None:
        assert "CPE du Banc 7" not in names(reply)
        return
    assert names(reply) == [name]
    assert told in said(reply)


@pytest.mark.parametrize(
    "text", ["je veux faire mon changement d’adresse", "le numéro de mon propriétaire"]
)
def test_other_phones_and_addresses_are_not_looked_up(talk: Talk, text: str) -> None:
    assert talk.say(text, "moving.plan").messages[0].topic == "moving.plan"


def test_town_and_a_kind_are_a_search_whatever_was_read(talk: Talk) -> None:
    reply = talk.place("garderie Saint-Hyacinthe", "region.compare")
    assert reply.messages[0].topic == "childcare.find"
    assert "7 services de garde" in said(reply)


def test_private_college_is_no_cegep(talk: Talk) -> None:
    reply = talk.place("un collège privé à Sherbrooke", "cegep.find")
    assert "Cégep de Sherbrooke" not in names(reply)


def test_stale_card_says_so_in_details_too(talk: Talk, desk: Desk) -> None:
    later = TODAY + timedelta(days=200)
    desk.directory.today = lambda: later
    talk.said_at = NOON + timedelta(days=200)
    talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    reply = talk.say("le premier", "pick", {"entity": "ordinal", "value": 1})
    assert "à revérifier" in said(reply)
    assert "cela date" in said(reply)


def test_precision_survives_a_question_about_the_price(talk: Talk) -> None:
    talk.place("garderie st-hyacinthe poupon", "childcare.find")
    talk.say("et le prix?", "follow_up")
    reply = talk.say("seulement les CPE", "childcare.find")
    assert names(reply) == ["CPE du Banc 5", "CPE du Banc 8"]


def test_phone_of_the_second_is_that_ones(talk: Talk) -> None:
    first = talk.place("garderie à Saint-Hyacinthe", "childcare.find")
    reply = talk.say("le deuxième, le téléphone", "pick", {"entity": "ordinal", "value": 2})
    assert names(reply) == names(first)[1:2]
    assert said(reply).splitlines()[1].startswith("Téléphone :")


def test_organisations_go_on_without_doubles(talk: Talk) -> None:
    reply = talk.place("organisme pour immigrants à Matane", "organization.find")
    seen: list[str] = []
    for _ in range(4):
        seen += [card["id"] for card in reply.messages[0].resources]
        reply = talk.say("d’autres", "more")
    assert len(seen) == len(set(seen)) > 3


def test_daycare_for_a_dog_is_none_of_maries_business_whatever_the_town(talk: Talk) -> None:
    found = talk.desk.gazetteer.find("garderie pour mon chien à Sherbrooke")[0]
    place = {"entity": "place", "value": found.ids[0], "candidates": list(found.ids)}
    reply = talk.say("garderie pour mon chien à Sherbrooke", "out_of_scope", place, confidence=0.99)
    assert reply.messages[0].topic == "out_of_scope"


@pytest.mark.parametrize(
    ("said", "sure", "topic"),
    [
        ("cpe st-hyacinthe poupon", 0.44, "childcare.find"),
        ("cpe st-hyacinthe poupon", 0.95, "childcare.cost"),
        ("cpe st-hyacinthe tarif", 0.44, "childcare.cost"),
    ],
)
def test_kind_and_town_are_a_search_when_another_reading_is_in_doubt(
    talk: Talk, said: str, sure: float, topic: str
) -> None:
    found = talk.desk.gazetteer.find(said)[0]
    place = {"entity": "place", "value": found.ids[0], "candidates": list(found.ids)}
    reply = talk.say(said, "childcare.cost", place, confidence=sure)
    assert reply.messages[0].topic == topic


def test_a_clear_question_holds_although_it_names_an_organisation(talk: Talk) -> None:
    said = "est-ce que Services Québec paie une part du déménagement pour un emploi qui est loin?"
    assert talk.say(said, "moving.aid").messages[0].topic == "moving.aid"


def test_an_organisation_asked_for_by_its_name_keeps_the_topic(talk: Talk) -> None:
    reply = talk.say("où est le bureau de Services Québec?", "organization.find")
    assert reply.messages[0].topic == "organization.find"
    assert "Services Québec" in reply.messages[0].text
