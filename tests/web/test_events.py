"""An administrator plans a date; visitors register through Marie's replies and hear of changes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from icalendar import Calendar

from bot.actions.respond import respond
from bot.actions.topics import FORMS, TOPICS
from bot.actions.turn import read_turn
from bot.actions.wiring import Desk, open_desk
from marie.domain.people import Role
from marie.domain.replies import Reply
from marie.knowledge.events import LiveEvents
from marie.settings import ROOT, Settings
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa
from tests.staff import Member, Shown, add_account, browser_of, open_session

PATH = "/admin/evenements"


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        yield member


@pytest.fixture(scope="session")
def whole_desk() -> Desk:
    return open_desk(ROOT / "knowledge")


@pytest.fixture
def actions(rasa: FakeRasa, whole_desk: Desk, settings: Settings) -> FakeRasa:
    """Marie's own actions behind the channel, with the reading that Rasa would give."""
    desk = replace(whole_desk, events=LiveEvents(settings.data))

    def script(turn: dict[str, Any]) -> Reply:
        text = turn["message"]
        intent, entities = "clarify", []
        if text.startswith("/"):
            intent, _, tail = text.removeprefix("/").partition("{")
            values = msgspec.json.decode("{" + tail) if tail else {}
            entities = [{"entity": name, "value": value} for name, value in values.items()]
        elif "séjour" in text or "inscription" in text:
            intent = "moving.trip"
            entities = [
                {"entity": "place", "value": each.ids[0], "candidates": list(each.ids)}
                for each in desk.gazetteer.find(text)
            ]
        elif "@" in text:
            address = next(word for word in text.split() if "@" in word)
            intent, entities = "inform", [{"entity": "email", "value": address}]
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": 0.95},
            "entities": entities,
            "metadata": turn["metadata"],
        }
        return respond(read_turn(message), desk, topics=TOPICS, forms=FORMS)

    rasa.script = script
    return rasa


def form(**changes: str) -> Any:
    day = (datetime.now(timezone.utc) + timedelta(days=30)).date().isoformat()
    return {
        "kind": "trip",
        "title": "Deux jours à Rimouski",
        "region": "01",
        "place": "Rimouski",
        "starts_on": day,
        "starts_at": "09:00",
        "ends_on": "",
        "ends_at": "16:30",
        "capacity": "1",
        "organizer": "PROMIS",
        "description": "Repas compris.",
        "url": "",
        **changes,
    }


async def plan(administrator: Member, **changes: str) -> Shown:
    shown = await administrator.post(PATH, **form(**changes))
    assert shown.status == 200, shown.text
    return shown


async def say(visitor: Visitor, **body: str) -> dict[str, Any]:
    status, answer = await visitor.post({"client_id": str(uuid.uuid4()), **body}, wait=25)
    assert status == 200, answer
    message: dict[str, Any] = answer["messages"][-1]
    return message


async def press(visitor: Visitor, title: str) -> dict[str, Any]:
    for message in reversed((await visitor.log())["messages"]):
        for reply in message["quick_replies"]:
            if reply["title"].startswith(title):
                return await say(visitor, payload=reply["payload"])
    raise AssertionError(title)


async def register(client: Client, name: str) -> tuple[Visitor, dict[str, Any]]:
    visitor = await Visitor.arrive(client)
    await say(visitor, text="prochain séjour à Rimouski?")
    await press(visitor, "M’inscrire")
    await say(visitor, text=f"{name.lower()}@example.org")
    confirm = await say(visitor, text=f"{name} Diop")
    assert f"{name} Diop" in confirm["text"]
    assert "PROMIS" in confirm["text"]
    return visitor, await press(visitor, "Oui, inscrivez-moi")


@pytest.mark.usefixtures("actions")
async def test_date_that_is_planned_is_said_in_the_next_turn(
    administrator: Member, visitor: Visitor
) -> None:
    before = await say(visitor, text="prochain séjour à Rimouski?")
    assert before["data"]["events"] == []
    assert "Aucune date n’est annoncée" in before["text"]
    await plan(administrator)
    after = await say(visitor, text="prochain séjour à Rimouski?")
    (event,) = after["data"]["events"]
    assert (event["title"], event["left"]) == ("Deux jours à Rimouski", 1)
    assert "de 9\u00a0h à 16\u00a0h\u00a030, Rimouski, PROMIS, places libres" in after["text"]


@pytest.mark.usefixtures("actions")
async def test_registration_gives_a_seat_and_its_calendar_file(
    client: Client, administrator: Member
) -> None:
    await plan(administrator)
    _, answer = await register(client, "Awa")
    assert answer["text"].startswith("C’est fait, vous avez une place")
    (document,) = answer["documents"]
    async with client.get(document["url"]) as response:
        assert response.content_type == "text/calendar"
        calendar = Calendar.from_ical(await response.read())
    event: Any = calendar.walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == "Deux jours à Rimouski"
    assert (event["DTSTART"].dt.hour, event["DTEND"].dt.minute) == (9, 30)


