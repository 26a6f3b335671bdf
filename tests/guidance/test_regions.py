"""Ranking regions: weights, missing data, ties, and what would change the first place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marie.guidance.regions import MAX_WEIGHT, Criterion, available, rank, what_changes_first

CODES = ("01", "02", "03", "04")
WORK = Criterion(id="work", better="high")
RENT = Criterion(id="rent", better="low")
TOWN = Criterion(id="town", better="high")
MEASURES = {
    "work": {"01": 10.0, "02": 20.0, "03": 30.0, "04": 40.0},
    "rent": {"01": 600.0, "02": 700.0, "03": 800.0, "04": 900.0},
    "town": {"01": 5.0},
}


def test_best_region_by_the_one_criterion_that_counts_comes_first() -> None:
    ranked = rank(CODES, (WORK, RENT), MEASURES, {"work": 1})
    assert [each.code for each in ranked] == ["04", "03", "02", "01"]
    assert [each.score for each in ranked] == [1.0, 0.666667, 0.333333, 0.0]


def test_lower_is_better_where_the_criterion_says_so() -> None:
    assert rank(CODES, (RENT,), MEASURES, {"rent": 1})[0].code == "01"


def test_negative_weight_wants_the_other_end() -> None:
    assert rank(CODES, (WORK,), MEASURES, {"work": -1})[0].code == "01"


def test_opposite_criteria_of_equal_weight_leave_every_region_tied_at_rank_one() -> None:
    ranked = rank(CODES, (WORK, RENT), MEASURES, {"work": 1, "rent": 1})
    assert [each.rank for each in ranked] == [1, 1, 1, 1]
    assert [each.code for each in ranked] == list(CODES)


@pytest.mark.parametrize(("measured", "counts"), [(1, False), (2, True), (4, True)])
def test_criterion_counts_once_half_of_the_regions_are_measured(
    measured: int, counts: bool
) -> None:
    known = {"town": {code: float(n) for n, code in enumerate(CODES[:measured])}}
    assert ("town" in available((TOWN,), known, len(CODES))) is counts


def test_criterion_on_which_all_are_alike_does_not_count() -> None:
    assert available((TOWN,), {"town": dict.fromkeys(CODES, 3.0)}, len(CODES)) == frozenset()


def test_region_without_a_measure_has_its_weight_shared_out() -> None:
    measures = {"work": MEASURES["work"], "rent": {"01": 600.0, "02": 700.0, "03": 800.0}}
    ranked = {
        each.code: each for each in rank(CODES, (WORK, RENT), measures, {"work": 1, "rent": 3})
    }
    assert ranked["04"].score == 1.0  # judged on work alone
    assert ranked["04"].scores == {"work": 1.0, "rent": None}


def test_reasons_are_the_criteria_near_an_end_the_weightiest_first() -> None:
    best = rank(CODES, (WORK, TOWN, RENT), MEASURES, {"work": 1, "rent": -2})[0]
    assert best.because == ("rent", "work")
    assert rank(CODES, (WORK, RENT), MEASURES, {"work": 3, "rent": 1})[0].against == ("rent",)


def test_smallest_raise_that_changes_the_first_place_is_named() -> None:
    change = what_changes_first(CODES, (WORK, RENT), MEASURES, {"work": 2, "rent": 1})
    assert change is not None
    assert (change.criterion, change.weight, change.code) == ("rent", 3, "01")


def test_nothing_changes_the_first_place_of_the_region_that_is_best_at_everything() -> None:
    measures = {"work": MEASURES["work"], "town": MEASURES["work"]}
    assert what_changes_first(CODES, (WORK, TOWN), measures, {"work": 1, "town": 1}) is None


@given(
    st.fixed_dictionaries(
        {name: st.integers(-int(MAX_WEIGHT), int(MAX_WEIGHT)) for name in ("work", "rent", "town")}
    )
)
def test_no_region_is_ever_hidden_and_scores_stay_between_0_and_1(weights: dict[str, int]) -> None:
    ranked = rank(CODES, (WORK, RENT, TOWN), MEASURES, weights)
    assert sorted(each.code for each in ranked) == list(CODES)
    assert all(0 <= each.score <= 1 for each in ranked)
    assert [each.score for each in ranked] == sorted((r.score for r in ranked), reverse=True)


def test_fifteen_regions_on_ten_criteria_take_less_than_5_ms() -> None:
    codes = [f"{n:02}" for n in range(15)]
    criteria = [Criterion(id=f"c{n}", better="high") for n in range(10)]
    measures = {
        each.id: {code: float((n * 7 + m * 3) % 13) for n, code in enumerate(codes)}
        for m, each in enumerate(criteria)
    }
    weights = {each.id: 1.0 for each in criteria}

    def once() -> float:
        started = time.perf_counter()
        rank(codes, criteria, measures, weights)
        what_changes_first(codes, criteria, measures, weights)
        return time.perf_counter() - started

    assert min(once() for _ in range(20)) < 0.005
