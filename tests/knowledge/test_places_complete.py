"""The complete list of municipalities, damaged as people damage names.

The open data is not part of the project: these tests run where it lies beside it.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest

from benchmarks.places import DAMAGES, Trial, complete_csv, trials
from marie.knowledge.places import Gazetteer
from tests.knowledge.test_places_ordinary import NOWHERE

ROOT = Path(__file__).resolve().parents[2]
PLACES = ROOT / "knowledge" / "places"
DATA = ROOT.parent / "shared" / "data"

pytestmark = pytest.mark.skipif(
    not (DATA / "municipalites").is_dir(), reason="the open data is not beside the project"
)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    imported = tmp_path_factory.mktemp("places") / "municipalities.csv"
    assert complete_csv(DATA, imported) > 1_250
    return Gazetteer.load(PLACES, imported=imported)


@pytest.fixture(scope="module")
def done(complete: Gazetteer) -> list[Trial]:
    return list(trials(complete))


@pytest.mark.parametrize("damage", DAMAGES)
def test_97_of_100_damaged_names_are_understood_or_asked_back(
    done: list[Trial], damage: str
) -> None:
    outcomes = [trial.outcome for trial in done if trial.damage == damage]
    good = sum(outcome in {"right", "asked"} for outcome in outcomes)
    assert good >= 0.97 * len(outcomes)


def test_nine_of_ten_are_understood_at_once(done: list[Trial]) -> None:
    assert sum(trial.outcome == "right" for trial in done) >= 0.9 * len(done)


def test_a_short_sentence_is_read_in_two_milliseconds(done: list[Trial]) -> None:
    assert statistics.mean(trial.seconds for trial in done) < 0.002


def test_no_place_is_found_in_everyday_french_with_all_municipalities(
    complete: Gazetteer,
) -> None:
    found = {sentence: complete.find(sentence) for sentence in NOWHERE}
    assert {sentence for sentence, mentions in found.items() if mentions} == set()


def test_the_seed_says_what_the_publishers_say(complete: Gazetteer) -> None:
    seed = Gazetteer.load(PLACES)
    for place in seed.of_kind("municipality"):
        published = complete.get(place.id)
        assert published is not None
        assert (place.name, place.region, place.population, place.metropolitan) == (
            published.name,
            published.region,
            published.population,
            published.metropolitan,
        )
