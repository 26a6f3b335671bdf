"""The votes of examples: solved exactly, and held out exactly (in Rasa's environment)."""

from __future__ import annotations

import numpy as np
import pytest

from bot.components.features import Grams, piece_grams, word_grams
from bot.components.likeness import Examples, Votes, kernel, row_of, rows_of

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


WORDS = Grams.fit(word_grams, TEXTS, at_least=1)
PIECES = Grams.fit(piece_grams, TEXTS, at_least=1)
NOTHING = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


@pytest.fixture
def examples() -> Examples:
    return Examples.of(rows_of(TEXTS, WORDS, PIECES), VECTORS, 1.8)


def targets(labels: np.ndarray) -> np.ndarray:
    return np.eye(3, dtype=np.float32)[labels]


def whole(values: np.ndarray) -> np.ndarray:
    """Both halves of what has its lower half alone."""
    return np.tril(values) + np.tril(values, -1).T


def test_an_example_is_wholly_like_itself_and_the_kernel_agrees(examples: Examples) -> None:
    values = whole(examples.kernel())
    for index, text in enumerate(TEXTS):
        alike, near = examples.alike(row_of(text, WORDS, PIECES), VECTORS[index])
        assert alike[index] == pytest.approx(1, abs=1e-3)
        assert near[index] == pytest.approx(1, abs=1e-3)
        assert np.allclose(kernel(alike), values[index], atol=1e-3)


def test_without_a_vector_likeness_is_in_words_alone(examples: Examples) -> None:
    alike, near = examples.alike(row_of(TEXTS[0], WORDS, PIECES), None)
    assert alike[0] == pytest.approx(1, abs=1e-5)
    assert not near.any()


def test_a_text_without_a_known_term_is_like_nothing(examples: Examples) -> None:
    assert not examples.alike(NOTHING, None)[0].any()


def test_what_comes_later_scores_as_if_it_had_never_been_there(examples: Examples) -> None:
    # Intents are of one size, so leaving one of each out changes nobody's rarity.
    order = np.array([0, 2, 4, 1, 3, 5])
    values = whole(examples.kernel())[np.ix_(order, order)]
    votes = Votes.solve(values.copy(order="F"), targets(LABELS[order]), RIDGE)
    part = np.asfortranarray(values[:3, :3])
    alone = Votes.solve(part, targets(LABELS[order[:3]]), RIDGE)
    assert np.allclose(votes.before[3], values[3, :3] @ alone.shares, atol=1e-4)


def test_examples_vote_for_their_own_intent(examples: Examples) -> None:
    votes = Votes.solve(examples.kernel(), targets(LABELS), RIDGE)
    scores = whole(examples.kernel()) @ votes.shares
    assert scores.argmax(axis=1).tolist() == LABELS.tolist()


def test_stored_and_reloaded_they_are_the_same(examples: Examples) -> None:
    again = Examples.from_arrays(examples.to_arrays())
    assert np.array_equal(again.vectors, examples.vectors)
    assert np.array_equal(again.axes, examples.axes)
    assert (again.terms != examples.terms).nnz == 0


def test_what_is_said_for_a_related_intent_leaves_the_others_votes_alone(
    examples: Examples,
) -> None:
    hard = targets(LABELS)
    soft = hard.copy()
    soft[LABELS == 0, 1] = 0.15
    strict, related = (Votes.solve(examples.kernel(), each, RIDGE).shares for each in (hard, soft))
    assert np.allclose(related[:, [0, 2]], strict[:, [0, 2]], atol=1e-6)
    assert not np.allclose(related[:, 1], strict[:, 1], atol=1e-2)
