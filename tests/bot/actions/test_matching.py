"""Openings in a talk: the best five with reasons, no promise, and never an expired one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.guidance.matching import Opening
from marie.knowledge.openings import LiveOpenings, publish, title_words
from tests.bot.actions.conftest import Talk


def opening(number: int, **told: Any) -> Opening:
    title = told.pop("title", "Soudeur-monteur")
    default: dict[str, Any] = {
        "region": "01",
        "municipality": "Rimouski",
        "municipality_code": "10043",
        "sector": "manufacturing",
        "employer": f"Ateliers d’essai {number}",
        "french": "intermediate",
        "education": "vocational",
        "wage": "28,50\u00a0$",
        "valid_until": date(2027, 3, 31),
        "listed": "essai",
        "read_on": date(2026, 11, 20),
    }
    return Opening(
        id=f"essai-{number}", title=title, words=title_words(title), **{**default, **told}
    )


@pytest.fixture
def talk(desk: Desk, tmp_path: Path) -> Talk:
    """A conversation with a Marie who has eight openings."""
    publish(
        tmp_path,
        [
            *(opening(number) for number in range(1, 7)),
            opening(7, municipality="Val-d’Or", municipality_code="89008", region="08"),
            opening(8, valid_until=date(2026, 11, 21)),
            opening(9, title="Infirmière", sector="health"),
        ],
    )
    return Talk(replace(desk, live_openings=LiveOpenings(tmp_path)))


def said(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages).replace("\u00a0", " ")


def ids(reply: Reply) -> list[str]:
    return [each["id"] for each in reply.messages[0].data["matches"]]


def test_best_five_are_said_with_reasons_and_the_rest_is_counted(talk: Talk) -> None:
    reply = talk.place("je suis soudeur, jumelez-moi avec un employeur à Rimouski", "work.matching")

    assert ids(reply) == [f"essai-{number}" for number in range(1, 6)]
    assert reply.messages[0].data["total"] == 7
    assert "votre métier" in said(reply)
    assert "la ville voulue (Rimouski)" in said(reply)
    assert "diplôme demandé : professionnel" in said(reply)
    assert "Salaire affiché : 28,50 $" in said(reply)
    assert "Valide jusqu’au 31 mars 2027" in said(reply)
    assert "Il y en a 2 de plus" in said(reply)
    assert "liste « essai », lue le 20 novembre 2026" in said(reply)
    assert "pas une promesse d’emploi" in said(reply)


def test_expired_opening_and_other_trades_are_never_shown(talk: Talk) -> None:
    reply = talk.say("je suis soudeur", "work.matching")
    assert not {"essai-8", "essai-9"} & set(ids(reply))
    assert reply.messages[0].data["total"] == 7


def test_trade_is_asked_once_and_what_was_told_elsewhere_is_not(talk: Talk) -> None:
    asked = talk.say("est-ce que des employeurs peuvent me rencontrer", "work.matching")
    assert asked.focus["pending"]["field"] == "occupation"
    assert ids(talk.say("infirmière", "inform")) == ["essai-9"]

    other = Talk(talk.desk)
    other.say("je suis soudeuse, une garderie à Alma", "childcare.find")
    assert ids(other.say("des employeurs peuvent me rencontrer?", "work.matching"))


def test_question_may_be_passed(talk: Talk) -> None:
    talk.say("des employeurs peuvent me rencontrer?", "work.matching")
    reply = talk.press("Passer cette question")
    assert reply.messages[0].data["total"] == 8


def test_nothing_near_is_said_with_the_official_finder_and_a_person(talk: Talk) -> None:
    reply = talk.say("je suis comptable, jumelez-moi", "work.matching")

    assert ids(reply) == []
    assert "Je n’ai pas d’offre" in said(reply)
    assert reply.messages[0].resources[0]["name"] == "Québec emploi"
    assert "Parler à une personne" in [each["title"] for each in reply.messages[0].quick_replies]


def test_trade_that_nobody_names_is_no_match_rather_than_every_opening(talk: Talk) -> None:
    talk.say("des employeurs peuvent me rencontrer?", "work.matching")
    reply = talk.say("dresseur de licornes", "inform")
    assert ids(reply) == []


def test_situation_that_was_told_speaks_for_and_against(talk: Talk) -> None:
    talk.say("je parle un peu français, j'ai un DEP", "eligibility")
    reply = talk.say("je suis soudeur, jumelez-moi", "work.matching")
    first = reply.messages[0].data["matches"][0]
    assert any("votre diplôme suffit" in each for each in first["because"])
    assert any("français demandé" in each for each in first["against"])
    assert "À noter : français demandé : intermédiaire" in said(reply)


def test_lead_carries_the_matches(talk: Talk) -> None:
    talk.say("je suis soudeur, jumelez-moi", "work.matching")
    talk.say("je veux parler à une personne", "handoff")
    talk.press("Rester ici")
    sent = talk.say("oui", "affirm")

    assert sent.handover is not None
    profile = sent.handover.profile
    assert profile["matches"][0]["id"] == "essai-1"
    assert profile["matches"][0]["because"]
    assert profile["situation"]["occupation"] == "soudeur"
