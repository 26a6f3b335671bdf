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
    titles = [each["title"] for each in said.quick_replies]
    assert titles[1:] == ["Cégeps\u00a0: Drummondville", "Cégeps\u00a0: Victoriaville"]


def test_the_second_of_two_towns_is_chosen_by_its_number(talk: Talk) -> None:
    talk.place("Alma ou Roberval?", "region.compare")
    second = talk.say("la deuxième", "pick", {"entity": "ordinal", "value": 2})
    assert "Roberval se trouve" in second.messages[0].text
