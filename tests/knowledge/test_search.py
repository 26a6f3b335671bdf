"""How typed words find documents, and in which order candidates come."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest

from marie.knowledge.search import Candidates, Document, TextIndex, Tier, order

DOCUMENTS = {
    "portal": Document(kind="childcare", name="Portail d’inscription", everywhere=True),
    "cpe": Document(kind="childcare", name="CPE Les Matelots", place="Matane"),
    "rimouski": Document(
        kind="cegep", name="Cégep de Rimouski", place="Rimouski", region="Bas-Saint-Laurent"
    ),
    "maritime": Document(
        kind="cegep",
        name="Institut maritime du Québec",
        place="Rimouski",
        region="Bas-Saint-Laurent",
        description="École du Cégep de Rimouski.",
    ),
    "laurent": Document(
        kind="cegep", name="Cégep de Saint-Laurent", place="Montréal", region="Montréal"
    ),
    "ets": Document(kind="university", name="École de technologie supérieure", keywords=("ÉTS",)),
    "school": Document(kind="school", name="Trouver une école", everywhere=True),
    "adults": Document(kind="school", name="Inforoute", keywords=("éducation des adultes",)),
    "tal": Document(
        kind="legal",
        name="Tribunal administratif du logement",
        keywords=("TAL", "augmentation de loyer"),
    ),
    "lawyers": Document(kind="legal", name="Commission", keywords=("avocat", "aide juridique")),
    "sarl": Document(kind="housing", name="Services d’aide à la recherche de logement"),
    "jobs": Document(kind="employment", name="Québec emploi"),
    "regions": Document(kind="settlement", name="Emplois en régions"),
    "regional": Document(kind="employment", name="Un autre programme d’emploi en région"),
    "saaq": Document(kind="other", name="SAAQ", keywords=("permis de conduire",)),
    "crisis": Document(kind="health", name="9-8-8 : ligne d’aide"),
}
NAMES = list(DOCUMENTS)
INDEX = TextIndex(list(DOCUMENTS.values()))


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One line of `Candidates`."""

    position: int
    score: float
    tier: Tier = Tier.INSIDE
    distance_km: float = math.inf
    part: bool = False


