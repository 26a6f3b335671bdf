"""Openings and people: what fits, why, and what never counts as a match."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marie.guidance.matching import (
    EDUCATION,
    FRENCH,
    Match,
    Opening,
    Wanted,
    best_matches,
    compatibility,
)
from marie.knowledge.openings import load_matching, title_words
from marie.settings import ROOT

TODAY = date(2026, 11, 22)
WEIGHTS = load_matching(ROOT / "knowledge").weights


def opening(**told: Any) -> Opening:
    title = told.pop("title", "Soudeur-monteur")
    default: dict[str, Any] = {
        "id": "essai-1",
        "region": "01",
        "municipality": "Rimouski",
        "municipality_code": "10043",
        "sector": "manufacturing",
        "valid_until": date(2027, 3, 31),
        "listed": "essai",
        "read_on": TODAY,
        "words": title_words(title),
    }
    return Opening(title=title, **{**default, **told})


def weigh(one: Opening, **wanted: Any) -> Match | None:
    return compatibility(one, Wanted(**wanted), WEIGHTS, TODAY)


def fit(one: Opening, **wanted: Any) -> Match:
    match = weigh(one, **wanted)
    assert match is not None
    return match


@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Soudeur-monteur", "soudeuse"),
        ("Infirmière clinicienne", "infirmier"),
        ("Préposée aux bénéficiaires", "préposé bénéficiaires"),
        ("Cuisinier", "cuisinière"),
        ("Technicienne en informatique", "technicien informatique"),
    ],
)
def test_trade_is_recognised_in_its_other_gender(title: str, said: str) -> None:
    assert fit(opening(title=title), words=title_words(said)).because == ("trade",)


def test_other_trade_of_the_sector_is_near_and_one_of_another_sector_is_no_match() -> None:
    assert fit(opening(), words=("machiniste",), sector="manufacturing").because == ("sector",)
    assert weigh(opening(), words=("comptable",), sector="finance") is None


@pytest.mark.parametrize(
    ("days", "valid"), [(-1, False), (0, True), (1, True)], ids=["expired", "last day", "valid"]
)
def test_opening_counts_until_its_last_day_included(days: int, valid: bool) -> None:
    one = opening(valid_until=TODAY + timedelta(days=days))
    assert (weigh(one, words=("soudeur",)) is not None) is valid


@pytest.mark.parametrize(
    ("asked", "given", "side"),
    [
        ("intermediate", "basic", "against"),
        ("intermediate", "intermediate", "because"),
        ("intermediate", "advanced", "because"),
        ("intermediate", None, "unknown"),
    ],
)
def test_french_is_compared_level_by_level(asked: str, given: str | None, side: str) -> None:
    match = fit(opening(french=asked), words=("soudeur",), french=given)
    assert "french" in getattr(match, side)


@pytest.mark.parametrize(
    ("asked", "given", "side"),
    [
        ("vocational", "secondary", "against"),
        ("vocational", "vocational", "because"),
        ("vocational", "university", "because"),
        ("vocational", None, "unknown"),
    ],
)
def test_education_is_compared_level_by_level(asked: str, given: str | None, side: str) -> None:
    match = fit(opening(education=asked), words=("soudeur",), education=given)
    assert "education" in getattr(match, side)


@pytest.mark.parametrize(("given", "side"), [(1.9, "against"), (2.0, "because"), (None, "unknown")])
def test_experience_is_compared_in_years(given: float | None, side: str) -> None:
    match = fit(opening(experience_years=2), words=("soudeur",), experience_years=given)
    assert "experience" in getattr(match, side)


def test_town_is_nearer_than_region_and_another_region_speaks_against() -> None:
    town = fit(opening(), words=("soudeur",), region="01", municipality_code="10043")
    region = fit(opening(), words=("soudeur",), region="01", municipality_code="10070")
    other = fit(opening(), words=("soudeur",), region="08")
    assert "town" in town.because
    assert "region" in region.because
    assert "region" in other.against
    assert town.score >= region.score > other.score


def test_what_the_list_does_not_ask_is_no_criterion() -> None:
    match = fit(opening(french="none", education="none"), words=("soudeur",))
    assert (match.because, match.against, match.unknown) == (("trade",), (), ())
    assert match.score == 1.0


def test_best_come_first_and_ties_are_in_the_order_of_their_last_day() -> None:
    later = opening(id="b", valid_until=date(2027, 3, 31))
    sooner = opening(id="c", valid_until=date(2027, 1, 31))
    away = opening(id="a", region="08", municipality_code="89008")
    found = best_matches(
        [later, sooner, away], Wanted(words=("soudeur",), region="01"), WEIGHTS, TODAY
    )
    assert [each.opening.id for each in found] == ["c", "b", "a"]


people = st.builds(
    Wanted,
    words=st.just(("soudeur",)),
    region=st.sampled_from(["01", "08", None]),
    french=st.sampled_from([*FRENCH, None]),
    education=st.sampled_from([*EDUCATION, None]),
    experience_years=st.sampled_from([None, 0.0, 2.0, 10.0]),
)
openings = st.builds(
    lambda french, education, years: opening(
        french=french, education=education, experience_years=years
    ),
    st.sampled_from([*FRENCH, None]),
    st.sampled_from([*EDUCATION, None]),
    st.sampled_from([None, 1.0, 5.0]),
)


@settings(max_examples=200)
@given(one=openings, person=people)
def test_more_french_or_more_schooling_never_lowers_a_match(one: Opening, person: Wanted) -> None:
    found = compatibility(one, person, WEIGHTS, TODAY)
    assert found is not None
    assert 0 <= found.score <= 1
    for levels, name in ((FRENCH, "french"), (EDUCATION, "education")):
        level = getattr(person, name)
        if level is None or level == levels[-1]:
            continue
        more = {**vars(person), name: levels[levels.index(level) + 1]}
        better = compatibility(one, Wanted(**more), WEIGHTS, TODAY)
        assert better is not None
        assert better.score >= found.score


@settings(max_examples=100)
@given(one=openings, person=people)
def test_every_match_has_a_reason_and_no_reason_on_two_sides(one: Opening, person: Wanted) -> None:
    found = compatibility(one, person, WEIGHTS, TODAY)
    assert found is not None
    assert found.because
    sides = [*found.because, *found.against, *found.unknown]
    assert len(sides) == len(set(sides))


def test_weighing_three_hundred_openings_takes_five_milliseconds() -> None:
    # Of this thread alone: the machine may be busy with other things.
    many = [opening(id=str(n), title=f"Poste {n} de machiniste") for n in range(299)]
    wanted = Wanted(
        words=("soudeur", "monteur"), sector="manufacturing", region="01", french="basic"
    )
    times = []
    for _ in range(15):
        begun = time.thread_time()
        assert best_matches([*many, opening()], wanted, WEIGHTS, TODAY)[0].opening.id == "essai-1"
        times.append(time.thread_time() - begun)
    assert min(times) < 0.005
