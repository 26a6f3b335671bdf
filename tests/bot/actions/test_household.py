"""A spouse's trade and children's ages, told in the middle of anything: heard, said back, used."""

from __future__ import annotations

import pytest

from bot.actions.trades import own_trade, spouse_trade
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from tests.bot.actions.conftest import Talk


def text(reply: Reply) -> str:
    """Everything that was said."""
    return "\n".join(message.text for message in reply.messages)


@pytest.mark.parametrize(
    ("said", "own", "spouse"),
    [
        ("mon mari est infirmier", {}, {"sector": "health", "occupation": "infirmier"}),
        (
            "je suis soudeuse et mon conjoint est comptable",
            {"sector": "manufacturing", "occupation": "soudeuse"},
            {"sector": "finance", "occupation": "comptable"},
        ),
        (
            "Ma femme travaille comme infirmière, moi je suis soudeur",
            {"sector": "manufacturing", "occupation": "soudeur"},
            {"sector": "health", "occupation": "infirmière"},
        ),
        ("la femme de mon frère est infirmière", {}, {}),
        ("chui soudeur", {"sector": "manufacturing", "occupation": "soudeur"}, {}),
        (
            "je conduis des camions lourds",
            {"sector": "transport", "occupation": "camions"},
            {},
        ),
        (
            "je suis femme de chambre",
            {"sector": "tourism", "occupation": "femme de chambre"},
            {},
        ),
    ],
)
def test_trade_is_of_whom_it_is_told(
    desk: Desk, said: str, own: dict[str, str], spouse: dict[str, str]
) -> None:
    assert own_trade(said, desk, of_oneself=False) == own
    assert spouse_trade(said, desk) == spouse


def test_spouses_trade_is_weighed_beside_ones_own(talk: Talk) -> None:
    talk.say("je suis soudeuse, quelle région?", "region.recommend")
    reply = talk.say("mon mari est comptable", "inform")
    assert text(reply).startswith("C’est noté\u00a0: votre mari (comptable).")
    first = reply.messages[-1].data["ranking"][0]
    assert "fabrication et assurances et finance, parmi ses secteurs" in first["because"]
    assert talk.profile["sector"] == "manufacturing"


def test_sector_of_every_region_is_said_to_tell_none_from_another(talk: Talk) -> None:
    before = talk.say("quelle région choisir?", "region.recommend")
    reply = talk.say("mon conjoint est infirmier", "inform")
    assert "Dites-moi votre métier" in text(before)
    assert "Dites-moi votre métier" not in text(reply)
    assert "santé et services sociaux" in text(reply)
    assert "ne les départage pas" in text(reply)


def test_children_told_under_a_ranking_are_said_back_and_counted(talk: Talk) -> None:
    talk.say("quelle région choisir?", "region.recommend")
    reply = talk.say("mes enfants ont 3 et 17 ans", "inform")
    assert "des enfants de 3\u00a0ans et 17\u00a0ans" in text(reply)
    assert talk.profile["children"] == [3, 17]


def test_family_told_in_passing_is_said_back_and_the_place_stays(talk: Talk) -> None:
    talk.place("une garderie à Rimouski", "childcare.find")
    place = talk.focus["place"]
    reply = talk.say("ma femme est infirmière", "health")
    assert text(reply).startswith("C’est noté\u00a0: votre femme (infirmière).")
    titles = [each["title"] for each in reply.messages[-1].quick_replies]
    assert titles[:2] == ["Un emploi dans ce métier", "Reconnaître son diplôme"]
    reply = talk.say("mes enfants ont 3 et 7 ans", "inform")
    assert [each["title"] for each in reply.messages[-1].quick_replies][:2] == [
        "La garderie",
        "L’école",
    ]
    assert talk.focus["place"] == place


@pytest.mark.parametrize(
    ("said", "intent", "topic"),
    [
        ("mon mari est infirmier, comment reconnaître son diplôme?", "work.recognition", "work"),
        ("mon mari est soudeur, il cherche un emploi", "work.search", "work"),
        ("ma fille a 3 ans", "childcare.find", "childcare"),
    ],
)
def test_what_asks_for_something_or_needs_one_answer_is_answered(
    talk: Talk, said: str, intent: str, topic: str
) -> None:
    reply = talk.say(said, intent)
    assert str(reply.messages[-1].topic).split(".", maxsplit=1)[0] == topic


def test_family_told_at_a_forms_question_leaves_it_open(talk: Talk) -> None:
    talk.say("je veux planifier mon déménagement", "moving.plan")
    reply = talk.say("ma femme est infirmière", "inform")
    assert "C’est noté" in text(reply)
    assert "Dans quelle ville ou quelle région" in text(reply)
    assert talk.focus["pending"]["field"] == "region"


def test_ages_of_several_children_are_asked_for_in_the_plural(talk: Talk) -> None:
    reply = talk.say("on a 3 enfants", "inform")
    assert "Quel âge ont vos enfants?" in text(reply)


def test_each_of_two_children_told_by_size_has_the_school_of_her_age(talk: Talk) -> None:
    ages = [{"entity": "age", "value": years, "grain": "years"} for years in (5, 17)]
    talk.say("on a une petite de 5 ans et une grande de 17 ans", "inform", *ages)
    assert talk.profile["situation"]["child_ages"] == [5.0, 17.0]
    grown = talk.say("la grande finit son secondaire en juin", "school.find")
    assert grown.messages[0].topic == "cegep.find"
    assert talk.say("et la petite?", "follow_up").messages[0].topic == "school.find"
    assert talk.say("et l’autre?", "follow_up").messages[0].topic == "cegep.find"
