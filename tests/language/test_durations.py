"""Lengths of time."""

from __future__ import annotations

import pytest

from marie.language.durations import find_durations


@pytest.mark.parametrize(
    ("text", "months", "days"),
    [
        ("12 mois", 12, 0),
        ("un bail d’un an", 12, 0),
        ("un an et demi", 18, 0),
        ("1 an et 3 mois", 15, 0),
        ("deux ans", 24, 0),
        ("1,5 an", 18, 0),
        ("un mois et demi", 1, 15),
        ("deux semaines", 0, 14),
        ("15 jours", 0, 15),
        ("3 mois de préavis", 3, 0),
        ("6mois", 6, 0),
    ],
)
def test_a_length_is_months_and_days(text: str, months: int, days: int) -> None:
    (found,) = find_durations(text)
    assert (found.months, found.days) == (months, days)
    assert text[found.start : found.end] == found.said


@pytest.mark.parametrize(
    "text", ["un mois", "une semaine", "an", "quelques mois", "2 heures", "mois"]
)
def test_one_of_something_is_a_length_and_no_number_is_none(text: str) -> None:
    assert len(find_durations(text)) == (1 if text.startswith("un") else 0)
