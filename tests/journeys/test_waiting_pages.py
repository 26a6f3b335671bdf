"""Waiting in a real browser: the visitor's link, a counsellor's hours, what is next."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from playwright.async_api import expect as expected
from sqlalchemy import update

from marie import clock
from marie.domain.people import Role
from marie.store.engine import Database
from marie.store.tables import lead
from tests import browsers
from tests.conftest import Client
from tests.journeys.test_pages import with_session
from tests.staff import add_account, give_lead, open_session
from tests.waiting import booked, desk, rasa, receiving, waiting_talk

__all__ = ["desk", "rasa"]

pytestmark = pytest.mark.browser

SIZES = ((390, 844), (1280, 900))


@pytest.fixture
async def browser(client: Client) -> AsyncIterator[Browser]:
    """Debian's Chromium; it closes before the application, which waits for open sockets."""
    async with browsers.opened() as browser:
        yield browser


async def looked_at(page: Page, name: str) -> None:
    """No mistake that axe finds, nothing wider than the screen; a picture when one is asked for."""
    for width, height in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        wide = await page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name}: {wide} px at {width}"
        if folder := os.environ.get("MARIE_PICTURES"):
            await page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)


async def test_visitor_moves_and_cancels_by_her_link_without_a_script(
    browser: Browser, client: Client, database: Database
) -> None:
    await receiving(database, "nadia", ahead_days=2)
    _, path = await booked(client)
    base = str(client.make_url("")).rstrip("/")
    context = await browser.new_context(base_url=base, locale="fr-CA", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(path)
    await expected(page.get_by_role("heading", level=1)).to_have_text("Votre rendez-vous")
    await page.locator("label.hour").nth(4).click()
    await page.get_by_role("button", name="Prendre ce moment").click()
    await expected(page.get_by_role("status")).to_contain_text("C’est changé.")
    await page.get_by_text("Annuler le rendez-vous…").click()
    await page.get_by_role("button", name="Oui, annuler").click()
    await expected(page.get_by_role("heading", level=1)).to_have_text("Ce rendez-vous est annulé.")
    await context.close()


async def test_pages_about_waiting_have_no_mistake_that_axe_finds(
    browser: Browser, client: Client, database: Database
) -> None:
    nadia = await receiving(database, "nadia", ahead_days=2)
    _, path = await booked(client)
    late, other = await waiting_talk(client, "514 555-0123"), await waiting_talk(client)
    for talk in (late, other):
        await give_lead(talk.visitor, "promis")
    await late.press("Me faire rappeler")
    await late.press("Le soir")
    async with database.write() as connection:
        past = clock.now() - timedelta(days=1)
        await connection.execute(
            update(lead).where(lead.c.conversation_id == late.visitor.id).values(due_at=past)
        )
    base = str(client.make_url("")).rstrip("/")
    context = await with_session(browser, base, await open_session(database, nadia))
    page = await context.new_page()
    await page.goto("/console/suivi")
    await looked_at(page, "suivi")
    await page.locator("details.menu summary").get_by_text("Décider de la suite").first.click()
    await looked_at(page, "suivi-ouvert")
    await page.goto("/console/rendez-vous")
    await looked_at(page, "rendez-vous")
    await page.goto(f"/console/conversations/{late.visitor.id}")
    await looked_at(page, "dossier")
    await page.goto(path)
    await looked_at(page, "lien")
    await page.get_by_text("Annuler le rendez-vous…").click()
    await page.get_by_role("button", name="Oui, annuler").click()
    await looked_at(page, "lien-annule")
    await context.close()
    chief = await add_account(database, "sol", role=Role.SUPERVISOR)
    context = await with_session(browser, base, await open_session(database, chief))
    page = await context.new_page()
    await page.goto("/console/suivi")
    await expected(page.get_by_role("heading", name="En retard dans l’équipe")).to_be_visible()
    await looked_at(page, "suivi-supervision")
    await context.close()
