"""A talk with the actions alone: no Rasa, the message's reading is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import msgspec
import pytest

from bot.actions.respond import respond
from bot.actions.topics import FORMS, TOPICS
from bot.actions.turn import read_turn
from bot.actions.wiring import Desk, open_desk
from marie.domain.replies import Reply
from marie.settings import ROOT

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="session")
def desk() -> Desk:
    """The product's own knowledge."""
    return open_desk(ROOT / "knowledge")


@dataclass
class Talk:
    """A conversation; each message comes with the intent and entities that Rasa would read."""

    desk: Desk
    said_at: datetime = NOON
    state: str = "marie"
    focus: dict[str, Any] = field(default_factory=dict)
    profile: dict[str, Any] = field(default_factory=dict)
    last: Reply | None = None
    seq: int = 0

    def say(
        self,
        text: str,
        intent: str,
        *entities: dict[str, Any],
        confidence: float = 0.9,
        ranking: tuple[tuple[str, float], ...] = (),
    ) -> Reply:
        """Marie's reply to `text`; `ranking`: the readings, when not `intent` alone."""
        readings = ranking or ((intent, confidence), ("lease.end", 0.09))
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": name, "confidence": sure} for name, sure in readings],
            "entities": list(entities),
        }
        return self._answer(message)

    def place(self, text: str, intent: str) -> Reply:
        """The same, with the places that the gazetteer finds in the text."""
        found = [
            {"entity": "place", "value": mention.ids[0], "candidates": list(mention.ids)}
            for mention in self.desk.gazetteer.find(text)
        ]
        return self.say(text, intent, *found)

    def press(self, title: str) -> Reply:
        """The button with this title under the last answer."""
        assert self.last is not None
        offered = {each["title"]: each["payload"] for each in self.last.messages[-1].quick_replies}
        intent, _, tail = offered[title].removeprefix("/").partition("{")
        values = msgspec.json.decode("{" + tail) if tail else {}
        message = {
            "text": offered[title],
            "intent": {"name": intent, "confidence": 1.0},
            # As Rasa reads a payload: of a list, one entity an item.
            "entities": [
                {"entity": name, "value": value}
                for name, told in values.items()
                for value in (told if isinstance(told, list) else [told])
            ],
        }
        return self._answer(message)

    def _answer(self, message: dict[str, Any]) -> Reply:
        self.seq += 1
        message["metadata"] = {
            "seq": self.seq,
            "said_at": self.said_at.isoformat(),
            "text": message["text"],
            "state": self.state,
            "focus": self.focus,
            "profile": self.profile,
        }
        reply = respond(read_turn(message), self.desk, topics=TOPICS, forms=FORMS)
        # What the gateway stores and sends back is JSON.
        self.focus = msgspec.json.decode(msgspec.json.encode(reply.focus))
        self.profile = msgspec.json.decode(msgspec.json.encode(reply.profile))
        self.last = reply
        return reply


@pytest.fixture
def talk(desk: Desk) -> Talk:
    """A new conversation on 22 November 2026."""
    return Talk(desk)


def day(value: str, grain: str = "day") -> dict[str, Any]:
    """A date entity."""
    return {"entity": "date", "value": value, "grain": grain}
