"""Dates as people type them; every table has the day before and the day after a boundary."""

from __future__ import annotations

from datetime import date

import pytest

from marie.language.dates import FoundDate, add_months, find_dates

SUNDAY = date(2026, 11, 22)
"""The day on which every sentence below is said, unless its test says another."""


def only(text: str, said_on: date = SUNDAY) -> FoundDate:
    found = find_dates(text, said_on)
    assert len(found) == 1, (text, found)
    return found[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("30 juin 2027", "2027-06-30"),
        ("le 30 juin 2027", "2027-06-30"),
        ("Mon bail finit le 30 JUIN 2027.", "2027-06-30"),
        ("1er juillet 2027", "2027-07-01"),
        ("le 1 er juillet 2027", "2027-07-01"),
        ("premier juillet 2027", "2027-07-01"),
        ("le trente juin 2027", "2027-06-30"),
        ("le trente et un juillet 2027", "2027-07-31"),
        ("le 15 août 2027", "2027-08-15"),
        ("le 15 aout 2027", "2027-08-15"),
        ("le 15 juil. 2027", "2027-07-15"),
        ("le 3 fév 2027", "2027-02-03"),
        ("15 sept. 2027", "2027-09-15"),
        ("le 15 de septembre 2027", "2027-09-15"),
        ("le 1 jullet 2027", "2027-07-01"),
        ("le 4 decenbre 2026", "2026-12-04"),
        ("30juin2027", "2027-06-30"),
        ("30 juin 27", "2027-06-30"),
        ("30/06/2027", "2027-06-30"),
        ("30-06-2027", "2027-06-30"),
        ("30.06.2027", "2027-06-30"),
        ("30/6/2027", "2027-06-30"),
        ("30/06/27", "2027-06-30"),
        ("30 06 2027", "2027-06-30"),
        ("2027-06-30", "2027-06-30"),
        ("2027/06/30", "2027-06-30"),
        ("06/30/2027", "2027-06-30"),
        ("29 février 2028", "2028-02-29"),
        ("2 février 1890", "1890-02-02"),
        ("aujourd'hui", "2026-11-22"),
        ("aujourd’hui", "2026-11-22"),
        ("demain", "2026-11-23"),
        ("après-demain", "2026-11-24"),
        ("hier", "2026-11-21"),
        ("avant-hier", "2026-11-20"),
        ("lundi", "2026-11-23"),
        ("dimanche prochain", "2026-11-29"),
        ("vendredi dernier", "2026-11-20"),
        ("dans 10 jours", "2026-12-02"),
        ("le 30 du mois", "2026-11-30"),
        ("le 15 du mois prochain", "2026-12-15"),
    ],
)
def test_a_day_is_read_as_it_is_written(text: str, value: str) -> None:
    found = only(text)
    assert (found.value, found.grain, found.problem) == (date.fromisoformat(value), "day", None)
    assert found.first == found.last == found.value
    assert found.year_given


@pytest.mark.parametrize(
    ("text", "said_on", "value"),
    [
        ("le 30 juin", "2026-06-29", "2026-06-30"),
        ("le 30 juin", "2026-06-30", "2026-06-30"),
        ("le 30 juin", "2026-07-01", "2027-06-30"),
        ("le 30/06", "2026-11-22", "2027-06-30"),
        ("avant Noël", "2026-12-26", "2027-12-25"),
        ("29 février", "2026-11-22", "2028-02-29"),
        ("29 février", "2028-02-29", "2028-02-29"),
        ("29 février", "2028-03-01", "2032-02-29"),
        ("29 février", "2096-03-01", "2104-02-29"),
        ("depuis le 1er juillet", "2026-11-22", "2026-07-01"),
        ("depuis le 1er décembre", "2026-11-22", "2025-12-01"),
        ("j'ai reçu l'avis le 3 mars", "2026-11-22", "2026-03-03"),
        ("j'ai signé le 22 novembre", "2026-11-22", "2026-11-22"),
    ],
)
def test_without_a_year_it_is_the_next_such_day_or_the_latest_when_the_words_say_past(
    text: str, said_on: str, value: str
) -> None:
    found = only(text, date.fromisoformat(said_on))
    assert found.value == date.fromisoformat(value)
    assert not found.year_given


@pytest.mark.parametrize(
    ("text", "problem", "longest"),
    [
        ("le 31 juin", "no_such_day", 30),
        ("mon bail finit le 31 juin 2027", "no_such_day", 30),
        ("31 septembre", "no_such_day", 30),
        ("31/04/2027", "no_such_day", 30),
        ("30 février", "no_such_day", 29),
        ("29 février 2027", "no_such_day", 28),
        ("le 32 juillet", "no_such_day", 31),
        ("le 0 juin", "no_such_day", 30),
        ("45 juin", "no_such_day", 30),
        ("31 du mois", "no_such_day", 30),
        ("31/13/2027", "no_such_month", None),
        ("2027-13-01", "no_such_month", None),
    ],
)
def test_a_day_that_does_not_exist_is_said_back_and_never_moved(
    text: str, problem: str, longest: int | None
) -> None:
    found = only(text)
    assert (found.problem, found.longest) == (problem, longest)
    assert found.value is found.first is found.last is None
    assert found.said == text[found.start : found.end]
    assert any(digit in found.said for digit in "0123456789")


def test_the_other_reading_of_a_numeric_date_is_kept_when_it_is_possible() -> None:
    assert only("03/04/2027").value == date(2027, 4, 3)
    assert only("03/04/2027").other == date(2027, 3, 4)
    assert only("04/04/2027").other is None
    assert only("13/04/2027").other is None
    assert only("2027-03-04").other is None


