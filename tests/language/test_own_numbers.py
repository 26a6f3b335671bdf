"""Numbers that people tell of themselves, and of nobody else."""

from __future__ import annotations

from datetime import date

import pytest

from marie.language.own_numbers import (
    LONG_AGO,
    OwnNumbers,
    Range,
    read_asked_number,
    read_own_numbers,
)

TODAY = date(2026, 11, 22)


def read(text: str, *, of_oneself: bool = True) -> OwnNumbers:
    return read_own_numbers(text, TODAY, of_oneself=of_oneself)


def exactly(number: float) -> Range:
    return Range(number, number)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("j'ai 29 ans", 29),
        ("J’AI 29 ANS", 29),
        ("jai 37 ans c est trop vieux", 37),
        ("je suis une femme de 34 ans", 34),
        ("pvt francais 26 ans diplomé", 26),
        ("non en fait j'ai 36 ans", 36),
        ("vingt-neuf ans, célibataire", 29),
        ("J'ai 29 ans et deux enfants de 3 et 5 ans; mon mari a 40 ans", 29),
        ("lui 38 ans moi 35", 35),
        ("38 ans lui, 35 ans moi", 35),
        ("mon mari a 38 ans et moi 35", 35),
        ("moi j'ai 35, ma femme 32", 35),
        ("elle 29 ans et moi j'en ai 31", 31),
    ],
)
def test_own_age_is_read(text: str, age: float) -> None:
    assert read(text).ages == (exactly(age),)


@pytest.mark.parametrize(
    "text",
    [
        "mon mari a 40 ans",
        "j'ai 10 employés, ma femme 30 ans",
        "ma mère de 61 ans",
        "on est en couple, elle a 30 ans",
        "mon bail de 3 ans",
        "je suis ici depuis 3 ans",
        "j'ai 5 ans d'expérience",
        "si j'avais 35 ans",
        "quand j'aurai 35 ans",
        "dans 2 ans",
        "mon fils a 17 ans",
        "il y a 20 ans",
    ],
)
def test_what_is_not_an_own_age_is_not_taken_for_one(text: str) -> None:
    assert read(text).ages == ()


def test_age_without_a_subject_is_the_visitors_only_when_she_speaks_of_herself() -> None:
    assert read("29 ans, soudeur").ages == (exactly(29),)
    assert read("29 ans, soudeur", of_oneself=False).ages == ()


def test_two_ages_are_both_kept_for_somebody_to_ask() -> None:
    assert read("j'ai 29 ans, j'ai 36 ans").ages == (exactly(29), exactly(36))


def test_year_of_birth_leaves_two_ages_possible() -> None:
    assert read("je suis né en 1991").ages == (Range(34, 35),)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("deux enfants de 3 et 7 ans", (3.0, 7.0)),
        ("mes enfants ont 3, 7 et 12 ans", (3.0, 7.0, 12.0)),
        ("deux enfants de 3 et 7", (3.0, 7.0)),
        ("ma fille a 10 ans", (10.0,)),
        ("un bébé de 6 mois", (0.5,)),
        ("mon petit a 2 ans et demi", (2.5,)),
        ("un garçon 3 ans et une fille 7 ans", (3.0, 7.0)),
        ("pas d'enfants", ()),
        ("sans enfant", ()),
        ("deux enfants", None),
        ("j'ai 29 ans", None),
    ],
)
def test_ages_of_the_children_are_read(text: str, ages: tuple[float, ...] | None) -> None:
    assert read(text).child_ages == ages


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("je suis RP depuis 2 ans", exactly(2)),
        ("Arrivé il y a six ans, puis-je", exactly(6)),
        ("au Québec depuis 18 mois", exactly(1.5)),
        ("ça fait 3 ans que je suis au Québec", exactly(3)),
        ("je suis ici depuis 8 mois", exactly(8 / 12)),
        ("au Québec depuis 7 ans, RP depuis 2 ans", exactly(2)),
        ("mon mari est au Québec depuis 8 ans et moi je suis arrivée il y a 3 ans", exactly(3)),
        ("je suis arrivée il y a plus de 4 ans", Range(4, LONG_AGO)),
        ("je suis arrivée il y a moins de 5 ans", Range(0, 4.99)),
        ("arrivé en 2021", Range(58 / 12, 70 / 12)),
        ("arrivé en mars 2022", Range(55 / 12, 56 / 12)),
        ("j'habite Montréal depuis 2 ans", Range(2, LONG_AGO)),
    ],
)
def test_years_since_arrival_are_read_and_never_more_exactly_than_they_were_said(
    text: str, years: Range
) -> None:
    found = read(text).years_here
    assert found is not None
    assert (found.low, found.high) == pytest.approx((years.low, years.high))


@pytest.mark.parametrize(
    "text",
    ["bail depuis 2 ans", "je travaille chez Bell depuis 3 ans", "mon mari est RP depuis 2 ans"],
)
def test_other_lengths_of_time_are_no_years_since_arrival(text: str) -> None:
    assert read(text).years_here is None


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("diplômée il y a 6 mois", 6),
        ("j'ai fini mes études il y a 2 ans", 24),
        ("je viens de finir mon DEC il y a 4 mois", 4),
    ],
)
def test_months_since_the_diploma_are_read(text: str, months: float) -> None:
    assert read(text).graduated_months_ago == exactly(months)


def test_experience_is_neither_an_age_nor_a_stay() -> None:
    told = read("29 ans, RP, 5 ans d'expérience comme soudeur")
    assert told.experience_years == 5
    assert told.ages == (exactly(29),)
    assert told.years_here is None


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("31", "age", exactly(31)),
        ("31 ans", "age", exactly(31)),
        ("trente et un", "age", exactly(31)),
        ("200", "age", exactly(200)),
        ("3", "years_since_arrival", exactly(3)),
        ("2 ans", "years_since_arrival", exactly(2)),
        ("6 mois", "years_since_arrival", exactly(0.5)),
        ("presque 5 ans", "years_since_arrival", Range(4.5, 4.99)),
        ("2021", "years_since_arrival", Range(58 / 12, 70 / 12)),
        ("6", "graduated_months_ago", exactly(6)),
        ("un an", "graduated_months_ago", exactly(12)),
        ("3 et 7", "child_ages", (3.0, 7.0)),
        ("3 ans et 18 mois", "child_ages", (3.0, 1.5)),
        ("non", "child_ages", ()),
        ("aucun", "child_ages", ()),
        ("deux", "child_ages", None),
        ("deux enfants", "child_ages", None),
        ("je sais pas", "age", None),
        ("peut-être", "years_since_arrival", None),
    ],
)
def test_bare_answer_is_read_by_what_was_asked(
    text: str, field: str, value: Range | tuple[float, ...] | None
) -> None:
    found = read_asked_number(text, field, TODAY)
    if isinstance(value, Range):
        assert isinstance(found, Range)
        assert (found.low, found.high) == pytest.approx((value.low, value.high))
    else:
        assert found == value
