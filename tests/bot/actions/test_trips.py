"""Stays and sessions as a visitor hears of them, and what leaves for the transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.actions.registrations import OUTCOMES
from bot.actions.wiring import Desk
from marie.domain.replies import Reply
from marie.knowledge.events import LiveEvents, PlannedEvent, publish_events
from tests.bot.actions.conftest import NOON, Talk

EMAIL = {"entity": "email", "value": "awa@example.org"}


def planned(name: str, *, days: float = 20, **changes: Any) -> PlannedEvent:
    told = {
        "id": name,
        "kind": "trip",
        "title": f"Séjour {name}",
        "region": "01",
        "place": "Rimouski",
        "starts_at": NOON + timedelta(days=days),
        "ends_at": NOON + timedelta(days=days, hours=6),
        "capacity": 10,
        "taken": 0,
        "waiting": 0,
        "organizer": "PROMIS",
        "description": "",
        "url": "",
    }
    return PlannedEvent(**{**told, **changes})


class Planner:
    """An administrator, and a visitor who talks."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.folder = folder
        self.talk = Talk(replace(desk, events=LiveEvents(folder)))

    def plan(self, *events: PlannedEvent) -> None:
        publish_events(self.folder, events)


@pytest.fixture
def planner(desk: Desk, tmp_path: Path) -> Planner:
    return Planner(desk, tmp_path)


def said(reply: Reply) -> str:
    return reply.messages[-1].text


def listed(reply: Reply) -> list[str]:
    return [each["id"] for each in reply.messages[-1].data["events"]]


def test_nothing_planned_is_said_with_how_to_hear_of_it_and_a_person(planner: Planner) -> None:
    reply = planner.talk.say("prochain séjour exploratoire?", "moving.trip")
    assert said(reply).startswith("Aucune date n’est annoncée pour l’instant")
    assert "laissez vos coordonnées à une personne" in said(reply)
    assert "/handoff" in [each["payload"] for each in reply.messages[-1].quick_replies]


def test_next_five_are_said_and_the_rest_counted(planner: Planner) -> None:
    planner.plan(*(planned(str(day), days=day) for day in range(9, 2, -1)))
    reply = planner.talk.say("prochain séjour exploratoire?", "moving.trip")
    assert listed(reply) == [str(day) for day in range(3, 10)]
    assert said(reply).count("• Séjour") == 5
    assert "Et 2 autres dates" in said(reply)


@pytest.mark.parametrize(("minutes", "shown"), [(1, ["soon"]), (0, []), (-1, [])])
def test_what_has_begun_is_not_announced(planner: Planner, minutes: int, shown: list[str]) -> None:
    planner.plan(planned("soon", days=minutes / 1440))
    assert listed(planner.talk.say("prochain séjour?", "moving.trip")) == shown


def test_region_named_comes_alone_and_without_any_the_next_elsewhere(planner: Planner) -> None:
    planner.plan(planned("rimouski"), planned("gaspe", region="11", place="Gaspé"))
    assert listed(planner.talk.place("un séjour en Gaspésie?", "moving.trip")) == ["gaspe"]
    reply = planner.talk.place("un séjour en Estrie?", "moving.trip")
    assert said(reply).startswith("Aucune date n’est annoncée en Estrie")
    assert len(listed(reply)) == 2


def test_sessions_and_stays_are_told_apart(planner: Planner) -> None:
    planner.plan(planned("stay"), planned("talk", kind="session"))
    talk = planner.talk
    assert listed(talk.say("prochaine session d’information?", "moving.trip")) == ["talk"]
    assert listed(talk.say("prochain séjour exploratoire?", "moving.trip")) == ["stay"]
    assert len(listed(talk.say("les prochaines dates?", "moving.trip"))) == 2


def test_change_is_heard_in_the_next_turn(planner: Planner) -> None:
    planner.plan(planned("one"))
    assert listed(planner.talk.say("séjour?", "moving.trip")) == ["one"]
    planner.plan()
    assert listed(planner.talk.say("séjour?", "moving.trip")) == []


def test_nothing_leaves_before_consent(planner: Planner) -> None:
    planner.plan(planned("one"))
    talk = planner.talk
    talk.say("prochain séjour?", "moving.trip")
    assert talk.press("M’inscrire\u00a0: Rimouski, 12 décembre 2026").event is None
    assert talk.say("awa@example.org", "inform", EMAIL).event is None
    confirm = talk.say("Awa Diop", "inform")
    assert confirm.event is None
    for word in ("PROMIS", "Awa Diop", "awa@example.org", "pour cette activité seulement"):
        assert word in said(confirm)
    reply = talk.press("Oui, inscrivez-moi")
    assert reply.event is not None
    assert (reply.event.event_id, reply.event.name, reply.event.email) == (
        "one",
        "Awa Diop",
        "awa@example.org",
    )
    assert reply.event.consent == said(confirm)
    assert set(reply.event.outcomes) == set(OUTCOMES)
    assert reply.messages == ()


