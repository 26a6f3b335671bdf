"""What comes before any learned reading: danger, other languages, and messages without words.

`safety` is set by patterns that editors keep (`knowledge/safety.yml`), whatever the classifier
says; `language` when the message is not in French; `clarify` when there is nothing to read in it
("???"), which a classifier would take for a « oui » with confidence.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from marie.language.folding import fold, fold_key, words
from marie.language.safety import SafetyPatterns, read_safety
from marie.language.tongues import foreign_tongue

_COMMAND = re.compile(r"\s*[/\u2215]\S*\s*")
"""« /restart » typed by a visitor: a word like any other, and none that Marie obeys."""

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
        if _is_bare_answer(text, message.get(ENTITIES, [])):
            self._set(message, "inform")
            return
        if not any(character.isalpha() for character in text):
            self._set(message, "clarify")
            return
        if _COMMAND.fullmatch(text):
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


_ANSWERS = frozenset(
    {"place", "date", "duration", "age", "amount", "rooms", "count", "email", "phone"}
)
_FILLERS = frozenset(
    fold_key(
        "a au aux d dans de des du en et il elle j je l la le les m ma mon nous on ou pour svp un"
        " une vers merci oui ai c est cest environ"
    ).split()
)
"""Words that add nothing to a bare answer ("c'est le 30 juin, merci")."""


def _is_bare_answer(text: str, entities: list[dict[str, Any]]) -> bool:
    """Whether entities say it all: "le 30 juin", "à Rimouski", "3 ans", or digits alone."""
    spans = [(each["start"], each["end"]) for each in entities if each["entity"] in _ANSWERS]
    if not spans:
        return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))
    uncovered = [
        word
        for word in words(text)
        if not any(start <= word.start and word.end <= end for start, end in spans)
    ]
    # "et à Gaspé" goes on with something, and so does a question; "à demain" takes leave.
    return all(word.text in _FILLERS for word in uncovered) and not _GOES_ON.match(fold(text))


_GOES_ON = re.compile(r"\W*(?:et|ou)\b|.*\?|\W*a (?:demain|[a-z]+di|dimanche|la semaine)\b")
