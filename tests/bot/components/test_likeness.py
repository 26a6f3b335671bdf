"""The votes of examples: solved exactly, and held out exactly (in Rasa's environment)."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")

from bot.components.features import Grams, piece_grams, word_grams
from bot.components.likeness import Examples, Votes, kernel

TEXTS = [
    "je cherche une garderie",
    "une place en garderie",
    "finir mon bail",
    "quitter mon bail",
    "bonjour",
    "bonjour à vous",
]
LABELS = np.array([0, 0, 1, 1, 2, 2])
RIDGE = 0.2


VECTORS = np.random.default_rng(3).normal(size=(len(TEXTS), 512)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


@pytest.fixture
def examples() -> Examples:
    words = Grams.fit(word_grams, TEXTS, at_least=1)
    pieces = Grams.fit(piece_grams, TEXTS, at_least=1)
    return Examples.of(TEXTS, words, pieces, VECTORS)


def targets(labels: np.ndarray) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[labels]


def row(matrix: object, index: int) -> tuple[np.ndarray, np.ndarray]:
    line = matrix[index]  # type: ignore[index]
    return line.indices, line.data


def test_an_example_is_wholly_like_itself_and_the_kernel_agrees(examples: Examples) -> None:
    values = examples.kernel()
    for index in range(len(TEXTS)):
        alike, near = examples.alike(
            row(examples.words, index), row(examples.pieces, index), VECTORS[index]
        )
        assert alike[index] == pytest.approx(1, abs=1e-3)
        assert near[index] == pytest.approx(1, abs=1e-3)
        assert np.allclose(kernel(alike), values[index], atol=1e-3)


def test_without_a_vector_likeness_is_in_words_alone(examples: Examples) -> None:
    alike, near = examples.alike(row(examples.words, 0), row(examples.pieces, 0), None)
    assert alike[0] == pytest.approx(1, abs=1e-5)
    assert not near.any()


def test_a_text_without_a_known_term_is_like_nothing(examples: Examples) -> None:
    nothing = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))
    assert not examples.alike(nothing, nothing, None)[0].any()


def test_what_is_held_out_scores_as_if_it_had_never_been_there(examples: Examples) -> None:
    fold, rest = np.array([1, 3, 5]), np.array([0, 2, 4])
    values = examples.kernel()
    votes = Votes.solve(values.copy(order="F"), targets(LABELS), RIDGE)
    scores = votes.held_out(targets(LABELS), [fold, rest])
    # Intents are of one size, so leaving one of each out changes nobody's rarity.
    part = np.asfortranarray(values[np.ix_(rest, rest)])
    alone = Votes.solve(part, targets(LABELS[rest]), RIDGE)
    assert np.allclose(scores[fold], values[np.ix_(fold, rest)] @ alone.shares, atol=1e-4)


def test_examples_vote_for_their_own_intent(examples: Examples) -> None:
    votes = Votes.solve(examples.kernel(), targets(LABELS), RIDGE)
    assert (examples.kernel() @ votes.shares).argmax(axis=1).tolist() == LABELS.tolist()


def test_stored_and_reloaded_they_are_the_same(examples: Examples) -> None:
    again = Examples.from_arrays(examples.to_arrays())
    assert np.array_equal(again.vectors, examples.vectors)
    assert np.array_equal(again.axes, examples.axes)
    assert (again.words != examples.words).nnz == 0
    assert (again.pieces != examples.pieces).nnz == 0