def test_no_leaves_nothing(planner: Planner) -> None:
    planner.plan(planned("one"))
    talk = planner.talk
    talk.say("prochain séjour?", "moving.trip")
    talk.press("M’inscrire\u00a0: Rimouski, 12 décembre 2026")
    confirm = talk.say("Awa Diop, awa@example.org", "inform", EMAIL)
    assert "Nom : Awa Diop" in said(confirm).replace("\u00a0", " ")
    assert talk.press("Non, pas d’inscription").event is None
    assert talk.focus["pending"] is None


def test_contact_that_is_none_is_asked_for_again(planner: Planner) -> None:
    planner.plan(planned("one"))
    talk = planner.talk
    talk.say("prochain séjour?", "moving.trip")
    talk.press("M’inscrire\u00a0: Rimouski, 12 décembre 2026")
    assert said(talk.say("awa@", "inform")).startswith("Je ne reconnais ni un courriel")
    assert talk.focus["pending"]["field"] == "contact"


def test_event_cancelled_meanwhile_is_said(planner: Planner) -> None:
    planner.plan(planned("one"))
    talk = planner.talk
    talk.say("prochain séjour?", "moving.trip")
    talk.press("M’inscrire\u00a0: Rimouski, 12 décembre 2026")
    planner.plan()
    reply = talk.say("awa@example.org", "inform", EMAIL)
    assert said(reply).startswith("On ne peut plus s’inscrire")
    assert talk.focus["pending"] is None


def test_full_event_offers_the_waiting_list_and_says_so(planner: Planner) -> None:
    planner.plan(planned("one", taken=10))
    talk = planner.talk
    assert "complet, liste d’attente" in said(talk.say("prochain séjour?", "moving.trip"))
    assert "liste d’attente" in said(talk.press("M’inscrire\u00a0: Rimouski, 12 décembre 2026"))


def test_words_cancel_the_only_registration(planner: Planner) -> None:
    planner.plan(planned("one"))
    planner.talk.profile = {"trips": ["one"]}
    # Whatever it was read as: the words are clear.
    reply = planner.talk.say("je veux annuler mon inscription", "handoff")
    assert reply.event is not None
    assert (reply.event.action, reply.event.event_id) == ("leave", "one")
    assert planner.talk.profile["trips"] == []


def test_which_registration_is_asked_when_there_are_two(planner: Planner) -> None:
    planner.plan(planned("one"), planned("two", days=30, place="Matane"))
    planner.talk.profile = {"trips": ["one", "two"]}
    reply = planner.talk.say("annuler mon inscription", "moving.trip")
    assert reply.event is None
    left = planner.talk.press("Matane, 22 décembre 2026")
    assert left.event is not None
    assert left.event.event_id == "two"


def test_seats_that_others_wait_for_are_not_offered_as_free() -> None:
    assert planned("one", capacity=10, taken=9).left == 1
    assert planned("one", capacity=10, taken=9, waiting=1).left == 0
    assert planned("one", capacity=10, taken=12).left == 0


@pytest.mark.parametrize("text", ["le deuxième", "2"])
def test_number_under_the_list_chooses_a_date(planner: Planner, text: str) -> None:
    planner.plan(
        planned("talk", days=3, kind="session"), planned("one", days=4), planned("two", days=5)
    )
    planner.talk.say("prochain séjour exploratoire?", "moving.trip")
    found = [{"entity": "ordinal", "value": 2}] if text != "2" else []
    reply = planner.talk.say(text, "pick" if found else "inform", *found)
    assert said(reply).startswith("Séjour two")


def test_question_in_place_of_a_name_is_answered(planner: Planner) -> None:
    planner.plan(planned("one"))
    talk = planner.talk
    talk.say("prochain séjour?", "moving.trip")
    talk.press("M’inscrire\u00a0: Rimouski, 12 décembre 2026")
    talk.say("awa@example.org", "inform", EMAIL)
    reply = talk.say("combien coûte la garderie", "childcare.cost")
    assert reply.messages[-1].topic == "childcare.cost"
    confirm = talk.say("awa diop", "work.search", confidence=0.3)
    assert "awa diop" in said(confirm)
