"""People who have few words of French, and what they say next."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from tests.bot.actions.conftest import Talk

SPANISH = {"entity": "language", "value": "es"}
RIMOUSKI = {"entity": "place", "value": "municipality:10043", "candidates": ["municipality:10043"]}


def text(reply: Any) -> str:
    """Everything that Marie says in it."""
    return "\n".join(message.text for message in reply.messages)


def titles(reply: Any) -> list[str]:
    """The buttons of its last message."""
    return [button["title"] for button in reply.messages[-1].quick_replies]


def test_who_goes_on_in_her_language_is_not_welcomed_again(talk: Talk) -> None:
    said = [
        text(talk.say(each, "language", SPANISH))
        for each in ("hola amiga", "cuanto cuesta eso", "no entiendo", "cuanto cuesta todo")
    ]
    assert "Soy Marie" in said[0]
    assert "Escriba dos o tres palabras" in said[1]
    assert "pida una persona" in said[2]
    assert all(one != next_one for one, next_one in pairwise(said))


@pytest.mark.parametrize(
    ("said", "tongue", "expected"),
    [
        ("muchas gracias", "es", "Con mucho gusto"),
        ("Дуже дякую!", "uk", "Будь ласка"),
        ("شكرا", "ar", "على الرحب"),
        ("Thank you!", "en", "You’re welcome"),
    ],
)
def test_thanks_in_another_language_are_answered_in_it(
    talk: Talk, said: str, tongue: str, expected: str
) -> None:
    reply = talk.say(said, "language", {"entity": "language", "value": tongue})
    assert expected in text(reply)
    assert "Avec plaisir" in text(reply)


def test_need_said_in_another_language_is_one_touch_or_a_yes_away(talk: Talk) -> None:
    reply = talk.say("busco guardería en Rimouski", "language", SPANISH, RIMOUSKI)
    assert titles(reply)[0] == "La garderie"
    reply = talk.say("si", "affirm")
    assert reply.messages[0].topic == "childcare.find"
    assert "Rimouski" in text(reply)


def test_what_is_none_of_her_business_is_never_said_to_be_badly_written(talk: Talk) -> None:
    said = [
        text(talk.say(each, "out_of_scope"))
        for each in ("recette de tajine", "le prix du bitcoin", "écris du code")
    ]
    assert len(set(said)) == len(said)
    assert not any("comprends" in each for each in said)


@pytest.mark.parametrize("said", ["es-tu un robot?", "tu es humain ou machine"])
def test_one_telling_word_asks_whether_she_is_a_robot(talk: Talk, said: str) -> None:
    assert talk.say(said, "capabilities").messages[0].entry == "capabilities-robot"


def test_who_made_her_has_an_answer_of_its_own(talk: Talk) -> None:
    reply = talk.say("qui t'a faite?", "capabilities")
    assert reply.messages[0].entry == "capabilities-maker"


def test_why_these_regions_is_no_question_about_a_question(talk: Talk) -> None:
    talk.say("quelle région pour moi", "region.recommend")
    assert "Je classe les régions" in text(talk.say("pourquoi eux?", "why_asked"))
    reply = talk.say("le deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert reply.messages[0].topic == "region.profile"


def test_other_card_of_two_is_shown(talk: Talk) -> None:
    first = talk.say("garderie", "childcare.find", RIMOUSKI).messages[0].resources
    talk.say("le premier", "pick", {"entity": "ordinal", "value": 1})
    shown = talk.say("et l'autre?", "follow_up").messages[0].resources
    assert [each["id"] for each in shown] == [first[1]["id"]]


def test_diploma_told_under_the_colleges_serves_to_study(talk: Talk) -> None:
    talk.say("cégep infirmière", "cegep.find", RIMOUSKI)
    reply = talk.say("j'ai diplôme du maroc", "work.recognition")
    assert reply.messages[0].topic == "cegep.admission"
    assert talk.say("date limite?", "lease.nonrenewal").messages[0].topic == "cegep.admission"


def test_subsidies_asked_about_a_business_are_not_for_housing(talk: Talk) -> None:
    talk.say("ouvrir commerce moi", "work.business", RIMOUSKI)
    reply = talk.say("y a des subventions?", "housing.aid")
    assert reply.messages[0].entry == "work-business-money"


def test_communities_and_winter_are_answered_also_with_a_town(talk: Talk) -> None:
    reply = talk.say("il y a des africains à rimouski?", "region.profile", RIMOUSKI)
    assert reply.messages[0].entry == "region-profile-community"


def test_how_far_is_no_profile_again(talk: Talk) -> None:
    talk.say("Rimouski", "region.profile", RIMOUSKI)
    montreal = {**RIMOUSKI, "value": "municipality:66023"}
    montreal["candidates"] = ["municipality:66023"]
    said = text(talk.say("combien heures de montréal", "region.profile", montreal))
    assert "De Montréal à Rimouski" in said
    assert "Population" not in said


def test_college_named_with_a_town_is_looked_for_there(talk: Talk) -> None:
    reply = talk.say("cégep rimouski", "cegep.find", RIMOUSKI)
    assert reply.messages[0].entry == "cegep-find"
    assert reply.messages[0].resources


def test_one_word_about_daycare_stays_with_daycare(talk: Talk) -> None:
    reply = talk.say("milieu familial c quoi", "childcare.types")
    assert reply.messages[0].entry == "childcare-types-family"
    reply = talk.say("le soir?", "follow_up")
    assert reply.messages[0].entry == "childcare-find-atypical"


def test_second_insult_and_an_apology_hear_something_else(talk: Talk) -> None:
    first = text(talk.say("idiote", "abuse"))
    assert text(talk.say("pardon", "abuse")) != first


def test_university_far_from_montreal_is_no_university_there(talk: Talk) -> None:
    start = "université loin montréal".index("montréal")
    montreal = {**RIMOUSKI, "value": "municipality:66023", "start": start}
    montreal["candidates"] = ["municipality:66023"]
    reply = talk.say("université loin montréal", "university.find", montreal)
    assert not reply.messages[0].resources


def test_cheaper_of_two_regions_is_about_rents(talk: Talk) -> None:
    talk.say("Estrie ou Mauricie?", "region.compare")
    assert talk.say("laquelle moins chère", "region.compare").messages[0].topic == "housing.rent"


def test_registration_after_a_primary_school_is_no_college(talk: Talk) -> None:
    talk.say("école primaire", "school.find", RIMOUSKI)
    assert talk.say("inscription", "follow_up").messages[0].topic == "school.find"


def test_telephone_alone_under_a_card_is_its_number(talk: Talk) -> None:
    talk.say("cégep", "cegep.find", RIMOUSKI)
    talk.say("le 2e", "pick", {"entity": "ordinal", "value": 2})
    assert talk.say("telephone", "handoff").messages[0].topic == "cegep.find"
    assert talk.say("quelqu'un me rappelle", "handoff").messages[0].topic == "handoff"


def test_simpler_than_simple_is_a_person(talk: Talk) -> None:
    talk.say("je comprends pas", "language", {"entity": "answer", "value": "simple"})
    reply = talk.say("plus simple", "language", {"entity": "answer", "value": "simple"})
    assert "les plus simples" in text(reply)
    assert "Parler à une personne" in titles(reply)


def test_tax_credit_asked_about_daycare_is_the_one_for_daycare(talk: Talk) -> None:
    talk.say("garderie prix", "childcare.cost")
    assert talk.say("crédit impôt", "moving.aid").messages[0].entry == "childcare-cost-credit"


def test_how_far_from_montreal_is_asked_of_the_town_of_a_list(talk: Talk) -> None:
    talk.say("cégep", "cegep.find", RIMOUSKI)
    montreal = {**RIMOUSKI, "value": "municipality:66023", "candidates": ["municipality:66023"]}
    said = text(talk.say("c'est loin montréal?", "clarify", montreal))
    assert "De Montréal à Rimouski" in said


def test_programmes_after_a_college_are_its_own(talk: Talk) -> None:
    talk.say("cégep", "cegep.find", RIMOUSKI)
    reply = talk.say("programmes", "program.info")
    assert reply.messages[0].topic == "cegep.admission"


def test_language_that_nobody_welcomes_in_goes_on_too(talk: Talk) -> None:
    other = {"entity": "language", "value": "other"}
    said = [
        text(talk.say(each, "language", other)) for each in ("ich suche arbeit", "你好", "你好")
    ]
    assert len(set(said)) == len(said)


def test_who_tells_of_herself_and_her_children_is_heard_before_an_age_is_asked(talk: Talk) -> None:
    reply = talk.say("je suis réfugiée, seule avec 2 enfants", "inform")
    assert reply.messages[-1].text.startswith("C’est noté")
    assert "Quel âge" in talk.say("et pour ma fille?", "follow_up").messages[-1].text
