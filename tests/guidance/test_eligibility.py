"""Verdicts on programmes: the examples of each file, and what must hold for any profile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marie.guidance.eligibility import (
    FIELDS,
    STATUSES,
    Answer,
    BadProfile,
    Example,
    Program,
    evaluate,
    evaluate_all,
    matters,
    next_question,
)
from marie.guidance.program_mistakes import mistakes
from marie.knowledge.programs import LivePrograms
from marie.settings import ROOT

PROGRAMS = LivePrograms(ROOT / "knowledge").current()
BY_ID = {program.id: program for program in PROGRAMS}
FOUNDING = [
    BY_ID[name] for name in ("emplois-en-regions", "place-aux-jeunes", "emploi-en-sol-quebecois")
]

TELLS_ALL: dict[str, Answer] = {
    "lives_in_cmm": True,
    "status": "permanent_resident",
    "years_since_arrival": 2,
    "age": 28,
    "education": "university",
    "french": "advanced",
}

ANSWERS: Mapping[str, st.SearchStrategy[Any]] = {
    name: {
        "bool": st.booleans(),
        "number": st.integers(min_value=0, max_value=90),
        "numbers": st.lists(st.integers(min_value=0, max_value=17), max_size=4),
        "text": st.text(max_size=4),
    }[kind]
    if isinstance(kind, str)
    else st.sampled_from(kind)
    for name, kind in FIELDS.items()
}

people = st.fixed_dictionaries(
    {}, optional={name: st.none() | answers for name, answers in ANSWERS.items()}
)
open_people = st.fixed_dictionaries({name: st.none() | each for name, each in ANSWERS.items()})


def examples() -> list[Any]:
    return [
        pytest.param(program, example, id=f"{program.id}: {example.says}")
        for program in PROGRAMS
        for example in program.examples
    ]


def changed(program: Program, **changes: Any) -> Program:
    return msgspec.structs.replace(program, **changes)


@pytest.mark.parametrize(("program", "example"), examples())
def test_programme_gives_the_verdict_of_its_own_example(program: Program, example: Example) -> None:
    verdict = evaluate(program, example.profile)

    assert verdict.verdict == example.verdict
    if example.missing is not None:
        assert set(verdict.missing_fields) == set(example.missing)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.id)
def test_programme_has_ten_examples_and_no_mistake(program: Program) -> None:
    assert len(program.examples) >= 10
    assert list(mistakes(program)) == []


def test_founding_programmes_come_first() -> None:
    verdicts = evaluate_all(PROGRAMS, {})

    assert [verdict.program for verdict in verdicts[:3]] == [program.id for program in FOUNDING]


@settings(max_examples=60)
@given(profile=people)
def test_verdict_always_has_a_reason_or_a_question_a_next_step_and_a_source(
    profile: dict[str, Answer],
) -> None:
    for verdict in evaluate_all(PROGRAMS, profile):
        assert verdict.because or verdict.missing
        assert verdict.next_step
        assert verdict.source.url.startswith(("https://", "http://"))
        assert "{" not in "".join((*verdict.because, *verdict.missing, *verdict.would_change))
        if verdict.verdict == "not_eligible":
            assert verdict.would_change
        if verdict.verdict == "eligible":
            assert not verdict.missing


@settings(max_examples=60)
@given(profile=people)
def test_programme_whose_existence_is_not_confirmed_is_never_eligible(
    profile: dict[str, Answer],
) -> None:
    verdict = evaluate(BY_ID["emploi-en-sol-quebecois"], profile)

    assert verdict.verdict != "eligible"
    if verdict.verdict == "to_confirm":
        assert any("2026" in reason for reason in verdict.because)


@pytest.mark.parametrize("status", ["refugee", "asylum_seeker", "study_permit", "visitor", "other"])
def test_status_without_a_sourced_rule_is_to_confirm_everywhere_it_counts(status: str) -> None:
    profile = {**TELLS_ALL, "status": status, "child_ages": [3], "wants_region": True}

    for program in PROGRAMS:
        if any(condition.field == "status" for condition in program.conditions):
            assert evaluate(program, profile).verdict == "to_confirm", program.id


@settings(max_examples=60)
@given(status=st.sampled_from(STATUSES))
def test_status_alone_never_turns_anybody_away(status: str) -> None:
    for verdict in evaluate_all(PROGRAMS, {"status": status}):
        assert verdict.verdict != "not_eligible"


@settings(max_examples=60)
@given(person=open_people)
def test_three_founding_programmes_are_settled_in_six_questions(
    person: dict[str, Answer],
) -> None:
    told: dict[str, Answer] = {}
    asked = []
    while (field := next_question(FOUNDING, told)) is not None:
        assert field not in asked
        asked.append(field)
        told[field] = person[field]

    assert len(asked) <= 6


def test_one_message_that_tells_everything_leaves_no_question() -> None:
    assert next_question(FOUNDING, TELLS_ALL) is None


def test_question_that_every_founding_programme_needs_comes_before_that_of_one_alone() -> None:
    without_status = {name: value for name, value in TELLS_ALL.items() if name != "status"}

    assert next_question(FOUNDING, {**without_status, "status": None}) is None
    assert next_question(FOUNDING, without_status) == "status"


def test_programme_already_closed_asks_nothing_more() -> None:
    only = [BY_ID["place-aux-jeunes"]]

    assert next_question(only, {"age": 35}) is not None
    assert next_question(only, {"age": 36}) is None


def test_skipped_question_is_not_asked_again_but_stays_missing() -> None:
    verdict = evaluate(BY_ID["emplois-en-regions"], {"lives_in_cmm": True, "status": None})

    assert verdict.verdict == "to_confirm"
    assert verdict.missing
    assert verdict.missing_fields == ()


def test_unknown_status_reads_as_skipped() -> None:
    known = evaluate(BY_ID["emplois-en-regions"], {"lives_in_cmm": True, "status": "unknown"})
    skipped = evaluate(BY_ID["emplois-en-regions"], {"lives_in_cmm": True, "status": None})

    assert known == skipped


@pytest.mark.parametrize(
    "profile",
    [
        {"shoe_size": 42},
        {"age": "trente"},
        {"age": True},
        {"age": -1},
        {"age": float("nan")},
        {"status": "martian"},
        {"lives_in_cmm": 1},
        {"child_ages": "3"},
        {"child_ages": [3, "quatre"]},
        {"target_region": "18"},
    ],
)
def test_value_of_the_wrong_kind_is_refused_by_name(profile: dict[str, Any]) -> None:
    with pytest.raises(BadProfile) as refused:
        evaluate(FOUNDING[0], profile)

    assert refused.value.field in profile


def test_sentences_say_the_number_of_the_rule() -> None:
    verdict = evaluate(BY_ID["place-aux-jeunes"], {"age": 17})

    assert "18" in verdict.because[0]


def test_editor_reads_in_a_sentence_which_field_does_not_exist() -> None:
    program = FOUNDING[0]
    wrong = changed(
        program,
        conditions=(msgspec.structs.replace(program.conditions[0], field="lives_in_laval"),),
    )

    assert any("lives_in_laval" in mistake for mistake in mistakes(wrong))


def test_editor_reads_in_a_sentence_which_sentence_is_missing() -> None:
    program = FOUNDING[0]
    wrong = changed(
        program,
        conditions=(msgspec.structs.replace(program.conditions[0], because_fail=None),),
    )

    assert any("because_fail" in mistake for mistake in mistakes(wrong))


def test_editor_reads_which_example_has_another_verdict() -> None:
    program = FOUNDING[0]
    example = msgspec.structs.replace(program.examples[0], verdict="not_eligible")

    found = list(mistakes(changed(program, examples=(example,))))

    assert len(found) == 1
    assert example.says in found[0]


def test_operator_that_does_not_fit_a_field_is_a_mistake() -> None:
    program = BY_ID["place-aux-jeunes"]
    wrong = changed(
        program, conditions=(msgspec.structs.replace(program.conditions[0], operator="in"),)
    )

    assert any("age" in mistake for mistake in mistakes(wrong))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.id)
def test_every_boundary_of_a_programme_has_an_example_on_both_sides(program: Program) -> None:
    for condition in program.conditions:
        said = [
            (example.profile[condition.field], evaluate(program, example.profile).verdict)
            for example in program.examples
            if example.profile.get(condition.field) is not None
        ]
        values = [value for value, _ in said]
        if condition.operator in ("is", "in"):
            allowed = condition.value if isinstance(condition.value, tuple) else (condition.value,)
            assert any(value in allowed for value in values), condition.id
            assert any(value not in allowed for value in values), condition.id
            if condition.refused:
                assert set(values) & set(condition.refused), condition.id
            continue
        numbers = [
            number
            for value in values
            for number in (value if isinstance(value, list) else [value])
            if isinstance(number, (int, float))
        ]
        limit = condition.value
        assert isinstance(limit, (int, float))
        assert limit in numbers, condition.id
        below = condition.operator in ("at_least", "less_than", "any_at_least")
        near = [each for each in numbers if (each < limit if below else each > limit)]
        assert near, condition.id
        assert abs((max(near) if below else min(near)) - limit) <= 1, condition.id


SCALES: Mapping[str, tuple[Any, ...]] = {
    "french": ("none", "basic", "intermediate", "advanced"),
    "education": ("none", "secondary", "vocational", "college", "university"),
}
RANKS = {"not_eligible": 0, "to_confirm": 1, "eligible": 2}


@settings(max_examples=60)
@given(profile=people, field=st.sampled_from(sorted(SCALES)))
def test_more_french_or_schooling_never_takes_a_programme_away(
    profile: dict[str, Answer], field: str
) -> None:
    for program in PROGRAMS:
        ranks = [
            RANKS[evaluate(program, {**profile, field: level}).verdict] for level in SCALES[field]
        ]
        assert ranks == sorted(ranks), program.id


@settings(max_examples=60)
@given(profile=people, ages=st.lists(st.integers(min_value=18, max_value=90), max_size=5))
def test_getting_older_after_eighteen_never_opens_a_programme(
    profile: dict[str, Answer], ages: list[int]
) -> None:
    for program in PROGRAMS:
        ranks = [RANKS[evaluate(program, {**profile, "age": age}).verdict] for age in sorted(ages)]
        assert ranks == sorted(ranks, reverse=True), program.id


@settings(max_examples=60)
@given(profile=people, field=st.sampled_from(sorted(FIELDS)))
def test_forgetting_a_fact_never_settles_a_programme_for_good(
    profile: dict[str, Answer], field: str
) -> None:
    for program in PROGRAMS:
        known = evaluate(program, profile)
        unknown = evaluate(program, {**profile, field: None})
        if known.verdict == "to_confirm":
            assert unknown.verdict != "eligible" or not any(
                each.field == field and each.ask for each in program.conditions
            )


def test_rule_that_changed_is_applied_on_its_days() -> None:
    program = BY_ID["place-aux-jeunes"]
    limit = next(each for each in program.conditions if each.id == "young-enough")
    before = msgspec.structs.replace(limit, last=date(2026, 12, 31))
    after = msgspec.structs.replace(limit, value=40, first=date(2027, 1, 1))
    others = tuple(each for each in program.conditions if each.id != "young-enough")
    dated = changed(program, conditions=(*others, before, after))
    person = {**TELLS_ALL, "age": 38}

    assert evaluate(dated, person, on=date(2026, 12, 31)).verdict == "not_eligible"
    assert evaluate(dated, person, on=date(2027, 1, 1)).verdict == "eligible"
    assert list(mistakes(changed(dated, examples=dated.examples[:1]))) == []


def test_two_versions_of_a_rule_on_one_day_are_a_mistake() -> None:
    program = BY_ID["place-aux-jeunes"]
    limit = next(each for each in program.conditions if each.id == "young-enough")
    before = msgspec.structs.replace(limit, last=date(2027, 1, 1))
    after = msgspec.structs.replace(limit, value=40, first=date(2027, 1, 1))
    others = tuple(each for each in program.conditions if each.id != "young-enough")

    wrong = list(mistakes(changed(program, conditions=(*others, before, after))))

    assert any("young-enough" in each and "même jour" in each for each in wrong)


@pytest.mark.parametrize(
    ("field", "one", "other", "matter"),
    [
        ("age", 35, 36, True),
        ("age", 34, 35, False),
        ("years_since_arrival", 4.8, 5.8, True),
        ("years_since_arrival", 1.8, 2.8, False),
    ],
)
def test_number_matters_where_a_verdict_hangs_on_it(
    field: str, one: float, other: float, matter: bool
) -> None:
    known = {name: value for name, value in TELLS_ALL.items() if name != field}
    assert matters(FOUNDING, known, field, one, other) is matter


def test_deciding_and_asking_take_less_than_five_milliseconds() -> None:
    # Of this thread alone: the machine may be busy with other things.
    times = []
    for _ in range(9):
        begun = time.thread_time()
        evaluate_all(PROGRAMS, TELLS_ALL)
        next_question(FOUNDING, {"age": 30})
        times.append(time.thread_time() - begun)
    assert min(times) < 0.005
