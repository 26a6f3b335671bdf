"""Topics by likeness: each example votes for its intent, the more the liker a text is to it.

Kernel ridge regression over all examples, solved exactly: the kernel is the square of (mean cosine
+ `OFFSET`), so that being alike in words and in meaning at once counts for more than either. The
votes of an example are not its own intent alone: those of its neighbours correct it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import spotrf, spotri, spotrs
from scipy.sparse import csr_matrix

from bot.components.features import Grams

Floats = NDArray[np.float32]

OFFSET = 0.3
DEPTH = 256
"""Half of the encoder's numbers say as much of our examples, in half the time."""
_ROWS = 1000
"""Rows of the kernel that are computed at once."""


@dataclass(frozen=True)
class Examples:
    """What examples look like, one row each.

    `words`, `pieces`: (examples, terms), rows of unit length; `vectors`: (examples, DEPTH), the
    encoder's along the axes on which the examples differ most, empty without an encoder; `axes`:
    (512, DEPTH), those axes.
    """

    words: csr_matrix
    pieces: csr_matrix
    vectors: Floats
    axes: Floats

    @classmethod
    def of(cls, texts: Sequence[str], words: Grams, pieces: Grams, vectors: Floats) -> Examples:
        """The examples `texts`, encoded as `vectors`; numbers are rounded as they are stored."""
        axes = np.linalg.eigh(vectors.T @ vectors)[1][:, -DEPTH:].astype(np.float32)
        return cls(
            words=words.transform(texts),
            pieces=pieces.transform(texts),
            vectors=_unit(vectors @ axes).astype(np.float16).astype(np.float32),
            axes=axes,
        )

    def alike(
        self,
        words: tuple[NDArray[np.int32], Floats],
        pieces: tuple[NDArray[np.int32], Floats],
        vector: Floats | None,
    ) -> tuple[Floats, Floats]:
        """The mean cosine of one text with each example, and the encoder's alone (or zeros).

        `words`, `pieces`: its columns and their values; `vector`: (512,), the encoder's.
        """
        total = _dot(self.words, *words) + _dot(self.pieces, *pieces)
        if vector is None:
            return total / 2, np.zeros_like(total)
        near = self.vectors @ _unit(vector @ self.axes)
        return (total + near) / 3, near

    def kernel(self) -> Floats:
        """Between all examples, (examples, examples)."""
        count = self.words.shape[0]
        values = np.empty((count, count), dtype=np.float32, order="F")
        blocks = 3 if len(self.vectors) else 2
        for start in range(0, count, _ROWS):
            some = slice(start, start + _ROWS)
            part = (self.words[some] @ self.words.T).toarray()
            part += (self.pieces[some] @ self.pieces.T).toarray()
            if blocks == 3:
                part += self.vectors[some] @ self.vectors.T
            values[some] = kernel(part / blocks)
        return values

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """To be stored without pickle."""
        arrays: dict[str, NDArray[Any]] = {
            "vectors": self.vectors.astype(np.float16),
            "axes": self.axes,
        }
        for name, matrix in (("words", self.words), ("pieces", self.pieces)):
            arrays |= {
                f"{name}_data": matrix.data,
                f"{name}_indices": matrix.indices,
                f"{name}_indptr": matrix.indptr,
                f"{name}_shape": np.array(matrix.shape),
            }
        return arrays

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Examples:
        """The reverse of `to_arrays`."""
        words, pieces = (
            csr_matrix(
                tuple(arrays[f"{name}_{part}"] for part in ("data", "indices", "indptr")),
                shape=tuple(arrays[f"{name}_shape"]),
            )
            for name in ("words", "pieces")
        )
        return cls(words, pieces, arrays["vectors"].astype(np.float32), arrays["axes"])


def kernel(alike: Floats) -> Floats:
    """How much likeness counts."""
    values: Floats = np.square(alike + np.float32(OFFSET))
    return values


@dataclass(frozen=True)
class Votes:
    """The solved regression. `shares`: (examples, intents); `inverse`: (examples, examples)."""

    shares: Floats
    inverse: Floats

    @classmethod
    def solve(cls, values: Floats, targets: Floats, ridge: float) -> Votes:
        """`values`: the kernel (it is overwritten); `targets`: (examples, intents), zeros and ones.

        An example of a rare intent is followed more closely, by its rarity.
        """
        count, intents = targets.shape
        rarity = count / (intents * targets.sum(axis=0)[targets.argmax(axis=1)])
        values[np.diag_indices(count)] += ridge / rarity
        factor, failed = spotrf(values, lower=1, overwrite_a=1)
        if failed:
            raise ArithmeticError("The kernel is not positive: is `ridge` too small?")
        shares, _ = spotrs(factor, targets, lower=1)
        inverse, _ = spotri(factor, lower=1, overwrite_c=1)
        for start in range(0, count, _ROWS):  # only the lower half was computed
            inverse[:start, start : start + _ROWS] = inverse[start : start + _ROWS, :start].T
            corner = inverse[start : start + _ROWS, start : start + _ROWS]
            corner[:] = np.tril(corner) + np.tril(corner, -1).T
        return cls(np.ascontiguousarray(shares, dtype=np.float32), inverse)

    def held_out(self, targets: Floats, folds: Iterable[NDArray[np.int64]]) -> Floats:
        """The scores of each fold, as if it had not been among the examples (exact, no solving)."""
        scores = np.zeros_like(self.shares)
        for fold in folds:
            inner = self.inverse[np.ix_(fold, fold)]
            scores[fold] = targets[fold] - np.linalg.solve(inner, self.shares[fold])
        return scores


def _unit(vectors: Floats) -> Floats:
    """Rows of unit length."""
    length: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, np.float32(1e-9))


def _dot(matrix: csr_matrix, columns: NDArray[np.int32], values: Floats) -> Floats:
    """Each row of `matrix` times one sparse row; looking at all is quicker than at some."""
    row = np.zeros(matrix.shape[1], dtype=np.float32)
    row[columns] = values
    product: Floats = matrix @ row
    return product
