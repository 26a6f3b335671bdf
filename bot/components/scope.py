"""Whether a message is about what Marie knows at all.

No single figure tells: a foreign message can score high by one shared word, and a real question can
be unlike every example. So several are weighed together (a logistic regression, trained on folds
that the classifier had not seen): how sure the best topic is, how likely the background class of
everyday French, and how near the nearest examples of both are in meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

OUT_OF_SCOPE = "out_of_scope"


def signals(chances: Floats, background: int, near: Floats) -> Floats:
    """One row a message.

    `chances`: (messages, intents), probabilities; `background`: the column of everyday French;
    `near`: (messages, 2), cosines to the nearest example in scope and out of it.
    """
    inside = np.delete(chances, background, axis=1)
    ordered = np.sort(inside, axis=1)
    best, second = ordered[:, -1], ordered[:, -2]
    outside = chances[:, background]
    return np.column_stack(
        [
            np.log(best + 1e-4),
            np.log(outside + 1e-4),
            best - second,
            near[:, 0],
            near[:, 1],
            near[:, 0] - near[:, 1],
        ]
    )


@dataclass(frozen=True)
class Scope:
    """The weights, and the least figure at which a message counts as in scope."""

    weights: Floats
    bias: float
    least: float

    @classmethod
    def fit(cls, rows: Floats, inside: NDArray[np.bool_], kept: float) -> Scope:
        """Learn from signals; `least` keeps the share `kept` of the messages in scope."""
        from sklearn.linear_model import LogisticRegression  # training alone needs it

        model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
        middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
        model.fit((rows - middle) / spread, inside)
        weights = model.coef_[0] / spread
        bias = float(model.intercept_[0] - (weights * middle).sum())
        least = float(np.quantile(rows[inside] @ weights + bias, 1 - kept))
        return cls(weights, bias, least)

    def score(self, rows: Floats) -> Floats:
        """The higher, the surer that it is in scope; above 0 it is."""
        score: Floats = rows @ self.weights + self.bias - self.least
        return score

    def to_names(self) -> dict[str, Any]:
        """For JSON."""
        return {"weights": self.weights.tolist(), "bias": self.bias, "least": self.least}

    @classmethod
    def from_names(cls, names: dict[str, Any]) -> Scope:
        """The reverse of `to_names`."""
        return cls(np.array(names["weights"]), names["bias"], names["least"])
