"""The moving plan: which steps, on which days, whatever the household."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marie.guidance.lease import Lodging, NoWindow, Window, nonrenewal_window
from marie.guidance.plan import Facts, State, Step, StepRule, make_plan, months_owed
from marie.knowledge.plan_rules import load_plan_rules
from marie.knowledge.rules import load_lease_rules
from marie.settings import ROOT

TODAY = date(2026, 11, 22)
RULES: tuple[StepRule, ...] = load_plan_rules(ROOT / "knowledge")
LEASE = load_lease_rules(ROOT / "knowledge" / "lease")


def notice(end: date, lodging: Lodging = Lodging.DWELLING) -> Window | NoWindow:
    return nonrenewal_window(end=end, length_months=12, lodging=lodging, rule=LEASE.window(TODAY))


def facts(**changes: Any) -> Facts:
    end = changes.get("lease_end")
    known = {"notice": notice(end)} if end and "notice" not in changes else {}
    return Facts(**{"today": TODAY, "move": date(2027, 7, 1), "region": "01", **known, **changes})


def plan(**changes: Any) -> dict[str, Step]:
    return {step.rule.id: step for step in make_plan(RULES, facts(**changes))}


@pytest.mark.parametrize(
    ("end", "step", "state"),
    [
        (None, "lease-find-end", State.NOW),
        (date(2027, 6, 30), "lease-notice", State.LATER),
        # The window of an end on 22 May 2027 opens on 23 November 2026, of 21 May on the 22nd.
        (date(2027, 5, 22), "lease-notice", State.LATER),
        (date(2027, 5, 21), "lease-notice", State.NOW),
        # The last day for an end on 22 February 2027 is 22 November 2026.
        (date(2027, 2, 22), "lease-notice", State.NOW),
        (date(2027, 2, 21), "lease-notice-passed", State.PASSED),
    ],
)
def test_notice_stands_where_its_window_does(end: date | None, step: str, state: State) -> None:
    found = plan(lease_end=end)
    assert found[step].state is state
    assert len([name for name in found if name.startswith(("lease-find", "lease-notice"))]) == 1


def test_notice_has_the_days_of_the_lease_rules() -> None:
    step = plan(lease_end=date(2027, 6, 30))["lease-notice"]
    assert (step.first, step.last) == (date(2027, 1, 1), date(2027, 3, 31))


def test_lodging_without_a_notice_is_asked_about() -> None:
    end = date(2027, 6, 30)
    found = plan(lease_end=end, notice=notice(end, Lodging.STUDENT))
    assert "lease-notice-closed" in found
    assert "lease-notice" not in found


@pytest.mark.parametrize(
    ("end", "early", "gap"),
    [
        (date(2027, 7, 8), True, False),
        (date(2027, 7, 7), False, False),
        (date(2027, 6, 24), False, False),
        (date(2027, 6, 23), False, True),
    ],
)
def test_lease_that_does_not_end_with_the_move_has_a_step(
    end: date, early: bool, gap: bool
) -> None:
    found = plan(lease_end=end)
    assert ("lease-early" in found, "lease-gap" in found) == (early, gap)


@pytest.mark.parametrize(
    ("end", "months"),
    [
        (None, 0),
        (date(2027, 6, 30), 0),
        (date(2027, 7, 1), 1),
        (date(2027, 7, 31), 1),
        (date(2027, 8, 1), 2),
        (date(2028, 6, 30), 12),
    ],
)
def test_rent_is_owed_for_every_month_begun(end: date | None, months: int) -> None:
    assert months_owed(facts(lease_end=end)) == months


@pytest.mark.parametrize(
    ("age", "steps"),
    [
        (4.3, {"childcare-request", "childcare-follow"}),
        (4.5, {"school-register", "school-start"}),  # 5 years on the day of the move
        (15.3, {"school-register", "school-start"}),
        (15.5, {"school-register", "school-start", "cegep-sracq"}),
        (16.5, {"cegep-sracq"}),
        (19.3, {"cegep-sracq"}),
        (19.5, set()),
    ],
)
def test_children_count_at_the_age_they_will_have(age: float, steps: set[str]) -> None:
    family = {rule.id for rule in RULES if rule.when.child is not None}
    assert family & set(plan(children=(age,))) == steps


@pytest.mark.parametrize(
    ("move", "today", "deadline", "term", "state"),
    [
        ("2027-07-01", "2027-02-28", "2027-03-01", "l’automne 2027", State.NOW),
        ("2027-07-01", "2027-03-01", "2027-03-01", "l’automne 2027", State.NOW),
        ("2027-07-01", "2027-03-02", "2027-03-01", "l’automne 2027", State.PASSED),
        ("2027-08-31", "2026-11-22", "2027-03-01", "l’automne 2027", State.LATER),
        ("2027-09-01", "2026-11-22", "2027-11-01", "l’hiver 2028", State.LATER),
        ("2027-01-15", "2026-10-31", "2026-11-01", "l’hiver 2027", State.NOW),
        ("2027-01-15", "2026-11-22", "2026-11-01", "l’hiver 2027", State.PASSED),
    ],
)
def test_college_round_is_the_one_for_the_term_after_the_move(
    move: str, today: str, deadline: str, term: str, state: State
) -> None:
    found = plan(
        move=date.fromisoformat(move),
        today=date.fromisoformat(today),
        region="05",
        children=(17.0,),
    )["cegep-other"]
    assert found.values["round"] == date.fromisoformat(deadline)
    assert found.values["term"] == term
    assert found.state is state


def test_later_round_of_the_same_term_follows_where_its_date_is_known() -> None:
    found = plan(today=date(2027, 3, 2), region="09", children=(17.0,))["cegep-sracq"]
    assert (found.values["round"], found.state) == (date(2027, 5, 1), State.LATER)


def test_missed_round_names_the_next_one() -> None:
    found = plan(today=date(2027, 3, 2), region="02", children=(17.0,))["cegep-srasl"]
    assert (found.values["next_round"], found.values["next_term"]) == (
        date(2027, 11, 1),
        "l’hiver 2028",
    )


@pytest.mark.parametrize("region", [f"{code:02}" for code in range(1, 18)])
def test_each_region_has_exactly_one_admission_service(region: str) -> None:
    found = plan(region=region, children=(17.0,))
    assert len([name for name in found if name.startswith("cegep")]) == 1


def test_who_has_moved_has_only_what_is_done_there() -> None:
    found = make_plan(RULES, facts(gone=True, move=TODAY - timedelta(days=31), children=(2.0, 8.0)))
    assert all(step.rule.phase != "before" for step in found)
    by_id = {step.rule.id: step for step in found}
    assert by_id["licence"].state is State.PASSED
    assert by_id["school-register"].state is State.NOW
    assert by_id["school-register"].last is None


def test_month_after_the_move_the_licence_is_not_late_yet() -> None:
    assert plan(gone=True, move=TODAY - timedelta(days=30))["licence"].state is State.NOW


days = st.dates(date(2026, 1, 1), date(2029, 12, 31))
HOUSEHOLDS = st.builds(
    lambda today, ahead, region, children, outlasts, gone, french, status: facts(
        today=today,
        move=today + timedelta(days=-ahead if gone else ahead),
        region=region,
        children=tuple(children),
        lease_end=None
        if outlasts is None
        else max(today, today + timedelta(days=ahead + outlasts)),
        gone=gone,
        french=french,
        status=status,
    ),
    days,
    st.integers(0, 900),
    st.sampled_from([f"{code:02}" for code in range(1, 18)]),
    st.lists(st.floats(0, 24), max_size=5),
    st.none() | st.integers(-400, 700),
    st.booleans(),
    st.sampled_from([None, "none", "basic", "intermediate", "advanced"]),
    st.sampled_from([None, "citizen", "permanent_resident", "work_permit", "asylum_seeker"]),
)


@given(HOUSEHOLDS)
def test_steps_come_in_the_order_in_which_they_begin(known: Facts) -> None:
    begins = [step.begins(known.today) for step in make_plan(RULES, known)]
    assert begins == sorted(begins)
    assert not begins or begins[0] >= known.today


@given(HOUSEHOLDS)
def test_days_of_a_step_are_days_to_come_unless_it_says_that_they_passed(known: Facts) -> None:
    for step in make_plan(RULES, known):
        assert (step.first is None) == (step.last is None)
        if step.first is None or step.last is None:
            assert step.state is State.NOW
            continue
        assert step.first <= step.last
        assert (step.last < known.today) == (step.state is State.PASSED)
        assert (step.first > known.today) == (step.state is State.LATER)


@given(HOUSEHOLDS)
def test_habit_of_before_the_move_is_never_put_after_it(known: Facts) -> None:
    for step in make_plan(RULES, known):
        if step.rule.phase == "before" and step.rule.late is None and step.last is not None:
            assert step.last <= max(known.move, known.today)


@given(HOUSEHOLDS)
def test_no_step_comes_twice_and_each_has_who_to_call_or_where_to_read(known: Facts) -> None:
    steps = make_plan(RULES, known)
    assert len({step.rule.id for step in steps}) == len(steps)
    assert all(step.rule.contacts or step.rule.entry for step in steps)


@pytest.mark.parametrize(
    ("last", "step", "state"),
    [
        (TODAY, "lease-increase", State.NOW),
        (TODAY - timedelta(days=1), "lease-increase-passed", State.PASSED),
    ],
)
def test_answer_to_an_increase_takes_the_place_of_the_notice(
    last: date, step: str, state: State
) -> None:
    found = plan(lease_end=date(2027, 6, 30), answer_by=last)
    assert (found[step].state, found[step].last) == (state, last)
    assert not {"lease-notice", "lease-notice-passed"} & set(found)


def test_special_ground_has_a_step() -> None:
    assert "lease-special" in plan(special=True)
    assert "lease-special" not in plan()
