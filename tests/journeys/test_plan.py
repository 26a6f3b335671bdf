"""From the first question to papers in hand, and a seat at a stay, through the running Marie."""

from __future__ import annotations

import asyncio
import secrets
from datetime import datetime, timedelta, timezone
from typing import Any

import aiohttp
import pytest
from icalendar import Calendar
from playwright.async_api import Browser, expect

from tests.journeys.people import Browsing, Conversation, Message, arrive
from tests.running import RunningMarie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]


async def answer_to(visitor: Browsing, conversation: Conversation, question: str) -> Message:
    """Ask in the widget; the answer, once the screen shows it."""
    count = len(await conversation.log())
    await visitor.ask(question)
    log = await conversation.until(count + 2)
    await visitor.until_shown(log)
    return log[count + 1]


async def fetched(base: str, path: str) -> tuple[str, bytes]:
    """Media type and bytes of a document."""
    async with aiohttp.ClientSession() as session, session.get(base + path) as response:
        assert response.status == 200, path
        return response.content_type, await response.read()


async def test_plan_from_the_first_question_to_pdf_and_calendar_in_hand(
    marie: RunningMarie, browser: Browser
) -> None:
    phone = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(phone, marie.base)
    conversation = await visitor.conversation()

    await answer_to(visitor, conversation, "Par quoi commencer pour déménager en région?")
    await answer_to(visitor, conversation, "à Rimouski")
    answer = await answer_to(visitor, conversation, "le 1er juillet 2027")
    assert answer["topic"] == "moving.plan"
    assert "à Rimouski, départ le 1er juillet 2027" in answer["text"]
    steps = answer["data"]["plan"]["steps"]
    assert len(steps) >= 15
    assert all(step["source"]["url"] for step in steps)

    urls = {each["url"].partition("?")[0][-4:]: each["url"] for each in answer["documents"]}
    kind, pdf = await fetched(marie.base, urls[".pdf"])
    assert (kind, pdf[:4]) == ("application/pdf", b"%PDF")
    kind, file = await fetched(marie.base, urls[".ics"])
    assert kind == "text/calendar"
    dated = [step for step in steps if step.get("day")]
    assert len(Calendar.from_ical(file).walk("VEVENT")) == len(dated)

    page = await phone.new_page()
    await page.goto(marie.base + urls["html"])
    await expect(page.get_by_role("heading", level=1)).to_have_text("Votre plan pour Rimouski")
    await expect(page.locator(".steps > li")).to_have_count(len(steps))
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide
    await phone.close()


async def test_stay_planned_by_an_administrator_is_offered_and_gives_a_seat(
    marie: RunningMarie,
) -> None:
    username, password = f"admin-{secrets.token_hex(3)}", secrets.token_hex(12)
    account = ("--name", "Chef", "--role", "administrator", "--password", password)
    await asyncio.to_thread(marie.marie, "user", "add", username, *account)
    day = (datetime.now(timezone.utc) + timedelta(days=40)).date().isoformat()
    form: dict[str, Any] = {
        "kind": "trip",
        "title": "Deux jours en Gaspésie",
        "region": "11",
        "place": "Gaspé",
        "starts_on": day,
        "starts_at": "08:30",
        "ends_at": "17:00",
        "capacity": "12",
        "organizer": "INICI",
    }
    visitor = await arrive(marie.base)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        signed = {"username": username, "password": password}
        async with session.post(f"{marie.base}/console/connexion", data=signed) as response:
            assert response.status == 200
        async with session.post(f"{marie.base}/admin/evenements", data=form) as response:
            assert response.status == 200, await response.text()
            page = response.url

        _, (listed,) = await visitor.say("Quand est le prochain séjour exploratoire en Gaspésie?")
        assert [each["title"] for each in listed["data"]["events"]] == ["Deux jours en Gaspésie"]
        await visitor.press("moving.trip")
        await visitor.say("awa@example.org")
        _, (confirm,) = await visitor.say("Awa Diop")
        assert "Awa Diop" in confirm["text"]
        _, (seat,) = await visitor.press("affirm")
        assert seat["text"].startswith("C’est fait")
        kind, file = await fetched(marie.base, seat["documents"][0]["url"])
        assert kind == "text/calendar"
        (event,) = Calendar.from_ical(file).walk("VEVENT")
        assert str(event["SUMMARY"]) == "Deux jours en Gaspésie"

        async with session.get(page) as response:
            assert "Awa Diop" in await response.text()
        await visitor.say("Je veux annuler mon inscription")
        async with session.get(page) as response:
            assert "Awa Diop" not in await response.text()
