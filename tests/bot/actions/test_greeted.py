"""A first message that greets and asks: the question is answered."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk

READINGS = (("greeting", 0.68), ("housing.rent", 0.08), ("region.recommend", 0.03))


def test_whether_to_leave_is_answered_after_a_greeting(talk: Talk) -> None:
    text = "Bonjour, on arrive à Montréal, tout est cher, ça vaut la peine d'aller ailleurs?"
    said = talk.say(text, "greeting", confidence=0.68, ranking=READINGS).messages[0]
    assert said.entry == "region-recommend-why"


def test_a_question_that_the_greeting_hid_is_not_greeted(talk: Talk) -> None:
    text = "Allô, ma cousine m'a parlé d'un truc pour ceux qui veulent partir, c'est quoi?"
    said = talk.say(text, "greeting", confidence=0.6, ranking=READINGS).messages[0]
    assert said.topic != "greeting"


@pytest.mark.parametrize("text", ["Bonjour, comment allez-vous?", "ca va?", "Bonjour Marie!"])
def test_a_greeting_is_greeted(talk: Talk, text: str) -> None:
    assert talk.say(text, "greeting", confidence=0.9).messages[0].topic == "greeting"


def test_services_for_who_speaks_another_language_are_looked_up_in_her_town(talk: Talk) -> None:
    text = "Salut! ma soeur habite à Granby, elle parle arabe, y a tu des services pour elle"
    said = talk.place(text, "clarify").messages[0]
    assert said.entry == "organization-find"


def test_the_emergency_is_answered_after_the_family_doctor(talk: Talk) -> None:
    talk.place("on cherche médecin de famille à Sherbrooke", "health")
    said = talk.say("urgence c'est où?", "health", confidence=0.49).messages[0]
    assert said.entry == "health-emergency"
    assert "911" in said.text


def test_small_talk_after_the_greeting_does_not_repeat_it(talk: Talk) -> None:
    first = talk.say("yo", "greeting").messages[0]
    second = talk.say("ca va?", "greeting", confidence=0.99).messages[0]
    assert second.topic == "greeting"
    assert second.text != first.text


@pytest.mark.parametrize(
    ("before", "text", "intent", "entry"),
    [
        (
            "greeting",
            "proprio veut 150$ de plus par mois c legal?",
            "housing.rights",
            "lease-increase",
        ),
        ("housing.rights", "et s'il me met dehors", "clarify", "housing-rights-eviction"),
        ("region.profile", "y a un hopital?", "health", "health-emergency"),
        ("work.search", "le salaire?", "work.search", "work-search-salary"),
        (
            "work.search",
            "c'est quoi le salaire minimum?",
            "work.search",
            "work-search-minimum-wage",
        ),
    ],
)
def test_words_say_what_is_asked(
    talk: Talk, before: str, text: str, intent: str, entry: str
) -> None:
    talk.say("…", before)
    assert talk.say(text, intent).messages[0].entry == entry
