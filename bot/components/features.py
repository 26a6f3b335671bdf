"""What the classifier sees of a sentence: how its words and their pieces sound, weighed by rarity.

Spelling is heard, not read (`marie.language.sounds`): "konbien sa kout" and "combien ça coûte" give
nearly the same n-grams.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from marie.language.folding import fold, fold_key
from marie.language.sounds import sound

Analyzer = Callable[[str], list[str]]
Floats = NDArray[np.float32]


def word_grams(text: str) -> list[str]:
    """The sounds of the words, and of pairs of neighbours."""
    words = _sounds(text)
    return [*words, *map(" ".join, itertools.pairwise(words))]


def piece_grams(text: str) -> list[str]:
    """Pieces of three and four sounds of each word, its edges marked."""
    return [
        piece
        for word in _sounds(text)
        for heard in (f" {word} ",)
        for size in (3, 4)
        for piece in (heard[start : start + size] for start in range(len(heard) + 1 - size))
    ]


@lru_cache(maxsize=16)
def _sounds(text: str) -> tuple[str, ...]:
    """The sounds of a text's words; both views of it ask, one after the other."""
    return tuple(sound(word) for word in fold_key(text).split())


class Grams:
    """TF-IDF over one kind of n-gram: rows of unit length, logarithmic counts."""

    def __init__(self, analyzer: Analyzer, terms: Sequence[str], rarity: Floats) -> None:
        self._analyzer = analyzer
        self.terms = list(terms)
        self.rarity = rarity
        self._column = {term: column for column, term in enumerate(self.terms)}

    @classmethod
    def fit(cls, analyzer: Analyzer, texts: Sequence[str], *, at_least: int) -> Grams:
        """Learn the terms that `at_least` texts have, and how rare each is."""
        count: dict[str, int] = {}
        for text in texts:
            for term in set(analyzer(text)):
                count[term] = count.get(term, 0) + 1
        terms = sorted(term for term, number in count.items() if number >= at_least)
        numbers = np.array([count[term] for term in terms], dtype=np.float32)
        rarity = np.log((1 + len(texts)) / (1 + numbers)) + 1
        return cls(analyzer, terms, rarity.astype(np.float32))

    def row(self, text: str) -> tuple[NDArray[np.int32], Floats]:
        """The columns of one text and their values; both empty when no term is known."""
        counts: dict[int, int] = {}
        for term in self._analyzer(text):
            column = self._column.get(term)
            if column is not None:
                counts[column] = counts.get(column, 0) + 1
        columns = np.fromiter(counts, dtype=np.int32, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(times)) * self.rarity[columns]
        return columns, values / np.float32(np.linalg.norm(values) or 1.0)

    def transform(self, texts: Iterable[str]) -> csr_matrix:
        """One row a text; a text without a known term is a row of zeros."""
        rows = [self.row(text) for text in texts]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        return csr_matrix(
            (
                np.concatenate([values for _, values in rows]),
                np.concatenate([columns for columns, _ in rows]),
                ends,
            ),
            shape=(len(rows), len(self.terms)),
        )


def noisy(text: str, chance: random.Random) -> str:
    """One copy as it might be typed: no accents, no apostrophes, a slip in some longer words."""
    if chance.random() < 0.5:
        text = fold(text)
    if chance.random() < 0.3:
        text = text.replace("'", " ").replace("\u2019", " ")
    return " ".join(_slip(word, chance) for word in text.split(" "))


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 4 or chance.random() >= 0.15:
        return word
    at = chance.randrange(1, len(word) - 1)
    kind = chance.randrange(4)
    if kind == 0:  # left out
        return word[:at] + word[at + 1 :]
    if kind == 1:  # two exchanged
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:  # doubled
        return word[:at] + word[at] + word[at:]
    return word[:at] + chance.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]
