"""Every page of the console, as the table of the staff's routes lists them, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page
from playwright.async_api import expect as expected

from marie.store.engine import Database
from tests.conftest import Client
from tests.journeys.people import whole
from tests.journeys.test_pages import (
    DESK,
    PHONE,
    base,  # noqa: F401 - fixtures
    browser,  # noqa: F401
    findings,
    with_session,
    words,
)
from tests.staff import ORGANIZATION, add_account, give_lead, open_session
from tests.waiting import desk, rasa, waiting_talk
from tests.web.console import colleagues, page_of
from tests.web.test_hostile_fields import busy, console_pages

__all__ = ["desk", "rasa"]

pytestmark = pytest.mark.browser

ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 400}, "color_scheme": "light"}
"""A screen of 1280 × 800 at 200 %."""


async def picture(page: Page, name: str) -> None:
    """Kept where MARIE_SCREENSHOTS says, if it does."""
    if folder := os.environ.get("MARIE_SCREENSHOTS"):
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


QUERIES = {"recherche": ("?q=bonjour",), "inserer": ("?q=garderie",)}
"""What is asked of pages that show nothing unasked."""

LOOKS = {"desk": DESK, "phone": PHONE, "zoomed": ZOOMED}


@pytest.mark.parametrize("look", LOOKS)
async def test_axe_finds_nothing_on_any_page_of_the_console(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
    look: str,
) -> None:
    async with colleagues(client, database) as make:
        chief, talk, public = await busy(client, database, make)
        for contact in ("awa@example.org", "514 555-0123"):
            visitor = (await waiting_talk(client, contact)).visitor
            await give_lead(visitor, ORGANIZATION)
        await (await make("sol")).claim(visitor)
    token = await open_session(database, chief.staff)
    context = await with_session(browser, base, token, **LOOKS[look])
    stranger = await browser.new_context(base_url=base, **LOOKS[look])
    page, outside = await context.new_page(), await stranger.new_page()
    conversation = page_of(talk.visitor)
    found = []
    for number, path in enumerate([*console_pages(conversation_id=talk.visitor.id), public]):
        name = f"{look}-{number:02}-{path.strip('/').replace('/', '-')[:40]}"
        if path.endswith(("/liste", "/appels")):  # no page of its own: asked for by one
            continue
        if path.startswith("/console/connexion"):
            await outside.goto(path)
            found += await findings(outside)
            await picture(outside, name)
            continue
        for query in ("", *QUERIES.get(path.rpartition("/")[2], ())):
            await page.goto(path + query)
            found += await findings(page)
            await picture(page, name + query[1:])
        if path == conversation:
            await page.evaluate("location.hash = 'dossier'")
            await expected(page.locator("#dossier")).to_be_visible()
            await page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
            found += await findings(page)
            await picture(page, f"{look}-panels")
    assert found == []
    await context.close()


async def test_from_claim_to_close_without_a_mouse(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    visitor = (await waiting_talk(client)).visitor
    await give_lead(visitor, ORGANIZATION)
    context = await with_session(browser, base, await open_session(database, nadia))
    page = await context.new_page()
    await page.goto("/console/")
    for key in ("j", "p"):
        await page.keyboard.press(key)
    await expected(page.get_by_label("Votre message")).to_be_focused()
    await whole(page)
    await page.keyboard.type("Bonjour")
    await page.keyboard.press("Enter")
    for key in ("Escape", "n"):
        await page.keyboard.press(key)
    await page.keyboard.type("À suivre en janvier")
    await page.keyboard.press("Enter")
    await expected(page.locator("#log .message.note")).to_contain_text("À suivre en janvier")
    await page.keyboard.press("Escape")
    for _ in range(40):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.id") == "close":
            break
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    for _ in range(3):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.tagName") == "BUTTON":
            break
    await page.keyboard.press("Enter")
    await expected(page.get_by_text("Conversation terminée.")).to_be_visible()
    assert await words(visitor) == ["Bonjour"]
    assert (await visitor.log())["state"] == "closed"
    await context.close()
