"""What is asked next, in few words, of what was just answered."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk


@pytest.mark.parametrize(
    ("before", "then", "entry"),
    [
        (
            ("je peux partir avant la fin du bail?", "lease.end"),
            ("le proprio veut pas", "housing.rights"),
            "lease-agreement-refused",
        ),
        (
            ("je peux partir avant la fin du bail?", "lease.end"),
            ("et si je donne a qqn d'autre", "clarify"),
            "lease-assignment",
        ),
        (
            ("faire reconnaître mon diplôme", "work.recognition"),
            ("et en attendant je peux faire quoi", "clarify"),
            "work-search",
        ),
        (
            ("changer mes adresses avec la SAAQ", "moving.plan"),
            ("hydro aussi", "moving.plan"),
            "moving-plan-address",
        ),
        (
            ("mon proprio menace de me mettre dehors", "housing.rights"),
            ("je veux partir alors", "clarify"),
            "lease-end",
        ),
        (
            ("mon bail finit le 30 juin", "lease.nonrenewal"),
            ("et si je veux partir avant?", "lease.nonrenewal"),
            "lease-end",
        ),
        (
            ("je veux visiter avant de décider", "moving.trip"),
            ("combien ca coute", "moving.aid"),
            "moving-trip",
        ),
        (
            ("bonjour", "greeting"),
            ("ya du monde d'afrique la bas?", "region.list"),
            "region-profile-community",
        ),
        (
            ("acheter une maison en région", "housing.buy"),
            ("le rap j'y ai droit?", "eligibility"),
            "housing-buy-money",
        ),
    ],
)
def test_few_words_go_on_with_what_was_answered(
    talk: Talk, before: tuple[str, str], then: tuple[str, str], entry: str
) -> None:
    talk.say(*before)
    assert talk.say(*then).messages[0].entry == entry


def test_which_of_two_regions_has_more_work_tells_of_their_work_alone(talk: Talk) -> None:
    talk.place("la différence entre Rimouski et Saguenay", "region.compare")
    said = talk.say("laquelle a plus de travail en informatique", "region.compare").messages[0]
    assert "Emplois" in said.text
    assert "Population" not in said.text


def test_plan_after_two_regions_were_compared_asks_which(talk: Talk) -> None:
    talk.place("Sherbrooke ou Rimouski", "region.compare")
    said = talk.say("faites le plan", "moving.plan").messages[0]
    assert [each["title"] for each in said.quick_replies] == ["Estrie", "Bas-Saint-Laurent"]


def test_papers_for_a_spouse_are_those_of_the_trade_that_was_told(talk: Talk) -> None:
    talk.say("ma femme est infirmière", "inform")
    said = talk.say("c’est quoi les papiers pour elle", "clarify")
    assert said.messages[0].topic == "work.recognition"


def test_visitor_of_a_tenant_is_nobody_to_sponsor(talk: Talk) -> None:
    said = talk.say("le proprio peut-il interdire de faire venir ma mère?", "housing.rights")
    assert said.messages[0].topic == "housing.rights"


@pytest.mark.parametrize(
    "said",
    ["je dors dehors avec mon bébé, on a nulle part où aller", "un refuge ce soir pour une mère?"],
)
def test_nowhere_to_sleep_tonight_gets_who_helps_at_once(talk: Talk, said: str) -> None:
    assert talk.say(said, "region.recommend").messages[0].entry == "housing-aid-urgent"


def test_nearest_to_a_town_is_what_was_talked_about(talk: Talk) -> None:
    talk.say("c’est quoi un cégep", "cegep.find")
    said = talk.place("le plus proche de Joliette", "region.profile").messages[0]
    assert said.topic == "cegep.find"
    assert "Joliette" in said.text


def test_thanks_in_the_middle_of_a_form_leave_its_buttons_alone(talk: Talk) -> None:
    asked = talk.say("parler à une personne", "handoff").messages[-1]
    said = talk.say("merci!", "thanks").messages[-1]
    assert said.quick_replies == asked.quick_replies
