"""Amounts, dwelling sizes, counts and ranks."""

from __future__ import annotations

import pytest

from marie.language.numbers import read_number
from marie.language.quantities import find_amounts, find_counts, find_ordinals, find_rooms


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", 3),
        ("1 200", 1200),
        ("1,200", 1200),
        ("1 200,50", 1200.5),
        ("9,65", 9.65),
        ("1.5", 1.5),
        ("zero", 0),
        ("vingt et un", 21),
        ("quatre-vingt-dix", 90),
        ("quatre vingt dix sept", 97),
        ("soixante et onze", 71),
        ("cent", 100),
        ("deux cent cinquante", 250),
        ("mille deux cents", 1200),
        ("trente mille", 30_000),
        ("beaucoup", None),
        ("", None),
        ("et", None),
    ],
)
def test_numbers_are_read_in_digits_and_words(text: str, number: float | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize(
    ("text", "dollars", "per"),
    [
        ("1 200 $", 1200, None),
        ("1\N{NO-BREAK SPACE}200\N{NO-BREAK SPACE}$", 1200, None),
        ("1200$", 1200, None),
        ("$1,200", 1200, None),
        ("1200 $ par mois", 1200, "month"),
        ("9,65 $ par jour", 9.65, "day"),
        ("22 $ de l’heure", 22, "hour"),
        ("22$/h", 22, "hour"),
        ("800 par mois", 800, "month"),
        ("45k$", 45_000, None),
        ("mille deux cents dollars", 1200, None),
        ("50 mille piasses par année", 50_000, "year"),
    ],
)
def test_an_amount_is_dollars_and_its_period(text: str, dollars: float, per: str | None) -> None:
    (found,) = find_amounts(text)
    assert (found.dollars, found.per) == (dollars, per)
    assert text[found.start : found.end] == found.said


@pytest.mark.parametrize("text", ["1200", "3 ans", "99 par mois", "514 555-0199", "2027-06-30"])
def test_a_bare_number_is_no_amount(text: str) -> None:
    assert find_amounts(text) == ()


@pytest.mark.parametrize(
    ("text", "rooms"),
    [
        ("un 4 et demi", 4.5),
        ("4 et demie", 4.5),
        ("4 1/2", 4.5),
        ("4½ à Gatineau", 4.5),
        ("4 ½", 4.5),
        ("un quatre et demi", 4.5),
        ("un 3.5", 3.5),
        ("un logement 5,5", 5.5),
        ("3,5", 3.5),
        ("1 1/2", 1.5),
    ],
)
def test_a_dwelling_size_is_read_as_quebec_says_it(text: str, rooms: float) -> None:
    (found,) = find_rooms(text)
    assert found.rooms == rooms


@pytest.mark.parametrize(
    "text", ["4 ans et demi", "9,50 $", "14 1/2", "le 1/2", "2 heures et demie"]
)
def test_a_half_of_something_else_is_no_dwelling(text: str) -> None:
    assert find_rooms(text) == ()


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("2 enfants", [(2, "child")]),
        ("deux enfants", [(2, "child")]),
        ("pas d’enfant", [(0, "child")]),
        ("sans enfants", [(0, "child")]),
        ("une fille et deux garçons", [(1, "child"), (2, "child")]),
        ("deux adultes et trois enfants", [(2, "adult"), (3, "child")]),
        ("on est 4", [(4, "person")]),
        ("une famille de 5", [(5, "person")]),
        ("trois chambres", [(3, "bedroom")]),
        ("2", [(2, None)]),
        ("deux svp", [(2, None)]),
        ("on est 4 ans plus tard", []),
        ("2027", []),
        ("j'en veux 2", []),
    ],
)
def test_counts_say_of_what(text: str, counts: list[tuple[int, str | None]]) -> None:
    assert [(one.count, one.of) for one in find_counts(text)] == counts


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("le deuxième", 2),
        ("la 2e", 2),
        ("2ème", 2),
        ("le second", 2),
        ("la première", 1),
        ("1re", 1),
        ("le dernier", -1),
        ("numéro 3", 3),
        ("#3", 3),
        ("le 2", 2),
        ("le 2 !", 2),
    ],
)
def test_ranks_count_from_one_and_the_last_is_minus_one(text: str, rank: int) -> None:
    (found,) = find_ordinals(text)
    assert found.rank == rank


@pytest.mark.parametrize("text", ["2", "le 2 bedroom", "deux", "2 enfants"])
def test_a_number_alone_is_no_rank(text: str) -> None:
    assert find_ordinals(text) == ()
