"""Which topic a message is about: a linear classifier over n-grams and a sentence encoder.

Blocks of unit length (folded words, pieces of words, the encoder's vector) side by side, a linear
support vector machine, and a softmax whose temperature makes its probabilities honest: on held-out
folds of the training data, of what is said with 0.8, eight in ten should be right (NLU.md: expected
calibration error). One noisy copy of each example is trained along.

Doubt is said as the intent `clarify`, with the ranking for Marie's proposals, when the best topic's
probability is under `doubt`, or when nothing that was learned resembles the message (`far`: cosine
to the nearest example). Foreign messages are learned as `out_of_scope`, a class like the others.
"""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix, hstack
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from bot.components.encoder import Encoder
from bot.components.features import Grams, character_grams, noisy, word_grams

DOUBT_INTENT = "clarify"
RANKED = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        encoder: Encoder | None,
        trained: Trained | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._trained = trained

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`c`: the machine's freedom; `encoder_weight`: its block's length; the two thresholds."""
        return {"c": 0.6, "encoder_weight": 1.0, "doubt": 0.22, "far": 0.3, "seed": 7}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TopicClassifier:
        """A component to train."""
        return cls(config, model_storage, resource, Encoder.load())

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TopicClassifier:
        """The trained component; the encoder's weights are read now, not at the first message."""
        with model_storage.read_from(resource) as folder:
            arrays = dict(np.load(folder / "classifier.npz", allow_pickle=False))
            names = json.loads((folder / "classifier.json").read_text(encoding="utf-8"))
        encoder = Encoder.load() if names["encoder"] else None
        trained = Trained.from_arrays(arrays, names)
        return cls(config, model_storage, resource, encoder, trained)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples and store what was learned."""
        examples = training_data.intent_examples
        texts = [example.get(TEXT) for example in examples]
        intents = [example.get(INTENT) for example in examples]
        chance = random.Random(self._config["seed"])  # noqa: S311 - a repeatable training
        copies = [noisy(text, chance) for text in texts]
        self._trained = fit(texts, copies, intents, self._encoder, self._config)
        with self._model_storage.write_to(self._resource) as folder:
            arrays, names = self._trained.to_arrays()
            np.savez_compressed(folder / "classifier.npz", **arrays)
            (folder / "classifier.json").write_text(
                json.dumps({**names, "encoder": self._encoder is not None}), encoding="utf-8"
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Say the topic of each message."""
        if self._trained is None:
            return messages
        for message in messages:
            ranking, nearest = self._trained.rank(message.get(TEXT) or "", self._encoder)
            best = ranking[0]
            if best["confidence"] < self._config["doubt"] or nearest < self._config["far"]:
                best = {"name": DOUBT_INTENT, "confidence": best["confidence"]}
            message.set(INTENT, best, add_to_output=True)
            message.set("intent_ranking", ranking[:RANKED], add_to_output=True)
        return messages


