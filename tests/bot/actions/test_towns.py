"""Two towns of one region, asked about together."""

from __future__ import annotations

from tests.bot.actions.conftest import Talk


def test_two_towns_of_one_region_are_compared_by_what_is_known_of_towns(talk: Talk) -> None:
    reply = talk.place("Drummondville ou Victoriaville pour une famille?", "region.compare")
    said = reply.messages[0]
    assert said.topic == "region.compare"
    assert "même région" in said.text
    assert "Drummondville, 94\u00a0km; Victoriaville, " in said.text
    assert "Cégeps et campus que je connais\u00a0: Drummondville, 1; Victoriaville, " in said.text
    assert said.sources
    assert any("réseau collégial" in each["title"] for each in said.sources)
    titles = [each["title"] for each in said.quick_replies]
    assert titles[1:] == ["Cégeps\u00a0: Drummondville", "Cégeps\u00a0: Victoriaville"]


def test_the_second_of_two_towns_is_chosen_by_its_number(talk: Talk) -> None:
    talk.place("Alma ou Roberval?", "region.compare")
    second = talk.say("la deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert "Roberval se trouve" in second.messages[0].text


def test_which_of_two_towns_is_answered_for_both(talk: Talk) -> None:
    talk.place("Alma ou Roberval?", "region.compare")
    nearer = talk.say("laquelle est plus proche de Montréal?", "region.profile").messages[0]
    assert "Alma, 369\u00a0km; Roberval, 351\u00a0km" in nearer.text
    assert "Habitants" not in nearer.text
    college = talk.say("et laquelle a un cégep", "cegep.find").messages[0]
    assert "Alma, 1; Roberval, 0" in college.text
    assert college.sources


def test_which_region_is_left_to_the_regions(talk: Talk) -> None:
    talk.place("Alma ou Rimouski?", "region.compare")
    said = talk.say("laquelle a un cégep?", "cegep.find").messages[0]
    assert said.topic == "cegep.find"


def test_town_of_the_metropolis_is_in_no_region_of_the_other(talk: Talk) -> None:
    said = talk.place("Laval ou Sherbrooke?", "region.compare").messages[0]
    assert "Laval et Sherbrooke, côte à côte" in said.text
    assert "même région" not in said.text
