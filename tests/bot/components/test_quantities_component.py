"""Quantities as entities (in Rasa's environment)."""

from __future__ import annotations

from datetime import date

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.components.quantities import QuantityExtractor, read_quantities, said_on

SUNDAY = date(2026, 11, 22)


def kinds(text: str) -> list[tuple[str, object]]:
    return [(each["entity"], each["value"]) for each in read_quantities(text, SUNDAY)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon bail finit le 30 juin 2027", [("date", "2027-06-30")]),
        ("le premier juillet", [("date", "2027-07-01")]),
        ("je pars dans 3 mois", [("date", "2027-02-22")]),
        ("un bail de 12 mois", [("duration", {"months": 12, "days": 0})]),
        ("mon fils a 3 ans", [("age", 3.0)]),
        ("3 ans", [("duration", {"months": 36, "days": 0}), ("age", 3.0)]),
        ("un 4 et demi à 1 200 $ par mois", [("amount", 1200.0), ("rooms", 4.5)]),
        ("2 enfants de 3 et 7 ans", [("age", 3.0), ("age", 7.0), ("count", 2)]),
        ("le deuxième", [("ordinal", 2)]),
        ("nom@example.org", [("email", "nom@example.org")]),
        ("514 555-0199", [("phone", "514\N{NO-BREAK SPACE}555-0199")]),
        ("bonjour", []),
    ],
)
def test_each_quantity_is_said_once_and_as_what_it_is(
    text: str, expected: list[tuple[str, object]]
) -> None:
    assert kinds(text) == expected


def test_a_day_that_does_not_exist_keeps_its_problem() -> None:
    (found,) = read_quantities("le 31 juin", SUNDAY)
    assert (found["value"], found["problem"], found["longest"]) == (None, "no_such_day", 30)
    assert (found["start"], found["end"]) == (3, 10)


@pytest.mark.parametrize(
    ("said_at", "day"),
    [
        ("2026-11-22T04:59:59.000Z", date(2026, 11, 21)),
        ("2026-11-22T05:00:00.000Z", date(2026, 11, 22)),
        ("2026-07-01T03:59:59+00:00", date(2026, 6, 30)),
        ("2026-07-01T04:00:00+00:00", date(2026, 7, 1)),
    ],
)
def test_a_message_was_said_on_the_day_in_montreal(said_at: str, day: date) -> None:
    assert said_on(Message({"text": "demain", "metadata": {"said_at": said_at}})) == day


def test_tomorrow_is_the_day_after_the_message_was_sent() -> None:
    message = Message({"text": "demain", "metadata": {"said_at": "2026-12-31T17:00:00Z"}})
    (message,) = QuantityExtractor().process([message])
    assert [each["value"] for each in message.get("entities")] == ["2027-01-01"]
