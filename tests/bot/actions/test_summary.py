"""What a counsellor left when she handed back: Marie tells it as hers, and passes it on."""

from __future__ import annotations

import pytest

from tests.bot.actions.conftest import Talk

LEFT = {
    "summary": {
        "text": "Visite de Rimouski le 12 janvier. Nadia rappelle {le 15}.",
        "by": "Nadia Tremblay",
        "on": "2026-11-20",
    }
}


@pytest.mark.parametrize(
    "asked",
    ["qu'est-ce qu'on a dit?", "Qu’a dit Nadia?", "ON A DIT QUOI", "ce qu'on s'est dit svp"],
)
def test_marie_tells_what_a_person_said_as_that_person_s_words(talk: Talk, asked: str) -> None:
    talk.profile = dict(LEFT)
    said = talk.say(asked, "clarify").messages[-1].text
    assert "Le 20 novembre 2026, Nadia Tremblay a noté" in said
    assert "Visite de Rimouski le 12 janvier. Nadia rappelle {le 15}." in said
    assert talk.profile == LEFT


def test_without_a_summary_the_same_words_are_answered_as_before(talk: Talk) -> None:
    assert "a noté" not in talk.say("qu'est-ce qu'on a dit?", "clarify").messages[-1].text


@pytest.mark.parametrize("broken", ["Nadia", {"text": "a"}, {"text": 1, "by": "N", "on": "hier"}])
def test_a_summary_in_another_shape_is_left_alone(talk: Talk, broken: object) -> None:
    talk.profile = {"summary": broken}
    assert "a noté" not in talk.say("qu'est-ce qu'on a dit?", "clarify").messages[-1].text


def test_nadia_named_in_another_question_is_not_a_request_for_the_summary(talk: Talk) -> None:
    talk.profile = dict(LEFT)
    assert "a noté" not in talk.say("je veux parler à Nadia", "handoff").messages[-1].text


def test_an_open_question_is_recalled_after_the_summary(talk: Talk) -> None:
    talk.profile = dict(LEFT)
    talk.say("je veux parler à une personne", "handoff")
    pending = talk.focus["pending"]
    said = talk.say("au fait, qu'est-ce qu'on a dit?", "clarify").messages[-1].text
    assert "Visite de Rimouski" in said
    assert talk.focus["pending"] == pending


def test_starting_over_keeps_what_a_person_left(talk: Talk) -> None:
    talk.profile = {**LEFT, "situation": {"age": 29}}
    talk.say("on recommence", "restart_over")
    assert talk.profile == LEFT


def test_the_next_request_for_a_person_shows_that_the_summary_goes_along(talk: Talk) -> None:
    talk.profile = dict(LEFT)
    talk.say("je veux parler à une personne", "handoff")
    shown = talk.press("Rester ici").messages[-1].text
    assert "Ce que Nadia Tremblay a noté" in shown
    request = talk.press("Oui, transmettez").handover
    assert request is not None
    assert request.file is not None
    told = {each.field: each.words for each in request.file.told}
    assert told["summary"].startswith("Visite de Rimouski")
