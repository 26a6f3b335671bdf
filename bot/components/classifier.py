"""Rasa's component for the topic of a message; `bot.components.topics` does the reading.

Doubt is said as the intent `clarify`, with the ranking for Marie's proposals: when the message is
not about what Marie knows and is no everyday French that she was shown (`out_of_scope`), when its
best topic is hardly likelier than the others (`doubt`), or when no word of it was ever seen.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import INTENT_MESSAGE_PREFIX
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.encoder import Encoder
from bot.components.meanings import Vectors
from bot.components.scope import OUT_OF_SCOPE
from bot.components.topics import Reading, Topics, fit

WORDS = "MARIE_WORDS"
"""The variable with the path of the word vectors."""

TOKENIZER = "tokenizer.pickle"
DOUBT_INTENT = "clarify"
RANKED = 10
TALK = frozenset(
    [
        "greeting",
        "goodbye",
        "thanks",
        "capabilities",
        "handoff",
        "privacy",
        "language",
        "safety",
        "abuse",
    ]
)
"""Talk with Marie herself: said in any words, it is never foreign once it is this likely."""
TALK_LEAST = 0.4


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TopicClassifier(GraphComponent, IntentClassifier):
    """Sets `intent`, `intent_ranking`, and `scope` (above 0: about what Marie knows)."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        encoder: Encoder | None,
        topics: Topics | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._encoder = encoder
        self._topics = topics

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """What `topics.fit` reads, and `doubt`, the least probability of a topic."""
        return {"ridge": 0.2, "bayes": 0.8, "kept": 0.97, "held": 0.3, "seed": 7, "doubt": 0.13}

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
            arrays = dict(np.load(folder / "topics.npz", allow_pickle=False))
            names = json.loads((folder / "topics.json").read_text(encoding="utf-8"))
            kept = (folder / TOKENIZER).read_bytes() if names["encoder"] else None
        encoder = Encoder.load(kept) if names["encoder"] else None
        topics = Topics.from_arrays(arrays, names)
        topics.read("bonjour, je voudrais me rechaufer", encoder)
        return cls(config, model_storage, resource, encoder, topics)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples and store what was learned."""
        examples = training_data.intent_examples
        self._topics = fit(
            [example.get(TEXT) for example in examples],
            [example.get(INTENT) for example in examples],
            self._encoder,
            word_vectors(),
            self._config,
        )
        with self._model_storage.write_to(self._resource) as folder:
            arrays, names = self._topics.to_arrays()
            np.savez(folder / "topics.npz", **arrays)
            (folder / "topics.json").write_text(
                json.dumps({**names, "encoder": self._encoder is not None}), encoding="utf-8"
            )
            if self._encoder is not None:
                (folder / TOKENIZER).write_bytes(self._encoder.kept_tokenizer())
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Say the topic of each message."""
        if self._topics is None:
            return messages
        for message in messages:
            text = message.get(TEXT) or ""
            if text.startswith(INTENT_MESSAGE_PREFIX):
                continue  # a button's payload says its intent; the gateway lets no other through
            reading = self._topics.read(text, self._encoder)
            intent, confidence = decide(reading, self._config["doubt"])
            message.set(INTENT, {"name": intent, "confidence": confidence}, add_to_output=True)
            ranking = [
                {"name": name, "confidence": each} for name, each in reading.ranking[:RANKED]
            ]
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set("scope", reading.scope, add_to_output=True)
        return messages


def word_vectors() -> Vectors | None:
    """Those of the file that `marie train` names; None: trained by hand without them."""
    path = os.environ.get(WORDS)
    return None if path is None else Vectors.read(Path(path))


def decide(reading: Reading, doubt: float) -> tuple[str, float]:
    """The intent to act on, and its probability."""
    best, confidence = reading.ranking[0]
    if not reading.known:
        return DOUBT_INTENT, confidence
    if best == OUT_OF_SCOPE:
        return OUT_OF_SCOPE, confidence
    if reading.scope < 0 and not (best in TALK and confidence >= TALK_LEAST):
        outside = dict(reading.ranking).get(OUT_OF_SCOPE, 0.0)
        return (OUT_OF_SCOPE if outside >= confidence / 3 else DOUBT_INTENT), confidence
    return (best, confidence) if confidence >= doubt else (DOUBT_INTENT, confidence)
