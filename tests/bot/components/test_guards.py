"""What comes before any learned reading, as Rasa runs it (in Rasa's environment)."""

from __future__ import annotations

from datetime import date

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.guards import Guards
from bot.components.quantities import read_quantities
from marie.language.safety import compile_safety

SUNDAY = date(2026, 11, 22)
GUARDS = Guards(
    compile_safety(
        {
            "distress": ["veux mourir"],
            "violence": ["mon mari _ frappe"],
            "violence_lease": ["bail _ violence"],
        }
    )
)


def guarded(text: str, intent: str = "affirm", **entity: object) -> tuple[str, dict[str, object]]:
    """The intent after the guards, and the values of the entities that they added."""
    known = [*read_quantities(text, SUNDAY), *([entity] if entity else [])]
    message = Message(
        {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": known}
    )
    (message,) = GUARDS.process([message])
    added = message.get("entities")[len(known) :]
    return message.get("intent")["name"], {each["entity"]: each["value"] for each in added}


def test_distress_comes_before_whatever_was_learned() -> None:
    assert guarded("je veux mourir") == ("safety", {"safety": "distress"})
    assert guarded("mon mari me frappe et je veux mourir") == ("safety", {"safety": "distress"})
    assert guarded("hello, je veux mourir") == ("safety", {"safety": "distress"})


def test_a_lease_question_because_of_violence_keeps_its_topic_and_says_why() -> None:
    asked = guarded("finir mon bail pour violence", "lease.special")
    assert asked == ("lease.special", {"safety": "violence_lease"})


@pytest.mark.parametrize("text", ["???", "🙂🙂", "...", "!", "👍"])
def test_a_message_without_words_is_never_a_yes(text: str) -> None:
    assert guarded(text) == ("clarify", {})


@pytest.mark.parametrize(
    "text",
    [
        "le 30 juin",
        "30/06/2027",
        "c’est le 30 juin, merci",
        "3 ans",
        "2",
        "2 enfants",
        "514 555-0199",
    ],
)
def test_a_bare_answer_informs(text: str) -> None:
    assert guarded(text, "greeting") == ("inform", {})


@pytest.mark.parametrize(
    "text",
    [
        "mon bail finit le 30 juin",
        "et le 30 juin?",
        "à demain",
        "le 30 juin?",
        "oui",
        "une garderie pour 3 ans",
    ],
)
def test_more_than_a_bare_answer_keeps_its_topic(text: str) -> None:
    assert guarded(text, "lease.end") == ("lease.end", {})


def test_a_place_alone_informs_and_a_place_that_goes_on_does_not() -> None:
    place = {"entity": "place", "value": "region:11"}
    assert guarded("à Gaspé", "region.profile", start=2, end=7, **place)[0] == "inform"
    assert guarded("et à Gaspé", "follow_up", start=5, end=10, **place)[0] == "follow_up"


def test_another_language_is_named() -> None:
    assert guarded("I need help") == ("language", {"language": "en"})
    assert guarded("le job de mon boss, c’est cool") == ("affirm", {})
