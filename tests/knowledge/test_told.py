"""What a message tells of its author: facts, doubts, and what belongs to somebody else."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marie.guidance.eligibility import check_profile
from marie.knowledge.opened import Knowledge
from marie.knowledge.rules import load_profile_fields
from marie.knowledge.told import Doubt, Told, read_told
from marie.settings import ROOT

TODAY = date(2026, 11, 22)
FIELDS = load_profile_fields(ROOT / "knowledge")

Read = Any


@pytest.fixture
def read(knowledge: Knowledge) -> Read:
    """Reads a message of somebody who speaks of herself."""

    def reading(text: str, *, of_oneself: bool = True, known: dict[str, Any] | None = None) -> Told:
        return read_told(
            text, FIELDS, knowledge.gazetteer, TODAY, of_oneself=of_oneself, known=known
        )

    return reading


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "je suis RP depuis 2 ans, j'ai 29 ans, j'habite Montréal-Nord, deux enfants",
            {
                "status": "permanent_resident",
                "years_since_arrival": 2,
                "age": 29,
                "lives_in_cmm": True,
                "children": 2,
            },
        ),
        (
            "Suis-je admissible? J'ai 52 ans, je suis résidente permanente depuis 3 ans,"
            " j'ai un bac, je parle très bien français et j'habite Montréal",
            {
                "age": 52,
                "years_since_arrival": 3,
                "status": "permanent_resident",
                "education": "university",
                "french": "advanced",
                "lives_in_cmm": True,
            },
        ),
        ("demandeur dasile avec permis de travail", {"status": "asylum_seeker"}),
        ("refugier reconnu avec 4 enfant", {"status": "refugee", "children": 4}),
        (
            "mon mari est citoyen canadien et moi je suis résidente permanente",
            {"status": "permanent_resident"},
        ),
        ("Travailleuse temporaire à Brossard", {"status": "work_permit"}),
        ("je reste à Longueuil", {"lives_in_cmm": True}),
        ("moi jhabite deja quebec ville", {"lives_in_cmm": False}),
        ("j'habite à Rimouski", {"lives_in_cmm": False}),
        ("je vis en France", {"lives_in_cmm": False}),
        ("je parle pas très bien français", {"french": "basic"}),
        ("je ne parle pas français", {"french": "none"}),
        ("j'ai un DEC et un bac", {"education": "university"}),
        ("je veux rester à Montréal", {"wants_region": False}),
        (
            "je veux aller vivre à Rimouski l'été prochain",
            {
                "target_region": "01",
                "target_place": "municipality:10043",
                "wants_region": True,
                "move_by": "2027-06-01",
            },
        ),
        (
            "on veut quitter Montréal pour Val-d'Or dans 6 mois",
            {
                "target_region": "08",
                "target_place": "municipality:89008",
                "wants_region": True,
                "lives_in_cmm": True,
                "move_by": "2027-05-22",
            },
        ),
        ("soudeur, 5 ans d'expérience", {"experience_years": 5}),
        ("non en fait j'ai 36 ans", {"age": 36}),
    ],
)  # fmt: skip
def test_message_tells_these_facts_and_no_others(
    read: Read, text: str, facts: dict[str, Any]
) -> None:
    told = read(text)
    assert told.facts == facts
    assert told.doubts == ()


@pytest.mark.parametrize(
    "text",
    [
        "je suis pas résident permanent",
        "j'attends ma résidence permanente",
        "ma demande de résidence permanente est en cours",
        "je veux devenir citoyen",
        "mon mari est citoyen canadien",
        "la RP de mon mari",
        "ma soeur habite à Laval",
        "si j'avais 35 ans",
        "j'habite au Québec",
        "j'habite en Montérégie",
        "je viens de Toronto",
        "mon conjoint veut aller à Rimouski",
    ],
)
def test_what_is_not_said_of_oneself_tells_nothing(read: Read, text: str) -> None:
    told = read(text)
    assert told.facts == {}
    assert told.doubts == ()


def test_words_without_a_subject_tell_nothing_outside_a_screening(read: Read) -> None:
    assert read("un résident permanent a-t-il droit aux prêts", of_oneself=False).facts == {}
    assert read("29 ans", of_oneself=False).facts == {}
    assert read("je suis résident permanent", of_oneself=False).facts == {
        "status": "permanent_resident"
    }


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("j'ai 29 ans, j'ai 36 ans", Doubt("two_ages", "age", ("29", "36"))),
        ("j'ai 7 ans", Doubt("age_unlikely", "age", ("7",))),
        ("j'ai 110 ans", Doubt("age_unlikely", "age", ("110",))),
        ("mon fils a 45 ans", Doubt("child_unlikely", "child_ages", ("45",))),
        ("j'ai 20 ans et ma fille a 15 ans", Doubt("child_older", "child_ages", ("15", "20"))),
        (
            "au Québec depuis 40 ans et j'ai 30 ans",
            Doubt("here_before_birth", "years_since_arrival", ("40", "30")),
        ),
        (
            "j'habite au Québec mais je suis à Paris en ce moment",
            Doubt("two_places", "lives_in_cmm", ("paris",)),
        ),
        ("j'habite à Laval et j'habite à Rimouski", Doubt("two_places", "lives_in_cmm")),
        (
            "je suis citoyenne, je suis résidente permanente",
            Doubt("two_statuses", "status", ("citizen", "permanent_resident")),
        ),
    ],
)
def test_what_cannot_be_is_a_doubt_and_no_fact(read: Read, text: str, doubt: Doubt) -> None:
    told = read(text)
    assert [each for each in told.doubts if each.oddity == doubt.oddity]
    found = next(each for each in told.doubts if each.oddity == doubt.oddity)
    assert found.field == doubt.field
    assert set(found.said) == set(doubt.said)
    assert doubt.field not in told.facts


def test_doubt_may_come_from_what_was_told_before(read: Read) -> None:
    assert read("ma fille a 15 ans", known={"age": 20}).doubts == (
        Doubt("child_older", "child_ages", ("15", "20")),
    )
    assert read("je suis à Paris", known={"lives_in_cmm": True}).doubts[0].oddity == "two_places"


def test_reading_a_message_takes_a_few_milliseconds(read: Read) -> None:
    text = "je suis RP depuis 2 ans, j'ai 29 ans, j'habite Montréal-Nord, je veux aller à Rimouski"
    read(text)
    times = []
    for _ in range(7):
        begun = time.perf_counter()
        read(text)
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.02


PIECES = (
    "j'ai", "29 ans", "36", "mon fils", "de", "45 ans", "depuis", "2 ans", "au Québec", "RP", "pas",
    "j'habite à", "Laval", "Rimouski", "Paris", "mon mari", "est", "citoyen", "un bac", "né en",
    "1991", "arrivé en", "2021", "31 juin", "je veux aller à", "et", ",", ".", "?", "0", "½", "œ",
    "\u0301", "’",
)  # fmt: skip


@settings(max_examples=150)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14), of_oneself=st.booleans())
def test_any_message_is_read_without_error_into_values_that_fields_hold(
    knowledge: Knowledge, pieces: list[str], of_oneself: bool
) -> None:
    told = read_told(" ".join(pieces), FIELDS, knowledge.gazetteer, TODAY, of_oneself=of_oneself)
    check_profile(told.facts)
    assert not {doubt.field for doubt in told.doubts} & told.facts.keys()
    assert all(each.low < each.high for each in told.ranges.values())


@settings(max_examples=100)
@given(text=st.text(max_size=60))
def test_any_characters_are_read_without_error(knowledge: Knowledge, text: str) -> None:
    check_profile(read_told(text, FIELDS, knowledge.gazetteer, TODAY, of_oneself=True).facts)