@pytest.mark.parametrize(
    ("text", "value", "first", "last", "grain"),
    [
        ("juin 2027", "2027-06-01", "2027-06-01", "2027-06-30", "month"),
        ("en mars", "2027-03-01", "2027-03-01", "2027-03-31", "month"),
        ("mars", "2027-03-01", "2027-03-01", "2027-03-31", "month"),
        ("en novembre", "2026-11-01", "2026-11-01", "2026-11-30", "month"),
        ("novembre prochain", "2027-11-01", "2027-11-01", "2027-11-30", "month"),
        ("juin dernier", "2026-06-01", "2026-06-01", "2026-06-30", "month"),
        ("depuis juin", "2026-06-01", "2026-06-01", "2026-06-30", "month"),
        ("fin juin", "2027-06-30", "2027-06-20", "2027-06-30", "month"),
        ("à la fin du mois de juin", "2027-06-30", "2027-06-20", "2027-06-30", "month"),
        ("début septembre", "2027-09-01", "2027-09-01", "2027-09-11", "month"),
        ("mi-août", "2027-08-15", "2027-08-10", "2027-08-20", "month"),
        ("fin du mois", "2026-11-30", "2026-11-20", "2026-11-30", "month"),
        ("le mois prochain", "2026-12-01", "2026-12-01", "2026-12-31", "month"),
        ("la semaine prochaine", "2026-11-23", "2026-11-23", "2026-11-29", "month"),
        ("dans 3 mois", "2027-02-22", "2027-02-07", "2027-03-09", "month"),
        ("dans trois mois et demi", "2027-03-09", "2027-02-22", "2027-03-24", "month"),
        ("d’ici deux semaines", "2026-12-06", "2026-12-03", "2026-12-09", "month"),
        ("il y a un an", "2025-11-22", "2025-09-23", "2026-01-21", "month"),
        ("l’été prochain", "2027-06-01", "2027-06-01", "2027-08-31", "month"),
        ("l'ete dernier", "2026-06-01", "2026-06-01", "2026-08-31", "month"),
        ("au printemps", "2027-03-01", "2027-03-01", "2027-05-31", "month"),
        ("cet automne", "2026-09-01", "2026-09-01", "2026-11-30", "month"),
        ("cet hiver", "2026-12-01", "2026-12-01", "2027-02-28", "month"),
        ("à la rentrée", "2027-08-25", "2027-08-25", "2027-09-10", "month"),
        ("en 2027", "2027-01-01", "2027-01-01", "2027-12-31", "year"),
        ("l'année prochaine", "2027-01-01", "2027-01-01", "2027-12-31", "year"),
        ("l’an passé", "2025-01-01", "2025-01-01", "2025-12-31", "year"),
        ("cette année", "2026-01-01", "2026-01-01", "2026-12-31", "year"),
        ("fin 2027", "2027-12-31", "2027-09-01", "2027-12-31", "month"),
    ],
)
def test_a_vague_time_keeps_its_bounds(
    text: str, value: str, first: str, last: str, grain: str
) -> None:
    found = only(text)
    assert (str(found.value), str(found.first), str(found.last), found.grain) == (
        value,
        first,
        last,
        grain,
    )


def test_winter_said_in_january_is_the_winter_under_way() -> None:
    assert only("cet hiver", date(2027, 1, 10)).first == date(2026, 12, 1)
    assert only("l'hiver prochain", date(2027, 1, 10)).first == date(2027, 12, 1)
    assert only("l'été", date(2027, 8, 31)).first == date(2027, 6, 1)
    assert only("l'été", date(2027, 9, 1)).first == date(2028, 6, 1)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("du 1er juillet 2026 au 30 juin 2027", ["2026-07-01", "2027-06-30"]),
        ("du 1er au 15 juillet", ["2027-07-01", "2027-07-15"]),
        ("les 3 et 4 juin", ["2027-06-03", "2027-06-04"]),
        ("entre le 1er juin et le 15 juillet 2027", ["2027-06-01", "2027-07-15"]),
        ("janvier ou février", ["2027-01-01", "2027-02-01"]),
    ],
)
def test_two_dates_in_one_message_are_both_read_in_order(text: str, values: list[str]) -> None:
    assert [str(one.value) for one in find_dates(text, SUNDAY)] == values


@pytest.mark.parametrize(
    "text",
    [
        "un 4 1/2 à Rimouski",
        "4 1/2",
        "un 3½",
        "sept enfants",
        "mai je veux partir",
        "un DEC en soins infirmiers",
        "j'ai été malade",
        "un emploi d'été",
        "des pneus d'hiver",
        "514 555-0199",
        "418 555 0100",
        "1200 $",
        "1 200,50 $ par mois",
        "G1K 3X2",
        "mon fils a 3 ans",
        "un bail de 12 mois",
        "20 h 30",
        "il n'y a pas de place",
        "",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert find_dates(text, SUNDAY) == ()


def test_spans_count_in_the_text_as_typed() -> None:
    text = "Œuvrons… mon bail ½ finit le 1er août 2027 !"
    found = only(text)
    assert text[found.start : found.end] == found.said == "1er août 2027"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-08-31", -6, "2027-02-28"),
        ("2027-06-30", -6, "2026-12-30"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-12-15", 24, "2028-12-15"),
    ],
)
def test_months_are_calendar_months_clamped_to_the_last_day(
    day: str, months: int, expected: str
) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(expected)