@pytest.mark.usefixtures("actions")
async def test_who_waits_gets_the_seat_that_is_given_back_and_hears_of_it(
    client: Client, administrator: Member
) -> None:
    await plan(administrator)
    first, _ = await register(client, "Awa")
    second, waiting = await register(client, "Luz")
    assert "au rang 1" in waiting["text"]
    assert waiting["documents"] == []
    left = await say(first, text="annuler mon inscription")
    assert left["text"].startswith("Votre inscription est annulée")
    for _ in range(100):
        last = (await second.log())["messages"][-1]
        if last["text"].startswith("Bonne nouvelle"):
            break
        await asyncio.sleep(0.05)
    assert last["text"].startswith("Bonne nouvelle")
    assert len(last["documents"]) == 1


@pytest.mark.usefixtures("actions")
async def test_administrator_sees_who_comes_and_cancels(
    client: Client, administrator: Member
) -> None:
    page = await plan(administrator)
    visitor, _ = await register(client, "Awa")
    page = await administrator.get(page.url.path)
    assert "Awa Diop" in page.text
    assert "mailto:awa@example.org" in page.text
    overview = await administrator.post(f"{page.url.path}/annuler")
    assert "Annulé" in overview.text
    last = (await visitor.log())["messages"][-1]
    assert "est annulée par l’organisme" in last["text"]
    again = await say(visitor, text="prochain séjour?")
    assert again["data"]["events"] == []


@pytest.mark.usefixtures("actions")
async def test_erased_conversation_leaves_the_list(client: Client, administrator: Member) -> None:
    page = await plan(administrator)
    visitor, _ = await register(client, "Awa")
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    page = await administrator.get(page.url.path)
    assert "Awa" not in page.text


@pytest.mark.usefixtures("actions")
async def test_draft_is_read_by_another_person_before_anybody_hears_of_it(
    administrator: Member, visitor: Visitor
) -> None:
    page = await plan(administrator, do="review")
    address = page.url.path
    assert "à relire" in page.text
    assert "• Deux jours à Rimouski" in page.text  # as Marie will say it
    assert "qui attend une relecture" in (await administrator.get("/admin/")).text
    assert (await say(visitor, text="prochain séjour à Rimouski?"))["data"]["events"] == []
    later = (datetime.now(timezone.utc) + timedelta(days=3)).date().isoformat()
    page = await administrator.post(address, **form(do="schedule", publish_on=later))
    assert "planifié pour le" in page.text
    assert f'value="{later}"' in page.text
    assert "qui attend une relecture" not in (await administrator.get("/admin/")).text
    assert (await say(visitor, text="prochain séjour à Rimouski?"))["data"]["events"] == []
    await administrator.post(address, **form(do="publish"))
    assert len((await say(visitor, text="prochain séjour à Rimouski?"))["data"]["events"]) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"starts_on": "2027-02-30"}, "Cette date n’existe pas."),
        ({"starts_at": "25:00"}, "Cette heure n’existe pas."),
        ({"starts_on": "2999-01-01"}, "Ce jour est dans plus de trois ans."),
        ({"starts_on": "2020-01-01"}, "Cette date est déjà passée."),
        ({"ends_at": "08:00"}, "La fin doit venir après le début."),
        ({"capacity": "beaucoup"}, "Un nombre de places entre 1 et 1\u00a0000."),
        ({"capacity": "0"}, "Un nombre de places entre 1 et 1\u00a0000."),
        ({"region": "06"}, "Choisissez une des régions d’accueil."),
        ({"title": " "}, "Il faut remplir ce champ."),
        ({"url": "javascript:alert(1)"}, "Une adresse commence par https:// et n’a pas"),
        ({"url": "https://"}, "Une adresse commence par https:// et n’a pas d’espace."),
        ({"title": "<script>alert(1)</script>"}, "Le texte contient du HTML"),
        ({"description": "Un <b>grand</b> repas"}, "Le texte contient du HTML"),
        ({"place": "Ri\u202emouski"}, "Le texte contient un caractère invisible"),
        ({"do": "schedule"}, "Il faut remplir ce champ."),
        ({"do": "schedule", "publish_on": "2020-01-01"}, "Cette date est déjà passée."),
        ({"do": "schedule", "publish_on": "2999-01-01"}, "L’annonce doit venir avant le début."),
    ],
)
async def test_mistake_is_shown_beside_its_field_and_keeps_what_was_written(
    administrator: Member, changes: dict[str, str], words: str
) -> None:
    shown = await administrator.post(PATH, **form(organizer="Le Collectif & Cie", **changes))
    assert shown.status == 422
    assert words.replace("\u00a0", " ") in shown.text.replace("\u00a0", " ").replace("&nbsp;", " ")
    assert "Le Collectif &amp; Cie" in shown.text


async def test_only_administrators_plan(client: Client, database: Database) -> None:
    staff = await add_account(database, "conseil")
    async with browser_of(client, "conseil") as member:
        member.carry(await open_session(database, staff))
        assert (await member.get(PATH)).status == 403
        assert (await member.post(PATH, **form())).status == 403
    async with browser_of(client, "personne") as nobody:
        assert "connexion" in (await nobody.get(PATH)).url.path


async def test_event_that_does_not_exist_is_not_found(administrator: Member) -> None:
    for path in (f"{PATH}/{'0' * 32}", f"{PATH}/x"):
        assert (await administrator.get(path)).status == 404
    assert (await administrator.post(f"{PATH}/{'0' * 32}/annuler")).status == 404
