"""A first message that greets and asks: the question is answered."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk

READINGS = (("greeting", 0.68), ("housing.rent", 0.08), ("region.recommend", 0.03))


def test_whether_to_leave_is_answered_after_a_greeting(talk: Talk) -> None:
    text = "Bonjour, on vient d'arriver à Montréal, tout est cher, ça vaut la peine d'aller ailleurs?"
    said = talk.say(text, "greeting", confidence=0.68, ranking=READINGS).messages[0]
    assert said.entry == "region-recommend-why"


def test_a_question_that_the_greeting_hid_is_not_greeted(talk: Talk) -> None:
    text = "Allô, ma cousine m'a parlé d'un truc pour ceux qui veulent partir, c'est quoi?"
    said = talk.say(text, "greeting", confidence=0.6, ranking=READINGS).messages[0]
    assert said.topic != "greeting"


@pytest.mark.parametrize("text", ["Bonjour, comment allez-vous?", "ca va?", "Bonjour Marie!"])
def test_a_greeting_is_greeted(talk: Talk, text: str) -> None:
    assert talk.say(text, "greeting", confidence=0.9).messages[0].topic == "greeting"
