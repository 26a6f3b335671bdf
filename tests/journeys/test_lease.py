"""From « comment quitter mon bail? » to the letter in hand, with a browser and without."""

from __future__ import annotations

import re
from typing import Any

import aiohttp
import pytest
from icalendar import Calendar
from playwright.async_api import Browser, expect

from tests.journeys.people import CALL, Browsing, Conversation, Message, arrive
from tests.papers.reading import text_of
from tests.running import RunningMarie

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]


async def answer(conversation: Conversation, text: str) -> Message:
    _, messages = await conversation.say(text)
    assert len(messages) == 1, messages
    return messages[0]


async def fetch(base: str, url: str) -> tuple[int, str, bytes]:
    """Status, file name and bytes, as anybody with the address gets them."""
    async with (
        aiohttp.ClientSession(timeout=CALL) as session,
        session.get(base + url) as response,
    ):
        named = re.search(r'filename="([^"]+)"', response.headers.get("Content-Disposition", ""))
        return response.status, named[1] if named else "", await response.read()


@pytest.mark.browser
async def test_visitor_leaves_with_the_letter_and_the_reminders(
    marie: RunningMarie, browser: Browser
) -> None:
    phone = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(phone, marie.base)
    conversation = await visitor.conversation()

    await visitor.ask("Comment je peux quitter mon logement à Montréal?")
    log = await conversation.until(3)
    assert log[-1]["topic"] == "lease.end"
    await visitor.ask("Mon bail d'un an finit le 30 juin 2027")
    log = await conversation.until(5)
    await visitor.until_shown(log)
    assert log[-1]["data"]["window"] == {"first": "2027-01-01", "last": "2027-03-31"}

    link = visitor.page.get_by_role("link", name="Avis de non-reconduction (PDF)").last
    await expect(link).to_be_visible()
    address = await link.get_attribute("href")
    assert address is not None
    status, name, pdf = await fetch("", address)
    assert (status, name) == (200, "avis-de-non-reconduction.pdf")
    for mark in (b"/StructTreeRoot", b"pdfuaid:part", b"/FontFile"):
        assert mark in pdf
    said = text_of(pdf)
    assert "prend fin le 30 juin 2027" in said
    assert "entre le 1er janvier 2027 et le 31 mars 2027" in said

    reminders = visitor.page.get_by_role("link", name="Rappels pour mon agenda").last
    status, name, body = await fetch("", str(await reminders.get_attribute("href")))
    assert (status, name) == (200, "rappels-bail.ics")
    read: Any = Calendar.from_ical(body)
    assert [event["dtstart"].dt.isoformat() for event in read.events] == [
        "2027-01-01",
        "2027-03-31",
        "2027-06-30",
    ]
    await phone.close()


async def test_notice_of_increase_is_answered_in_time_by_letter(marie: RunningMarie) -> None:
    conversation = await arrive(marie.base)

    await answer(conversation, "Mon propriétaire veut augmenter mon loyer de 140 $ par mois")
    dated = await answer(conversation, "j'ai reçu l'avis d'augmentation hier")
    assert dated["topic"] == "lease.increase"
    assert dated["data"]["answer_by"]
    _, (leaving,) = await conversation.press("Je pars")

    status, name, pdf = await fetch(marie.base, leaving["documents"][0]["url"])
    assert (status, name) == (200, "reponse-a-l-avis-d-augmentation.pdf")
    assert "je quitterai le logement à la fin du bail" in text_of(pdf)


async def test_impossible_day_is_asked_again_once_and_then_a_person_is_offered(
    marie: RunningMarie,
) -> None:
    conversation = await arrive(marie.base)

    first = await answer(conversation, "mon bail finit le 31 juin 2027, je dois avertir quand?")
    assert "n’existe pas" in first["text"]
    assert "window" not in first["data"]
    again = await answer(conversation, "le 31 juin 2027")
    assert "window" not in again["data"]
    given_up = await answer(conversation, "ben le 31 juin 2027")
    assert "window" not in given_up["data"]
    assert any(each["payload"] == "/handoff" for each in given_up["quick_replies"])

    right = await answer(conversation, "ah non, mon bail finit le 30 juin 2027")
    assert right["data"]["window"]["last"] == "2027-03-31"


async def test_letter_of_an_assignment_is_reached_without_scripts(marie: RunningMarie) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(timeout=CALL, cookie_jar=jar) as session:
        async with session.post(f"{marie.base}/chat/commencer") as response:
            page = await response.text()
        client_id = re.search(r'name="client_id" value="([^"]+)"', page)
        assert client_id is not None
        form = {"client_id": client_id[1], "text": "Je veux céder mon bail à quelqu'un"}
        async with session.post(f"{marie.base}/chat/envoyer", data=form) as response:
            page = await response.text()
    address = re.search(r'href="(/api/v1/documents/[^"]+\.pdf[^"]+)"', page)
    assert address is not None, page
    status, name, pdf = await fetch(marie.base, address[1].replace("&amp;", "&"))
    assert (status, name) == (200, "avis-de-cession-de-bail.pdf")
    assert "15 jours pour me répondre" in text_of(pdf)


async def test_erased_conversation_takes_its_letters_with_it(marie: RunningMarie) -> None:
    conversation = await arrive(marie.base)
    told = await answer(conversation, "Mon bail d'un an finit le 30 juin 2027")
    url = told["documents"][0]["url"]
    assert (await fetch(marie.base, url))[0] == 200

    status, _ = await conversation.call("DELETE")

    assert status == 204
    assert (await fetch(marie.base, url))[0] == 410
