"""Which region first, and two side by side, as a visitor lives it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions.trades import said_sector
from bot.actions.wiring import Desk
from tests.bot.actions.conftest import Talk


def years(*ages: int) -> list[dict[str, Any]]:
    """Age entities."""
    return [{"entity": "age", "value": age, "grain": "years"} for age in ages]


def data(talk: Talk) -> dict[str, Any]:
    """The data of the last answer."""
    assert talk.last is not None
    return talk.last.messages[-1].data


def test_all_fifteen_regions_are_ranked_with_the_weights_that_made_the_order(talk: Talk) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    ranking = data(talk)["ranking"]
    assert len(ranking) == 15
    assert [each["score"] for each in ranking] == sorted(
        (each["score"] for each in ranking), reverse=True
    )
    assert data(talk)["weights"]["closeness"] == 1


def test_criterion_without_figures_is_named_as_absent_not_guessed(talk: Talk) -> None:
    reply = talk.say("quelle région choisir?", "region.recommend")
    assert "Donnée absente, donc pas comptée\u00a0: taux de chômage et loyers." in (
        reply.messages[0].text
    )
    absent = {each["id"] for each in data(talk)["criteria"] if not each["available"]}
    assert {"housing", "unemployment", "childcare"} <= absent


def test_trade_told_puts_regions_that_have_its_sector_first(talk: Talk) -> None:
    talk.say("je suis soudeur, quelle région?", "region.recommend")
    first = data(talk)["ranking"][0]
    assert "fabrication, parmi ses secteurs" in first["because"]
    assert talk.profile["sector"] == "manufacturing"


def test_children_of_college_age_make_colleges_count(talk: Talk) -> None:
    talk.say("où aller avec mes enfants?", "region.recommend", *years(2, 17))
    assert data(talk)["weights"]["college"] == 3
    assert data(talk)["weights"]["childcare"] == 3
    assert talk.profile["children"] == [2, 17]


def test_pressing_a_criterion_gives_it_more_weight_and_its_button_gives_way(talk: Talk) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    before = data(talk)["weights"]["college"]
    reply = talk.press("Les cégeps comptent plus")
    assert data(talk)["weights"]["college"] == before + 2
    titles = [each["title"] for each in reply.messages[0].quick_replies]
    assert "Les cégeps comptent plus" not in titles


@pytest.mark.parametrize(
    ("said", "criterion", "wanted"),
    [
        ("le travail compte plus", "work", 5),
        ("plutôt une petite ville", "town", -3),
        ("la distance, peu importe, c’est pas important", "closeness", 0),
        ("pas loin de Montréal, c’est important", "closeness", 3),
        ("loin de Montréal plutôt", "closeness", -3),
    ],
)
def test_words_under_a_ranking_weigh_it_again(
    talk: Talk, said: str, criterion: str, wanted: float
) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    reply = talk.say(said, "clarify", confidence=0.3)
    assert reply.messages[0].topic == "region.recommend"
    assert data(talk)["weights"][criterion] == wanted


def test_bare_trade_under_a_ranking_weighs_it_again(talk: Talk) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    talk.say("je suis infirmière", "work.search")
    assert talk.profile["sector"] == "health"


def test_other_question_under_a_ranking_is_answered(talk: Talk) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    reply = talk.say("combien coûte la garderie?", "childcare.cost")
    assert reply.messages[0].topic == "childcare.cost"


def test_first_two_are_compared_figure_by_figure(talk: Talk) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    names = [each["region"] for each in data(talk)["ranking"][:2]]
    reply = talk.press("Comparer les deux premières")
    assert data(talk)["regions"] == names
    assert "Donnée absente pour les deux" in reply.messages[0].text
    assert all(len(row["values"]) == 2 for row in data(talk)["rows"])


def test_region_named_is_compared_with_the_one_talked_about(talk: Talk) -> None:
    talk.place("parle-moi de l’Estrie", "region.profile")
    talk.place("compare avec la Mauricie", "region.compare")
    assert sorted(data(talk)["regions"]) == ["Estrie", "Mauricie"]


@pytest.mark.parametrize(
    ("said", "sector"),
    [
        (" je suis prepose aux beneficiaires ", "health"),
        (" mecanicien industriel ", "manufacturing"),
        (" mecanicien ", "transport"),
        (" genie civil ", "construction"),
        (" je cherche une garderie ", None),
    ],
)
def test_sector_is_read_from_the_trade(desk: Desk, said: str, sector: str | None) -> None:
    assert said_sector(said, desk) == sector


def test_far_or_not_is_a_question_about_the_ranking_and_no_wish(talk: Talk) -> None:
    talk.say("où aller avec un bébé", "region.recommend")
    before = dict(talk.profile)
    reply = talk.say("c'est loin de montréal?", "region.recommend")
    assert reply.messages[0].text.count("\u00a0km\n") == 5
    assert reply.messages[0].sources
    assert talk.profile == before
    assert talk.say("loin de Montréal", "region.recommend").profile["weights"]["closeness"] < 0


def test_second_of_two_compared_regions_is_told_of(talk: Talk) -> None:
    talk.place("compare l'Estrie et le Saguenay", "region.compare")
    reply = talk.say("ok la deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert reply.messages[0].entry == "region-02"
