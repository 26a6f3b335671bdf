"""The vectors of French words, on their way from one environment to the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from marie.rasa.words import write_words


def test_words_are_sorted_and_those_of_like_meaning_are_near(tmp_path: Path) -> None:
    with np.load(write_words(tmp_path / "new" / "words.npz"), allow_pickle=False) as stored:
        keys, rows, vectors = stored["keys"], stored["rows"], stored["vectors"].astype(np.float32)
    assert (keys[:-1] < keys[1:]).all()
    assert vectors.shape == (20_000, 300)

    def of(word: str) -> np.ndarray:
        at = int(np.searchsorted(keys, word.encode()))
        assert keys[at] == word.encode()
        vector: np.ndarray = vectors[rows[at]]
        unit: np.ndarray = vector / np.linalg.norm(vector)
        return unit

    assert of("loyer") @ of("bail") > of("loyer") @ of("fromage")
    assert of("ecole") @ of("lycee") > of("ecole") @ of("camion")
