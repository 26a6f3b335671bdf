"""Reads the places named in a message: `place` entities with their candidates.

It learns nothing and keeps nothing: the gazetteer is read when the component loads. An entity:
`{"entity": "place", "value": "municipality:10043", "start": 12, "end": 20, "name": "Rimouski",
"candidates": ["municipality:10043"], "confidence_entity": 0.99}`. Several candidates: the name is
shared, and Marie asks which.
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
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from marie.knowledge.places import Gazetteer, Mention

ROOT = Path(__file__).resolve().parents[2]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceExtractor(GraphComponent, EntityExtractorMixin):
    """Adds a `place` entity for each place that a message names."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`folder`: knowledge/places; `imported`: a CSV that completes it, read if it is there.

        Relative paths start at the project's folder. Without `folder` it is `places` in
        MARIE_KNOWLEDGE, or in the project's own knowledge; without `imported` it is what
        `marie import places` wrote in MARIE_DATA.
        """
        return {"folder": None, "imported": None}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PlaceExtractor:
        """Rasa calls this both to train and to load: nothing of it is in the model."""
        knowledge = os.environ.get("MARIE_KNOWLEDGE") or "knowledge"
        folder = ROOT / (config["folder"] or Path(knowledge) / "places")
        data = os.environ.get("MARIE_DATA") or "var"
        imported: Path | None = ROOT / (config["imported"] or Path(data) / "places.csv")
        if imported is not None and not imported.exists():
            imported = None
        return cls(Gazetteer.load(folder, imported=imported))

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to the messages, in place."""
        for message in messages:
            places = [_entity(mention) for mention in self._gazetteer.find(message.get(TEXT) or "")]
            found = self.add_extractor_name(places)
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages


def _entity(mention: Mention) -> dict[str, Any]:
    return {
        ENTITY_ATTRIBUTE_TYPE: "place",
        ENTITY_ATTRIBUTE_VALUE: mention.place.id,
        ENTITY_ATTRIBUTE_START: mention.start,
        ENTITY_ATTRIBUTE_END: mention.end,
        "name": mention.place.name,
        "candidates": list(mention.ids),
        "confidence_entity": mention.score,
    }
