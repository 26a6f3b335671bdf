"""Ages, and what tells them from lengths of time."""

from __future__ import annotations

import pytest

from marie.language.ages import find_ages, means_age, means_duration


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("3 ans", [36]),
        ("18 mois", [18]),
        ("un bb de 6 moi", [6]),
        ("moi et ma femme", []),
        ("ma fille a 4 ans et demi", [54]),
        ("il a quatre ans et demi", [54]),
        ("j'ai 2 enfants de 3 et 7 ans", [36, 84]),
        ("mes enfants ont 3, 5 et 12 ans", [36, 60, 144]),
        ("3 ans et 7 ans", [36, 84]),
        ("quatre-vingts ans", [960]),
        ("deux et quatre ans", [24, 48]),
        ("trois, douze et seize ans", [36, 144, 192]),
        ("vingt et un ans", [252]),
        ("soixante-et-onze ans", [852]),
        ("un an", [12]),
        ("120 ans", [1440]),
        ("121 ans", []),
        ("un enfant de 45", []),
        ("2 enfants", []),
    ],
)
def test_ages_are_read_in_months(text: str, months: list[int]) -> None:
    assert [one.months for one in find_ages(text)] == months


def test_the_unit_said_is_kept() -> None:
    assert [one.grain for one in find_ages("18 mois")] == ["months"]
    assert [(one.grain, one.years) for one in find_ages("4 ans et demi")] == [("years", 4.5)]


@pytest.mark.parametrize(
    ("text", "age", "duration"),
    [
        ("mon fils a 3 ans", True, False),
        ("un bébé de 8 mois", True, False),
        ("j’ai 35 ans", True, False),
        ("mes jumeaux de 18 mois", True, False),
        ("un enfant de 3 ans", True, False),
        ("un bail de 12 mois", False, True),
        ("j’ai 5 ans d’expérience", False, True),
        ("depuis 3 ans", False, True),
        ("3 mois de préavis", False, True),
        ("3 mois avant la fin", False, True),
        ("ça fait 3 ans que je suis ici", False, True),
        ("3 ans", False, False),
        ("12 mois", False, False),
    ],
)
def test_the_words_around_tell_an_age_from_a_length(text: str, age: bool, duration: bool) -> None:
    (found,) = find_ages(text)
    assert means_age(text, found.start, found.end) is age
    assert means_duration(text, found.start, found.end) is duration


def test_an_age_and_a_length_in_one_sentence_are_told_apart() -> None:
    text = "mon bail est de 12 mois et mon fils a 12 mois"
    assert [means_age(text, one.start, one.end) for one in find_ages(text)] == [False, True]
