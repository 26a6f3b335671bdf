"""Visitors who wait: the actions are Marie's own, Rasa's reading is given."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import time
from typing import Any

import msgspec
import pytest
from icalendar import Calendar

from bot.actions.respond import respond
from bot.actions.topics import FORMS, TOPICS
from bot.actions.turn import read_turn
from bot.actions.wiring import Desk, open_desk
from marie import clock
from marie.domain.appointments import Agenda
from marie.domain.people import Staff
from marie.domain.replies import Reply
from marie.settings import ROOT
from marie.store import appointments
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa
from tests.staff import add_account, give_lead

ALL_DAY = ((time(0), time(23, 59)),)
INTENTS = {"oui": "affirm", "non": "deny"}


@pytest.fixture(scope="session")
def desk() -> Desk:
    """The product's own knowledge, for the actions."""
    return open_desk(ROOT / "knowledge")


@pytest.fixture
def rasa(desk: Desk) -> FakeRasa:
    """Stands for Rasa alone: what is read is given, the actions are Marie's own."""

    def script(turn: dict[str, Any]) -> Reply:
        text: str = turn["message"]
        intent, entities = INTENTS.get(text, "handoff"), []
        if text.startswith("/"):
            intent, _, tail = text.removeprefix("/").partition("{")
            values = msgspec.json.decode("{" + tail) if tail else {}
            entities = [{"entity": name, "value": value} for name, value in values.items()]
        for name, pattern in (("email", r"\S+@\S+"), ("phone", r"\d{3} \d{3}-\d{4}")):
            if found := re.search(pattern, text):
                entities.append({"entity": name, "value": found[0]})
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.95},
            "intent_ranking": [{"name": intent, "confidence": 0.95}],
            "entities": entities,
            "metadata": turn["metadata"],
        }
        return respond(read_turn(message), desk, topics=TOPICS, forms=FORMS)

    return FakeRasa(script=script)


@dataclass
class Talk:
    """A visitor who presses what Marie offers."""

    visitor: Visitor
    last: dict[str, Any]

    @property
    def text(self) -> str:
        """Marie's last words, with plain spaces."""
        return str(self.last["text"]).replace("\u00a0", " ")

    @property
    def buttons(self) -> list[str]:
        """The titles under them."""
        return [each["title"] for each in self.last["quick_replies"]]

    async def send(self, **body: str) -> str:
        """Send a text or a payload; Marie's answer."""
        status, answer = await self.visitor.post({"client_id": str(uuid.uuid4()), **body}, wait=25)
        assert status == 200, answer
        self.last = answer["messages"][-1]
        return self.text

    async def press(self, title: str) -> str:
        """Press the button that begins so."""
        offered = [each for each in self.last["quick_replies"] if each["title"].startswith(title)]
        return await self.send(payload=offered[0]["payload"])


async def waiting_talk(client: Client, contact: str = "awa@example.org") -> Talk:
    """A visitor whose request was just passed on to PROMIS."""
    talk = Talk(await Visitor.arrive(client), {})
    await talk.send(text="je veux parler à une personne")
    await talk.send(text=contact)
    await talk.send(text="oui")
    return talk


async def receiving(
    database: Database, name: str, *, organization: str = "promis", **changes: Any
) -> Staff:
    """A counsellor who receives at any hour of any day."""
    staff = await add_account(
        database, name, organization=organization, email=f"{name}@example.org"
    )
    agenda = Agenda(
        **{
            "staff_id": staff.id,
            "weekly": dict.fromkeys(range(7), ALL_DAY),
            "exceptions": {},
            "notice_hours": 0,
            "ahead_days": 3,
            **changes,
        }
    )
    async with database.write() as connection:
        await appointments.save_agenda(connection, agenda, at=clock.now())
    return staff


async def booked(client: Client) -> tuple[Talk, str]:
    """A visitor with an appointment by phone, and the path of its page."""
    talk = await waiting_talk(client, "514 555-0123")
    await give_lead(talk.visitor, "promis")
    await talk.send(text="je voudrais un rendez-vous")
    await talk.send(payload=talk.last["quick_replies"][0]["payload"])
    assert talk.text.startswith("C’est réservé"), talk.text
    return talk, await page_of(talk)


async def page_of(talk: Talk) -> str:
    """The path in the calendar file under Marie's last message."""
    calendar = await calendar_of(talk)
    return "/" + str(calendar.walk("VEVENT")[0]["URL"]).split("/", 3)[3]


async def calendar_of(talk: Talk) -> Calendar:
    """The calendar file under Marie's last message."""
    (document,) = talk.last["documents"]
    async with talk.visitor.client.get(document["url"]) as response:
        assert response.status == 200
        return Calendar.from_ical(await response.read())
