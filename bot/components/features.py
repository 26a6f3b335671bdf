"""What the classifier sees of a sentence: folded words and pieces of words, weighed by rarity."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from marie.language.folding import fold, fold_key

Analyzer = Callable[[str], list[str]]


def word_grams(text: str) -> list[str]:
    """Folded words and pairs of words."""
    words = fold_key(text).split()
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def character_grams(text: str) -> list[str]:
    """Pieces of two to five characters of each folded word, its edges marked."""
    return [
        f" {word} "[start : start + size]
        for word in fold_key(text).split()
        for size in range(2, 6)
        for start in range(len(word) + 3 - size)
    ]


class Grams:
    """TF-IDF over one kind of n-gram: rows of unit length, logarithmic counts."""

    def __init__(self, analyzer: Analyzer, terms: Sequence[str], rarity: np.ndarray) -> None:
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

    def transform(self, texts: Iterable[str]) -> csr_matrix:
        """One row a text; a text without a known term is a row of zeros."""
        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for text in texts:
            counts: dict[int, int] = {}
            for term in self._analyzer(text):
                column = self._column.get(term)
                if column is not None:
                    counts[column] = counts.get(column, 0) + 1
            found = np.fromiter(counts, dtype=np.int32, count=len(counts))
            row = (1 + np.log(list(counts.values()))) * self.rarity[found] if counts else found
            norm = float(np.linalg.norm(row)) or 1.0
            values.extend(np.asarray(row, dtype=np.float64) / norm)
            columns.extend(found.tolist())
            ends.append(len(columns))
        return csr_matrix(
            (np.array(values, dtype=np.float32), columns, ends),
            shape=(len(ends) - 1, len(self.terms)),
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
