"""A newcomer's path in a real browser, from the first question to a person who answers."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.journeys.people import Browsing, Conversation, Message, add_counsellor
from tests.running import RunningMarie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]


async def answer_to(visitor: Browsing, conversation: Conversation, question: str) -> Message:
    """Ask in the widget; the answer as the log has it, once the screen shows it."""
    count = len(await conversation.log())
    await visitor.ask(question)
    log = await conversation.until(count + 2)
    assert log[count]["text"] == question
    await visitor.until_shown(log)
    return log[count + 1]


async def sign_in(context: BrowserContext, base: str, username: str, password: str) -> Page:
    """A counsellor's browser at the list."""
    page = await context.new_page()
    await page.goto(f"{base}/console/")
    await page.get_by_label("Nom d’utilisateur").fill(username)
    await page.get_by_label("Mot de passe").fill(password)
    await page.get_by_role("button", name="Se connecter").click()
    await expect(page.locator("#waiting-title")).to_be_visible()
    return page


async def test_newcomer_is_answered_by_marie_and_then_by_a_person(
    marie: RunningMarie, browser: Browser
) -> None:
    phone = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(phone, marie.base)
    conversation = await visitor.conversation()

    cegep = await answer_to(visitor, conversation, "Bonjour, y a-t-il un cégep à Rimouski?")
    assert cegep["topic"] == "cegep.find"
    assert cegep["resources"][0]["name"] == "Cégep de Rimouski"
    await expect(visitor.page.locator(".card").first).to_contain_text("Cégep de Rimouski")

    daycare = await answer_to(visitor, conversation, "Combien coûte une garderie?")
    assert daycare["topic"] == "childcare.cost"
    assert "9,65" in daycare["text"]
    assert daycare["sources"]

    lease = await answer_to(
        visitor, conversation, "Mon bail finit le 30 juin 2027, comment je fais pour partir?"
    )
    assert lease["topic"] == "lease.nonrenewal"
    assert lease["data"]["window"] == {"first": "2027-01-01", "last": "2027-03-31"}

    region = await answer_to(visitor, conversation, "Parlez-moi de la Côte-Nord")
    assert region["topic"] == "region.profile"
    assert "Côte-Nord" in region["text"]

    person = await answer_to(visitor, conversation, "Je veux parler à une personne")
    assert person["topic"] == "handoff"
    await visitor.page.locator(".replies button").first.click()
    await visitor.page.locator(".replies button").filter(has_text="Oui").first.click()
    await expect(visitor.banner).to_contain_text("Une personne vous répondra")
    assert (await conversation.read())["state"] == "waiting"

    password = await asyncio.to_thread(add_counsellor, marie, "nadia", "Nadia")
    desk = await browser.new_context(locale="fr-CA")
    console = await sign_in(desk, marie.base, "nadia", password)
    await console.locator(f"#claim-{conversation.id}").click()
    await expect(console.locator("#log .message.visitor").first).to_contain_text("Rimouski")
    await expect(visitor.last("system")).to_contain_text("Nadia")

    await console.locator("#text").fill("Bonjour, ici Nadia. Quand voulez-vous partir?")
    await console.locator("#composer button").click()
    await expect(visitor.last("counsellor")).to_have_text(
        "Bonjour, ici Nadia. Quand voulez-vous partir?"
    )
    await expect(visitor.banner).to_contain_text("Nadia")
    await visitor.ask("En juillet, si possible. C’est combien, la garderie?")
    await expect(console.locator("#log .message.visitor").last).to_contain_text("En juillet")
    await asyncio.sleep(0.5)  # Marie could answer now: she must not
    log = await conversation.log()
    assert [message["author"] for message in log[-2:]] == ["counsellor", "visitor"]

    await console.locator("#hand-back").click()
    await console.get_by_role("button", name="Rendre la conversation à Marie").click()
    await expect(visitor.page.locator(".log .message.system")).to_have_count(2)
    after = await answer_to(visitor, conversation, "Combien coûte une garderie?")
    assert (after["author"], after["topic"]) == ("marie", "childcare.cost")
    await visitor.until_shown(await conversation.log())

    await visitor.go("/?une-autre-page")
    await visitor.until_shown(await conversation.log())
    await phone.close()
    await desk.close()
