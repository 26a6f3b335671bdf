"""Topics by likeness: each example votes for its intent, the more the liker a text is to it.

Kernel ridge regression over all examples, solved exactly: the kernel is the square of (mean cosine
+ `OFFSET`), so that being alike in words and in meaning at once counts for more than either. The
votes of an example are not its own intent alone: those of its neighbours correct it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import strsm
from scipy.linalg.lapack import spotrf
from scipy.sparse import csr_matrix, hstack

from bot.components.features import Grams

Floats = NDArray[np.float32]
Row = tuple[NDArray[np.int32], Floats]
"""The columns of one text's terms and their values."""

OFFSET = 0.3
DEPTH = 256
"""A third of the numbers of a meaning say as much of our examples, in a third of the time."""
_COLUMNS = 1000
"""Columns of the kernel that are computed at once."""


@dataclass(frozen=True)
class Examples:
    """What examples look like, one column each: a message is multiplied by all of them.

    `terms`: (words and then pieces, examples), for each term the examples that have it; `vectors`:
    (DEPTH, examples), meanings along the axes on which the examples differ most, empty without
    any; `axes`: (numbers of a meaning, DEPTH), those axes. Words, pieces and vector have unit
    length each, and the vector counts `weight`.
    """

    terms: csr_matrix
    vectors: Floats
    axes: Floats
    weight: float

    @classmethod
    def of(cls, terms: csr_matrix, vectors: Floats, weight: float) -> Examples:
        """`terms`: (examples, terms); `vectors`: (examples, numbers), rounded as if stored."""
        axes = np.linalg.eigh(vectors.T @ vectors)[1][:, -DEPTH:].astype(np.float32)
        along = _unit(vectors @ axes).astype(np.float16).astype(np.float32)
        return cls(terms.T.tocsr(), np.ascontiguousarray(along.T), axes, weight)

    def alike(self, row: Row, vector: Floats | None) -> tuple[Floats, Floats]:
        """The mean cosine of one text with each example, and that of the meanings (or zeros).

        `row`: its terms; `vector`: (numbers,), its meaning.
        """
        columns, values = row
        total: Floats = values @ self.terms[columns]
        if vector is None:
            return total / np.float32(2), np.zeros_like(total)
        near = _unit(vector @ self.axes) @ self.vectors
        weight = np.float32(self.weight)
        return (total + weight * near) / (2 + weight), near

    def kernel(self) -> Floats:
        """Between all examples, (examples, examples): its lower half, for it is symmetric."""
        by_example = self.terms.T.tocsr()
        count = by_example.shape[0]
        values = np.empty((count, count), dtype=np.float32, order="F")
        weight = np.float32(self.weight if self.vectors.size else 0)
        for start in range(0, count, _COLUMNS):
            some = slice(start, start + _COLUMNS)
            part = (by_example[start:] @ by_example[some].T).toarray()
            if self.vectors.size:
                part += weight * (self.vectors[:, start:].T @ self.vectors[:, some])
            values[start:, some] = kernel(part / (2 + weight))
        return values

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """To be stored without pickle."""
        return {
            "vectors": self.vectors.astype(np.float16),
            "axes": self.axes,
            "weight": np.array(self.weight),
            "terms_data": self.terms.data,
            "terms_indices": self.terms.indices,
            "terms_indptr": self.terms.indptr,
            "terms_shape": np.array(self.terms.shape),
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Examples:
        """The reverse of `to_arrays`."""
        terms = csr_matrix(
            tuple(arrays[f"terms_{part}"] for part in ("data", "indices", "indptr")),
            shape=tuple(arrays["terms_shape"]),
        )
        vectors = arrays["vectors"].astype(np.float32)
        return cls(terms, vectors, arrays["axes"], float(arrays["weight"]))


def row_of(text: str, words: Grams, pieces: Grams) -> Row:
    """The terms of one text: its words', and its pieces' after all words."""
    columns, values = words.row(text)
    more, their = pieces.row(text)
    return np.concatenate([columns, more + len(words.terms)]), np.concatenate([values, their])


def rows_of(texts: Sequence[str], words: Grams, pieces: Grams) -> csr_matrix:
    """The same of many, (texts, terms)."""
    return hstack([words.transform(texts), pieces.transform(texts)]).tocsr()


def kernel(alike: Floats) -> Floats:
    """How much likeness counts."""
    values: Floats = np.square(alike + np.float32(OFFSET))
    return values


@dataclass(frozen=True)
class Votes:
    """The solved regression, both (examples, intents).

    `shares`: what each example votes. `before`: the scores of each example by the votes of those
    before it alone, as if it and those after had never been there.
    """

    shares: Floats
    before: Floats

    @classmethod
    def solve(cls, values: Floats, targets: Floats, ridge: float) -> Votes:
        """`values`: the kernel's lower half (it is overwritten); `targets`: what each example says
        for each intent, most for its own.

        An example of a rare intent is followed more closely, by its rarity. The triangle that the
        kernel is the square of holds every smaller regression in its corner: what the first ones
        say of the next is there for the asking, exactly, without training again.
        """
        count, intents = targets.shape
        own = targets.argmax(axis=1)
        rarity = (count / (intents * np.bincount(own)[own])).astype(np.float32)
        values[np.diag_indices(count)] += ridge / rarity
        factor, failed = spotrf(values, lower=1, overwrite_a=1, clean=0)
        if failed:
            raise ArithmeticError("The kernel is not positive: is `ridge` too small?")
        half = strsm(1.0, factor, targets, lower=1)
        shares = strsm(1.0, factor, half, lower=1, trans_a=1)
        before = targets - factor.diagonal()[:, None] * half
        return cls(np.ascontiguousarray(shares), np.ascontiguousarray(before))


def _unit(vectors: Floats) -> Floats:
    """Rows of unit length."""
    length: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, np.float32(1e-9))
