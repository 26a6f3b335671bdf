"""The component that reads places, as Rasa runs it (in Rasa's environment)."""

from __future__ import annotations

from pathlib import Path

import pytest
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message

from bot.components.places import PlaceExtractor


def build(**config: str) -> PlaceExtractor:
    return PlaceExtractor.create(
        {**PlaceExtractor.get_default_config(), **config},
        ModelStorage,  # type: ignore[arg-type]
        Resource("places"),
        ExecutionContext(None),  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def extractor() -> PlaceExtractor:
    return build()


def entities(extractor: PlaceExtractor, text: str) -> list[dict[str, object]]:
    (message,) = extractor.process([Message({"text": text})])
    return message.as_dict(only_output_properties=True)["entities"]


def test_a_place_becomes_an_entity_with_the_offsets_of_what_was_typed(
    extractor: PlaceExtractor,
) -> None:
    assert entities(extractor, "un cégep proche d’AMQUI svp") == [
        {
            "entity": "place",
            "value": "municipality:07047",
            "start": 18,
            "end": 23,
            "name": "Amqui",
            "candidates": ["municipality:07047"],
            "confidence_entity": 0.99,
            "extractor": "PlaceExtractor",
        }
    ]


def test_a_shared_name_has_several_candidates(extractor: PlaceExtractor) -> None:
    (entity,) = entities(extractor, "un logement à St-Jean")
    candidates = entity["candidates"]
    assert isinstance(candidates, list)
    assert candidates[:2] == ["municipality:56083", "area:lac-saint-jean"]
    assert entity["value"] == candidates[0]


def test_entities_that_were_already_there_stay(extractor: PlaceExtractor) -> None:
    date = {"entity": "date", "value": "2027-06-30", "start": 0, "end": 7}
    message = Message({"text": "30 juin à Gaspé", "entities": [date]})
    extractor.process([message])
    assert [entity["entity"] for entity in message.get("entities")] == ["date", "place"]


def test_a_message_without_text_has_no_place(extractor: PlaceExtractor) -> None:
    (message,) = extractor.process([Message({"intent": "affirm"})])
    assert message.get("entities") == []


def test_imported_municipalities_complete_the_seed(
    extractor: PlaceExtractor, tmp_path: Path
) -> None:
    imported = tmp_path / "municipalities.csv"
    imported.write_text(
        "code,name,designation,region,mrc,lat,lon,population,metropolitan\n"
        "46005,Abercorn,Village,05,460,45.04,-72.66,368,no\n",
        encoding="utf-8",
    )
    assert entities(extractor, "je vais à Abercorn") == []
    (entity,) = entities(build(imported=str(imported)), "je vais à Abercorn")
    assert entity["value"] == "municipality:46005"


def test_a_missing_import_leaves_the_seed(tmp_path: Path) -> None:
    extractor = build(imported=str(tmp_path / "absent.csv"))
    assert entities(extractor, "à Rimouski")[0]["value"] == "municipality:10043"
