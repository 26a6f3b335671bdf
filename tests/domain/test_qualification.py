"""A lead's score says how far a project is, and never what a person is worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marie.domain.qualification import (
    BadPoints,
    Judged,
    LeadFile,
    Project,
    check_points,
    qualify,
)

POINTS = {"region": 30, "when": 20, "work": 20, "program": 20, "contact": 10}
TODAY = date(2026, 11, 22)
NOTHING = Project(
    situation={}, spoken_of=None, lease_end=None, programs=(), reachable=False, today=TODAY
)
ALL = {"target_region": "01", "move_by": "2027-07-01", "occupation": "soudeuse"}


def judged(program: str, verdict: str) -> Judged:
    return Judged(program=program, name=program, verdict=verdict, because=(), missing=())


def filed(project: Project) -> LeadFile:
    return qualify(project, told=(), languages=(), points=POINTS, soon_months=12)


def test_nothing_known_is_an_exploring_project_of_no_points() -> None:
    file = filed(NOTHING)
    assert (file.score, file.stage, file.missing) == (0, "exploring", ("region", "when", "work"))


def test_everything_settled_is_a_hundred_points_and_ripe() -> None:
    project = replace(
        NOTHING,
        situation={**ALL, "has_job_offer": True},
        programs=(judged("emplois-en-regions", "eligible"),),
        reachable=True,
    )
    file = filed(project)
    assert (file.score, file.stage, file.missing) == (100, "ripe", ())


@pytest.mark.parametrize(
    ("situation", "points", "because"),
    [
        ({"move_by": "2026-11-21"}, 0, "unknown"),
        ({"move_by": "2026-11-22"}, 20, "soon"),
        ({"move_by": "2027-11-17"}, 20, "soon"),
        ({"move_by": "2027-11-18"}, 10, "later"),
        ({"move_by": "bientôt"}, 0, "unknown"),
    ],
)
def test_departure_counts_from_today_until_a_year(
    situation: dict[str, Any], points: int, because: str
) -> None:
    (when,) = [
        each
        for each in filed(replace(NOTHING, situation=situation)).points
        if each.criterion == "when"
    ]
    assert (when.points, when.because) == (points, because)


def test_lease_that_ends_counts_half_and_one_that_ended_nothing() -> None:
    assert filed(replace(NOTHING, lease_end=date(2027, 6, 30))).score == 10
    assert filed(replace(NOTHING, lease_end=date(2026, 6, 30))).score == 0


def test_region_that_was_only_spoken_of_is_half_and_not_ripe() -> None:
    spoken = replace(
        NOTHING, situation={key: ALL[key] for key in ("move_by", "occupation")}, spoken_of="04"
    )
    assert (filed(spoken).stage, filed(spoken).regions, filed(spoken).score) == (
        "shaping",
        ("04",),
        45,
    )
    assert filed(replace(spoken, situation=ALL)).regions == ("01",)


def test_only_a_ripe_and_entitled_project_is_for_an_agent_of_a_territory() -> None:
    entitled = (judged("place-aux-jeunes", "eligible"),)
    assert filed(replace(NOTHING, situation=ALL, programs=entitled)).route == "place-aux-jeunes"
    assert filed(replace(NOTHING, situation=ALL)).route == "emplois-en-regions"
    vague = {"move_by": "2027-07-01", "occupation": "soudeuse"}
    assert filed(replace(NOTHING, situation=vague, programs=entitled)).route == "emplois-en-regions"


@settings(max_examples=40)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(("citizen", "asylum_seeker", "visitor")),
            "french": st.sampled_from(("none", "advanced")),
            "age": st.integers(18, 80),
            "child_ages": st.lists(st.integers(0, 17)),
            "years_since_arrival": st.integers(0, 40),
            "education": st.sampled_from(("none", "university")),
        },
    )
)
def test_who_a_person_is_has_no_part_in_the_score(person: dict[str, Any]) -> None:
    base = replace(NOTHING, situation=ALL, programs=(judged("x", "to_confirm"),))
    assert filed(replace(base, situation={**ALL, **person})).points == filed(base).points


@pytest.mark.parametrize(
    "bad",
    [{}, {**POINTS, "region": 31}, {**POINTS, "age": 0}, {**POINTS, "region": 60, "when": -10}],
)
def test_points_that_are_not_a_hundred_of_the_five_criteria_are_refused(
    bad: dict[str, int],
) -> None:
    with pytest.raises(BadPoints):
        check_points(bad)
    assert check_points(POINTS) == POINTS