def rank(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, best first."""
    lines = list(candidates)
    columns = Candidates(
        np.array([line.position for line in lines]),
        np.array([line.score for line in lines]),
        np.array([line.tier for line in lines]),
        np.array([line.distance_km for line in lines]),
        np.array([line.part for line in lines]),
    )
    return [lines[index] for index in order(columns).tolist()]


def found(query: str) -> list[str]:
    """The names of the documents found, the best first."""
    scores = INDEX.find(query)
    assert scores is not None
    ranked = rank(Candidate(position=p, score=score) for p, score in scores.items())
    return [NAMES[candidate.position] for candidate in ranked]


@pytest.mark.parametrize(
    "query",
    ["garderie", "garderies", "GARDERIE", "CPE", "cpe", "services de garde", "milieu familial"],
)
def test_every_word_for_childcare_finds_all_of_it_and_nothing_else(query: str) -> None:
    assert set(found(query)) == {"portal", "cpe"}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("appart", "sarl"),
        ("appartements", "sarl"),
        ("job", "jobs"),
        ("jobs", "jobs"),
        ("travail", "jobs"),
        ("collège rimouski", "rimouski"),
        ("ecole aux adultes", "adults"),
        ("formation générale des adultes", "adults"),
    ],
)
def test_another_word_for_the_same_thing_finds_it(query: str, first: str) -> None:
    assert found(query)[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "cégep de Rimouski",
        "CEGEP DE RIMOUSKI",
        "cegep rimouski",
        "cégeps à Rimouski",
        "je cherche un cégep près de Rimouski svp",
        "cegep de rimousky",
        "cegp de rimouski",
        "cégep d’rimouski",
    ],
)
def test_a_college_is_found_however_it_is_typed(query: str) -> None:
    assert found(query)[0] == "rimouski"


def test_an_article_glued_to_its_word_is_taken_off() -> None:
    assert found("lemploi") == found("l’emploi") == found("emploi")
    assert "jobs" in found("lemploi")


def test_one_typing_error_is_forgiven_and_two_are_not() -> None:
    assert found("institut maritme") == ["maritime"]
    assert found("marritme") == []


def test_a_word_of_three_letters_is_taken_as_typed() -> None:
    assert found("tal") == ["tal"]
    assert found("tol") == []


def test_kind_word_narrows_to_its_kind_even_where_others_say_it() -> None:
    assert set(found("logement")) == {"sarl"}
    assert "logement" in DOCUMENTS["tal"].name


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("École de technologie supérieure", "ets"),
        ("tribunal du logement", "tal"),
        ("augmentation de loyer", "tal"),
        ("emplois en régions", "regions"),
    ],
)
def test_the_name_of_something_wins_over_the_kind_that_its_words_ask_for(
    query: str, first: str
) -> None:
    assert found(query)[0] == first


def test_of_a_kind_those_that_say_the_word_come_first() -> None:
    assert found("avocat") == ["lawyers", "tal"]


def test_region_finds_its_colleges_before_one_named_like_it() -> None:
    assert found("cégep Bas-Saint-Laurent")[:2] == ["rimouski", "maritime"]


def test_kind_asked_for_in_a_town_without_one_gives_what_serves_everywhere() -> None:
    assert found("garderie Matane") == ["cpe"]
    assert found("garderie Chibougamau") == ["portal"]


def test_number_dialled_with_hyphens_or_without_is_one() -> None:
    assert found("988") == found("9-8-8") == ["crisis"]


def test_unknown_words_find_nothing() -> None:
    assert found("xyzzy") == []


@pytest.mark.parametrize("query", ["", "   ", "?!", "le la les", "où est"])
def test_a_query_that_says_nothing_is_told_apart_from_one_that_finds_nothing(query: str) -> None:
    assert INDEX.find(query) is None
    assert INDEX.find("xyzzy") == {}


def test_kinds_given_limit_what_words_find() -> None:
    everything = INDEX.find("rimouski")
    assert everything is not None
    assert {NAMES[position] for position in everything} == {"rimouski", "maritime"}
    assert INDEX.find("rimouski", {"university"}) == {}


def test_kind_word_beside_the_same_kind_given_says_nothing_more() -> None:
    assert INDEX.find("cégep rimouski", {"cegep"}) == INDEX.find("rimouski", {"cegep"})


def test_scores_lie_between_nothing_and_one() -> None:
    for query in ("garderie", "cégep de Rimouski", "avocat", "emplois en régions"):
        scores = INDEX.find(query)
        assert scores
        assert all(0 <= score <= 1 for score in scores.values())


def test_inside_a_place_the_better_match_wins_and_outside_it_the_nearer() -> None:
    inside = [
        Candidate(position=0, score=0.2, tier=Tier.INSIDE, distance_km=1),
        Candidate(position=1, score=0.9, tier=Tier.INSIDE, distance_km=9),
    ]
    outside = [
        Candidate(position=2, score=0.9, tier=Tier.NEARBY, distance_km=50),
        Candidate(position=3, score=0.2, tier=Tier.NEARBY, distance_km=10),
    ]
    order = [candidate.position for candidate in rank([*outside, *inside])]
    assert order == [1, 0, 3, 2]


def test_tiers_come_in_the_order_of_showing() -> None:
    candidates = [Candidate(position=tier, score=0.0, tier=tier) for tier in reversed(Tier)]
    assert [candidate.tier for candidate in rank(candidates)] == list(Tier)


def test_equal_candidates_keep_the_order_of_the_list() -> None:
    candidates = [Candidate(position=position, score=0.5) for position in (2, 0, 1)]
    assert [candidate.position for candidate in rank(candidates)] == [0, 1, 2]


def test_of_equals_the_part_comes_after_the_whole() -> None:
    candidates = [Candidate(position=0, score=0.5, part=True), Candidate(position=1, score=0.5)]
    assert [candidate.position for candidate in rank(candidates)] == [1, 0]


def test_place_understood_already_is_no_word_to_look_for() -> None:
    alone = INDEX.find("cégep")
    assert INDEX.find("cégep à Saint-Laurent") != alone
    assert INDEX.find("cégep à Saint-Laurent", without="Saint-Laurent") == alone


def test_unknown_distance_comes_after_known_ones() -> None:
    candidates = [
        Candidate(position=0, score=1.0, tier=Tier.FARTHER),
        Candidate(position=1, score=0.0, tier=Tier.FARTHER, distance_km=900),
    ]
    assert [candidate.position for candidate in rank(candidates)] == [1, 0]
