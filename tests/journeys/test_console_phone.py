"""Ten minutes of a counsellor's on a phone: each thing by touch, and nothing she needs covered."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, ViewportSize
from playwright.async_api import expect as expected

from marie import clock
from marie.domain.canned import CannedAnswer
from marie.store import canned
from marie.store.engine import Database
from tests.conftest import Client
from tests.journeys.people import whole
from tests.journeys.test_pages import base, browser, say, too_wide, with_session, words  # noqa: F401
from tests.staff import ORGANIZATION, add_account, give_lead, open_session
from tests.waiting import desk, rasa, waiting_talk

__all__ = ["desk", "rasa"]

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
KEYBOARD: ViewportSize = {"width": 390, "height": 500}
"""What is left of the screen while the keyboard is open."""

SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select, textarea')]
    .filter((node) => node.checkVisibility()
        && !node.closest('p:not(.actions), dd, .skip, .sources, .text, .what'))
    .map((node) => node.closest('label') ?? node)
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && box.height && Math.min(box.width, box.height) < 40)
    .map(([node, box]) => `${Math.round(box.width)}×${Math.round(box.height)} `
        + node.outerHTML.slice(0, 90))"""
"""Targets that a thumb misses; links in a line of text may be as small as their letters."""


class Phone:
    """The screen, and what was wrong with it at any step."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps = 0
        self.wrong: list[str] = []

    async def tap(self, target: Locator) -> None:
        """What is there and not covered; a touch on a slow machine would be a long press."""
        await target.click()

    async def look(self, name: str) -> None:
        """A picture where MARIE_SCREENSHOTS says, and the targets."""
        self.steps += 1
        small: list[str] = await self.page.evaluate(SMALL)
        self.wrong += [f"{name}: {each}" for each in small + await too_wide(self.page)]
        if folder := os.environ.get("MARIE_SCREENSHOTS"):
            path = Path(folder) / f"touch-{self.steps:02}-{name}.png"
            await self.page.screenshot(path=str(path))

    async def button(self, name: str) -> None:
        await self.tap(self.page.get_by_role("button", name=name, exact=True))


async def test_ten_minutes_of_a_counsellor_on_a_phone(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    await add_account(database, "samuel")
    async with database.write() as connection:
        await canned.save(
            connection,
            CannedAnswer(
                id="a" * 32,
                title="Accueil",
                text="Bonjour {prenom}, ici {conseillere}.",
                organization=ORGANIZATION,
                staff_id=None,
            ),
            at=clock.now(),
        )
    context = await with_session(browser, base, await open_session(database, nadia), **PHONE)
    page = await context.new_page()
    phone = Phone(page)
    await page.goto("/console/")
    await phone.look("nobody")

    visitor = (await waiting_talk(client, "514 555-0123")).visitor
    await give_lead(visitor, ORGANIZATION)
    await expected(page.get_by_role("heading", level=1)).to_have_text("1 personne attend")
    await phone.look("somebody")
    await phone.button("Prendre")
    field = page.get_by_label("Votre message")
    await expected(field).to_be_visible()
    await whole(page)
    await phone.look("claimed")

    await phone.tap(page.get_by_role("link", name="Dossier"))
    await expected(page.locator("#dossier")).to_be_in_viewport()
    await phone.look("file")
    await phone.tap(page.get_by_text("Me rappeler quelque chose"))
    await page.locator("#remind-what").fill("Envoyer la liste des garderies")
    await phone.look("reminder")
    await phone.button("Ajouter le rappel")
    await expected(page.locator("#dossier")).to_contain_text("Envoyer la liste des garderies")
    await page.locator("#label").fill("Garderie")
    await phone.look("label")
    await phone.tap(page.locator("#dossier .file-head a"))

    await phone.tap(page.locator("#pick-answer"))
    await phone.look("answers")
    await phone.tap(page.locator(".pick", has_text="Accueil"))
    await expected(field).to_have_value("Bonjour [prenom], ici Nadia.")
    await page.keyboard.type("Awa")
    await page.set_viewport_size(KEYBOARD)
    await say(visitor, "Vous êtes là?")
    await expected(page.get_by_text("Vous êtes là?")).to_be_in_viewport()
    await expected(field).to_be_in_viewport(ratio=1)
    await phone.look("writing")
    await phone.button("Envoyer")
    await expected(page.locator("#log .counsellor").last).to_contain_text("Bonjour Awa, ici Nadia.")
    await expected(page.locator("#log .counsellor").last).to_be_in_viewport()
    await expected(field).to_be_focused()
    await page.set_viewport_size(PHONE["viewport"])

    await phone.tap(page.locator("#pick-card"))
    await page.locator("#pick-query").fill("cégep à Rimouski")
    await expected(page.locator(".pick").first).to_be_visible()
    await phone.look("cards")
    await phone.tap(page.locator("[data-cards] .pick").first)
    await phone.button("Joindre au message")
    await phone.look("attached")
    await phone.button("Envoyer")
    await expected(page.locator("#log .counsellor")).to_have_count(2)
    await expected(page.locator("#log .counsellor").last).to_be_in_viewport()
    await phone.look("card-sent")

    await phone.tap(page.locator(".modes label", has_text="Note privée"))
    await field.fill("Préfère le soir.")
    await phone.look("note")
    await phone.button("Envoyer")
    await expected(page.locator("#log .note")).to_contain_text("Préfère le soir.")
    await phone.look("noted")

    other = (await waiting_talk(client)).visitor
    await give_lead(other, ORGANIZATION)
    await phone.tap(page.get_by_role("link", name="Liste"))
    await expected(page.get_by_role("heading", level=1)).to_have_text("1 personne attend")
    await phone.look("list")
    await phone.button("Prendre")
    await expected(field).to_be_focused()
    await phone.tap(page.locator("#entrust"))
    await page.locator("#entrust-to").select_option(label="Samuel")
    await page.locator("#entrust-reason").fill("Il connaît Rimouski.")
    await phone.look("entrust")
    await phone.button("Confier la conversation")
    await expected(page.locator("#controls")).to_contain_text("Samuel a la conversation")
    await phone.look("entrusted")

    await phone.tap(page.get_by_role("link", name="Liste"))
    await phone.tap(page.get_by_role("link", name="Recherche"))
    await page.get_by_label("Mots").fill("prefere soir")
    await phone.look("search")
    await phone.button("Chercher")
    await expected(page.locator(".found")).to_have_count(1)
    await phone.look("found")
    await phone.tap(page.locator(".found a").first)

    await phone.tap(page.locator("#close"))
    await phone.tap(page.get_by_label("Rendez-vous pris"))
    await phone.look("outcome")
    await phone.button("Terminer la conversation")
    await expected(page.get_by_text("Conversation terminée.")).to_be_visible()
    await phone.look("closed")
    assert (await words(visitor))[0] == "Bonjour Awa, ici Nadia."
    assert not phone.wrong, "\n".join(phone.wrong)
    await context.close()


async def test_half_of_a_small_phone_is_left_to_what_is_said(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    visitor = (await waiting_talk(client)).visitor
    await give_lead(visitor, ORGANIZATION)
    small = {**PHONE, "viewport": {"width": 360, "height": 740}}
    context = await with_session(browser, base, await open_session(database, nadia), **small)
    page = await context.new_page()
    await page.goto(f"/console/conversations/{visitor.id}")
    await page.get_by_role("button", name="Prendre la conversation").click()
    await whole(page)
    talk = await page.locator(".talk").bounding_box()
    assert talk is not None
    assert talk["height"] >= 740 / 2
    tops = "nodes => new Set(nodes.map(node => node.getBoundingClientRect().top)).size"
    for line in (".controls .actions summary", ".tools .modes, .tools .button"):
        assert await page.locator(line).evaluate_all(tops) <= 2, line
    assert await too_wide(page) == []
    await context.close()
