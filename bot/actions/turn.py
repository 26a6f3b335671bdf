"""What an action is told: the message as Rasa read it, and the state that travelled with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as with_default
from datetime import date, datetime
from typing import Any

import msgspec

from marie.clock import local_date


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A question that Marie asked and whose answer she still waits for.

    `form` names the module's form, `field` what was asked, `data` what was answered so far,
    `asked` how many times in a row this very question was put.
    """

    form: str
    field: str
    data: dict[str, Any] = with_default(default_factory=dict)
    asked: int = 1


@dataclass(frozen=True, kw_only=True)
class Focus:
    """What the talk is about: explicit state, stored by the gateway with each answer.

    `offset` is how many of the last list's resources were shown; `shown` their ids; `misses` how
    many messages in a row Marie did not understand; `last` the texts of her last answer;
    `narrowed` which resources of a kind are meant (daycares that take infants); `listed` the topic
    of the last list; `sources` those of the last answer that had any, as the contract shows them;
    `offered` the payload that a « oui » accepts; `person` whom the talk is about
    (`child`, `spouse`), `child_age` in years; `picked` the card that is talked about; `choices` the
    payloads that « le deuxième » chooses from, when it is no card; `violence`: she told of it, and
    the way out of a lease that the law keeps for her was not said yet.
    """

    topic: str | None = None
    entry: str | None = None
    place: str | None = None
    pending: Pending | None = None
    offset: int = 0
    shown: tuple[str, ...] = ()
    misses: int = 0
    last: str | None = None
    sources: tuple[dict[str, Any], ...] = ()
    narrowed: tuple[str, ...] = ()
    listed: str | None = None
    offered: str | None = None
    person: str | None = None
    child_age: float | None = None
    picked: str | None = None
    choices: tuple[str, ...] = ()
    violence: bool = False


@dataclass(frozen=True, kw_only=True)
class Entity:
    """Something recognised in the message, at the character `start` (-1: not in its words)."""

    entity: str
    value: Any
    candidates: tuple[str, ...] = ()
    grain: str | None = None
    problem: str | None = None
    start: int = -1


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message to answer. `seq`: its number in the log, None outside a conversation."""

    text: str
    intent: str
    confidence: float
    ranking: tuple[dict[str, Any], ...]
    entities: tuple[Entity, ...]
    pressed: bool
    said_at: datetime
    state: str
    focus: Focus
    profile: dict[str, Any]
    seq: int | None = None

    @property
    def today(self) -> date:
        """The day in Montréal on which the message was sent."""
        return local_date(self.said_at)

    def first(self, entity: str) -> Entity | None:
        """The first entity of a kind."""
        return next((each for each in self.entities if each.entity == entity), None)

    def value(self, entity: str) -> Any:
        """Its value, or None."""
        found = self.first(entity)
        return None if found is None else found.value

    def as_pressed(self, payload: str) -> Turn:
        """The turn, as if a button with this payload had been pressed."""
        intent, _, tail = payload.removeprefix("/").partition("{")
        values = msgspec.json.decode("{" + tail, type=dict[str, str]) if tail else {}
        entities = tuple(
            Entity(entity=name, value=value, candidates=(value,) if name == "place" else ())
            for name, value in values.items()
        )
        return replace(self, intent=intent, pressed=True, entities=entities)

    def all(self, entity: str) -> list[Entity]:
        """Every entity of a kind, in the order of the text."""
        return [each for each in self.entities if each.entity == entity]

    def about(self, intent: str) -> Turn:
        """The same message read as another intent."""
        return replace(self, intent=intent)


def read_turn(message: dict[str, Any]) -> Turn:
    """A turn from a tracker's `latest_message`."""
    metadata = message.get("metadata") or {}
    intent = message.get("intent") or {}
    text = message.get("text") or ""
    return Turn(
        text=metadata.get("text") or text,
        intent=intent.get("name") or "clarify",
        confidence=float(intent.get("confidence") or 0),
        ranking=tuple(
            {"name": each["name"], "confidence": round(float(each["confidence"]), 4)}
            for each in (message.get("intent_ranking") or [])[:5]
        ),
        entities=tuple(_entity(each) for each in message.get("entities") or []),
        pressed=text.startswith("/"),
        said_at=datetime.fromisoformat(metadata["said_at"]),
        state=metadata.get("state") or "marie",
        focus=msgspec.convert(metadata.get("focus") or {}, Focus),
        profile=dict(metadata.get("profile") or {}),
        seq=metadata.get("seq"),
    )


def _entity(raw: dict[str, Any]) -> Entity:
    value = raw.get("value")
    candidates = raw.get("candidates") or ([value] if raw["entity"] == "place" else [])
    return Entity(
        entity=raw["entity"],
        value=value,
        candidates=tuple(candidates),
        grain=raw.get("grain"),
        problem=raw.get("problem"),
        start=raw.get("start", -1),
    )
