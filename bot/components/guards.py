"""What comes before any learned reading: danger, other languages, and messages without words.

`safety` is set by patterns that editors keep (`knowledge/safety.yml`), whatever the classifier
says; `language` when the message is not in French; `clarify` when there is nothing to read in it
("???"), which a classifier would take for a « oui » with confidence.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from marie.language.safety import SafetyPatterns, read_safety
from marie.language.tongues import foreign_tongue

ROOT = Path(__file__).resolve().parents[2]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Guards(GraphComponent, EntityExtractorMixin):
    """Corrects the intent where a rule must not depend on a threshold; last in the pipeline."""

    def __init__(self, patterns: SafetyPatterns) -> None:
        self._patterns = patterns

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Guards:
        """The patterns are read when the component loads: they are not in the model."""
        knowledge = ROOT / (os.environ.get("MARIE_KNOWLEDGE") or "knowledge")
        return cls(read_safety(knowledge / "safety.yml"))

    def process(self, messages: list[Message]) -> list[Message]:
        """Correct the messages, in place."""
        for message in messages:
            self._guard(message, message.get(TEXT) or "")
        return messages

    def _guard(self, message: Message, text: str) -> None:
        danger = self._patterns.find(text)
        if danger is not None:
            self._add(message, "safety", danger)
            if danger != "violence_lease":
                self._set(message, "safety")
            return
        recognised = bool(message.get(ENTITIES))
        if not recognised and not any(character.isalpha() for character in text):
            self._set(message, "clarify")
            return
        tongue = foreign_tongue(text)
        if tongue is not None:
            self._add(message, "language", tongue)
            self._set(message, "language")

    def _add(self, message: Message, kind: str, value: str) -> None:
        text = message.get(TEXT) or ""
        entity = {"entity": kind, "value": value, "start": 0, "end": len(text)}
        found = self.add_extractor_name([entity])
        message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)

    def _set(self, message: Message, intent: str) -> None:
        message.set(INTENT, {"name": intent, "confidence": 1.0}, add_to_output=True)