class Trained:
    """What training learned: terms, weights, temperature, and the examples' own vectors."""

    def __init__(
        self,
        *,
        intents: list[str],
        words: Grams,
        characters: Grams,
        weights: np.ndarray,
        bias: np.ndarray,
        temperature: float,
        encoder_weight: float,
        examples: np.ndarray,
    ) -> None:
        self.intents = intents
        self.words = words
        self.characters = characters
        self.weights = weights
        self.bias = bias
        self.temperature = temperature
        self.encoder_weight = encoder_weight
        self.examples = examples

    def rank(self, text: str, encoder: Encoder | None) -> tuple[list[dict[str, Any]], float]:
        """Topics with their probabilities, likeliest first, and the cosine to the nearest example.

        Without an encoder the cosine is 1: nothing is known about distance.
        """
        vector = encoder.encode([text]) if encoder is not None else None
        row = _join(self.words, self.characters, [text], vector, self.encoder_weight)
        scores = np.asarray(row @ self.weights.T)[0] + self.bias
        chances = softmax(scores / self.temperature)
        order = np.argsort(-chances)
        ranking = [
            {"name": self.intents[index], "confidence": float(chances[index])} for index in order
        ]
        nearest = 1.0 if vector is None else float((self.examples @ vector[0]).max())
        return ranking, nearest

    def to_arrays(self) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        """Arrays and names, to be stored without pickle."""
        arrays = {
            "weights": self.weights.astype(np.float32),
            "bias": self.bias,
            "word_rarity": self.words.rarity,
            "character_rarity": self.characters.rarity,
            "examples": self.examples.astype(np.float16),
        }
        names = {
            "intents": self.intents,
            "words": self.words.terms,
            "characters": self.characters.terms,
            "temperature": self.temperature,
            "encoder_weight": self.encoder_weight,
        }
        return arrays, names

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray], names: dict[str, Any]) -> Trained:
        """The reverse of `to_arrays`."""
        return cls(
            intents=names["intents"],
            words=Grams(word_grams, names["words"], arrays["word_rarity"]),
            characters=Grams(character_grams, names["characters"], arrays["character_rarity"]),
            weights=arrays["weights"],
            bias=arrays["bias"],
            temperature=names["temperature"],
            encoder_weight=names["encoder_weight"],
            examples=arrays["examples"].astype(np.float32),
        )


def fit(
    texts: list[str],
    copies: list[str],
    intents: list[str],
    encoder: Encoder | None,
    config: dict[str, Any],
) -> Trained:
    """Train on the examples and their noisy copies."""
    both = [*texts, *copies]
    labels = np.array([*intents, *intents])
    words = Grams.fit(word_grams, both, at_least=1)
    characters = Grams.fit(character_grams, both, at_least=2)
    vectors = encoder.encode(both) if encoder is not None else None
    rows = _join(words, characters, both, vectors, config["encoder_weight"])
    temperature = _temperature(rows, labels, len(texts), config)
    machine = _machine(config).fit(rows, labels)
    return Trained(
        intents=list(machine.classes_),
        words=words,
        characters=characters,
        weights=machine.coef_,
        bias=machine.intercept_,
        temperature=temperature,
        encoder_weight=config["encoder_weight"],
        examples=vectors[: len(texts)] if vectors is not None else np.zeros((1, 1)),
    )


def softmax(scores: np.ndarray) -> np.ndarray:
    """Probabilities along the last axis."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def _machine(config: dict[str, Any]) -> LinearSVC:
    return LinearSVC(C=config["c"], class_weight="balanced", random_state=config["seed"])


def _temperature(
    rows: csr_matrix, labels: np.ndarray, originals: int, config: dict[str, Any]
) -> float:
    """The temperature with the best likelihood on folds that were not trained on."""
    folds = StratifiedKFold(n_splits=3, shuffle=True, random_state=config["seed"])
    scores, truth = [], []
    for kept, held in folds.split(np.zeros(originals), labels[:originals]):
        # A noisy copy stays with its example: else the fold would know the answer.
        machine = _machine(config).fit(
            rows[np.concatenate([kept, kept + originals])],
            labels[np.concatenate([kept, kept + originals])],
        )
        scores.append(machine.decision_function(rows[held]))
        truth.append(np.searchsorted(machine.classes_, labels[held]))
    all_scores, all_truth = np.vstack(scores), np.concatenate(truth)
    candidates = np.geomspace(0.02, 2.0, 60)

    def loss(temperature: float) -> float:
        chances = softmax(all_scores / temperature)
        return -float(np.log(chances[np.arange(len(all_truth)), all_truth] + 1e-12).mean())

    return float(min(candidates, key=loss))


def _join(
    words: Grams,
    characters: Grams,
    texts: list[str],
    vectors: np.ndarray | None,
    encoder_weight: float,
) -> csr_matrix:
    blocks = [words.transform(texts), characters.transform(texts)]
    if vectors is not None:
        blocks.append(csr_matrix(vectors * encoder_weight))
    return hstack(blocks).tocsr()
