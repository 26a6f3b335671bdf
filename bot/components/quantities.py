"""Reads dates, lengths of time, ages, amounts, rooms, counts, ranks and contacts in a message.

It learns nothing: `marie.language` does the reading. Dates are relative to the moment at which the
message was sent (`metadata.said_at`), so that a turn answered late means the same day.

Entities, beside Rasa's own keys: `date` (value an ISO day or null; `grain` day, month or year;
`problem` when there is no such day), `duration` (value `{"months", "days"}`), `age` (value in the
unit `grain`: months or years), `amount` (dollars), `rooms`, `count` (`of`: what), `ordinal`,
`email`, `phone` (as it is shown).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from marie.language.ages import find_ages, means_age, means_duration
from marie.language.contacts import find_emails, find_phones
from marie.language.dates import find_dates
from marie.language.durations import find_durations
from marie.language.quantities import find_amounts, find_counts, find_ordinals, find_rooms

MONTREAL = ZoneInfo("America/Toronto")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class QuantityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds an entity for each quantity that a message says."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuantityExtractor:
        """Nothing of it is in the model."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the entities to the messages, in place."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = self.add_extractor_name(read_quantities(text, said_on(message)))
            message.set(ENTITIES, [*message.get(ENTITIES, []), *found], add_to_output=True)
        return messages


def said_on(message: Message) -> date:
    """The day in Montréal on which the message was sent; today when nothing says it."""
    metadata = message.get("metadata") or {}
    said_at = metadata.get("said_at")
    moment = datetime.now(timezone.utc)
    if isinstance(said_at, str):
        moment = datetime.fromisoformat(said_at.replace("Z", "+00:00"))
    return moment.astimezone(MONTREAL).date()


def read_quantities(text: str, today: date) -> list[dict[str, Any]]:
    """Every quantity of `text`, by kind and then in the order of the text.

    What a date is made of is nothing else ("dans 3 mois" holds no age). "3 ans" is an age or a
    length of time as the words around it say; both when they say nothing, and who asked knows.
    """
    dates = find_dates(text, today)
    found = [
        _entity(
            "date",
            each.value.isoformat() if each.value else None,
            each,
            grain=each.grain,
            problem=each.problem,
            longest=each.longest,
            first=each.first.isoformat() if each.first else None,
            last=each.last.isoformat() if each.last else None,
            other=each.other.isoformat() if each.other else None,
            year_given=each.year_given,
        )
        for each in dates
    ]
    rest = [
        *_lengths(text),
        *_ages(text),
        *(_entity("amount", each.dollars, each, per=each.per) for each in find_amounts(text)),
        *(_entity("rooms", each.rooms, each) for each in find_rooms(text)),
        *(_entity("count", each.count, each, of=each.of) for each in find_counts(text)),
        *(_entity("ordinal", each.rank, each) for each in find_ordinals(text)),
        *(
            _entity("email", each.address, each)
            for each in find_emails(text)
            if each.problem is None
        ),
        *(
            _entity("phone", each.display, each, e164=each.e164)
            for each in find_phones(text)
            if each.problem is None
        ),
    ]
    free = (
        each
        for each in rest
        if not any(day.start < each["end"] and each["start"] < day.end for day in dates)
    )
    return [*found, *free]


def _lengths(text: str) -> Iterator[dict[str, Any]]:
    for each in find_durations(text):
        if not means_age(text, each.start, each.end):
            yield _entity("duration", {"months": each.months, "days": each.days}, each)


def _ages(text: str) -> Iterator[dict[str, Any]]:
    for each in find_ages(text):
        if not means_duration(text, each.start, each.end):
            value = each.months if each.grain == "months" else each.years
            yield _entity("age", value, each, grain=each.grain)


def _entity(kind: str, value: Any, found: Any, **more: Any) -> dict[str, Any]:
    said = {name: each for name, each in more.items() if each is not None}
    return {"entity": kind, "value": value, "start": found.start, "end": found.end, **said}
