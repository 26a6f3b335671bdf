"""What is sent, and referring, in a real browser: axe finds nothing, wide or narrow."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from marie import clock
from marie.domain.people import Role
from marie.services.notifications import notify_staff
from marie.settings import Settings
from marie.store import referrals as store
from marie.store import tables
from marie.store.engine import Database
from tests import browsers
from tests.conftest import Client, Visitor
from tests.staff import COOKIE, add_account, open_session, waiting_visitor
from tests.web.test_referral import AGENT, link, page_of, press
from tests.web.test_sending import send_all

pytestmark = pytest.mark.browser

KEPT = os.environ.get("MARIE_SCREENSHOTS")
"""A folder to keep what the pages look like in."""


@pytest.fixture
async def browser(client: Client) -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    async with browsers.opened() as browser:
        yield browser


class Looker:
    """One signed-in browser that looks at pages twice: on a phone and on a desk."""

    def __init__(self, browser: Browser, base: str, token: str | None) -> None:
        self.browser, self.base, self.token = browser, base, token

    async def look(self, path: str, name: str) -> None:
        """Open a page on a phone, then on a dark desk; axe finds nothing, nothing is too wide."""
        context = await self.browser.new_context(
            base_url=self.base, locale="fr-CA", viewport={"width": 390, "height": 844}
        )
        if self.token is not None:
            await context.add_cookies([{"name": COOKIE, "value": self.token, "url": self.base}])
        page = await context.new_page()
        await page.goto(path)
        await check(page, f"{name}-390")
        await page.set_viewport_size({"width": 1280, "height": 844})
        await page.emulate_media(color_scheme="dark")
        await check(page, f"{name}-1280")
        await context.close()


async def check(page: Page, name: str) -> None:
    if KEPT:
        await page.screenshot(path=str(Path(KEPT) / f"{name}.png"), full_page=True)
    await page.wait_for_timeout(300)  # buttons fade to their other colours for 120 ms
    found = await Axe().run(page)
    wrong = [
        (each["id"], [node["html"] for node in each["nodes"]])
        for each in found.response["violations"]
    ]
    assert wrong == [], json.dumps(wrong, indent=1, ensure_ascii=False)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_pages_of_what_is_sent_are_accessible(
    client: Client, database: Database, browser: Browser, settings: Settings
) -> None:
    admin = await add_account(database, "claire", role=Role.ADMINISTRATOR)
    token = await open_session(database, admin)
    looker = Looker(browser, str(client.make_url("")).rstrip("/"), token)
    await looker.look("/admin/envois", "sending-empty")
    for username, email in (("awa", "awa@promis.example"), ("luc", "nobody")):
        staff = await add_account(database, username)
        async with database.write() as connection:
            known = tables.staff
            await connection.execute(
                known.update().where(known.c.id == staff.id).values(email=email)
            )
            await notify_staff(
                connection, staff.id, "transfer", path="/console/", key="k", now=clock.now()
            )
    async with client.post(
        "/admin/envois/webhooks",
        data={"url": "http://127.0.0.1:9/marie", "kind-new_lead": "on", "kind-transfer": "on"},
        headers={"Cookie": f"{COOKIE}={token}"},
    ) as response:
        assert response.status == 201
    await waiting_visitor(client)
    await send_all(client)
    await looker.look("/admin/envois", "sending")
    await looker.look("/console/avis", "own-notices")
    mail, *_ = (settings.data / "outbox").glob("*.eml")
    await looker.look(f"/admin/envois/courriels/{mail.stem}", "mail")


async def test_list_of_agents_is_accessible(
    client: Client, database: Database, browser: Browser
) -> None:
    admin = await add_account(database, "claire", role=Role.ADMINISTRATOR)
    token = await open_session(database, admin)
    looker = Looker(browser, str(client.make_url("")).rstrip("/"), token)
    await looker.look("/admin/agents", "agents-empty")
    async with database.write() as connection:
        await store.replace_agents(connection, [AGENT], now=clock.now())
    await looker.look("/admin/agents", "agents")


async def test_referral_is_accessible_from_the_question_to_the_answer(
    client: Client, database: Database, browser: Browser, settings: Settings
) -> None:
    visitor = await waiting_visitor(client, "Je pense à Matane")
    async with database.write() as connection:
        known = tables.lead
        await connection.execute(
            known.update()
            .where(known.c.conversation_id == visitor.id)
            .values(organization="promis", name="Fatou", phone="418 555-0123")
        )
        await store.replace_agents(connection, [AGENT], now=clock.now())
    counsellor = await add_account(database, "awa", name="Awa")
    token = await open_session(database, counsellor)
    base = str(client.make_url("")).rstrip("/")
    looker = Looker(browser, base, token)
    await post(client, token, f"/console/conversations/{visitor.id}/prendre")
    await looker.look(page_of(visitor), "referral-choose")
    await post(client, token, page_of(visitor), kind="agent", agent=AGENT.id)
    assert await press(visitor, "Oui, transmettez") == 202
    await looker.look(page_of(visitor), "referral-agreed")
    path = await link(client, settings)
    reader = Looker(browser, base, None)
    await reader.look(path, "referral-file")
    await answer(client, path, state="contacting", reason="Je l’appelle demain.")
    await answer(client, path, state="refused")
    await reader.look(path, "referral-gone")


async def test_visitor_answers_by_the_buttons_of_the_plain_page(
    client: Client, database: Database, browser: Browser
) -> None:
    base = str(client.make_url("")).rstrip("/")
    context = await browser.new_context(base_url=base, locale="fr-CA", java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/chat")
    await page.get_by_role("button", name="J’accepte").click()
    await page.locator('button[value="/handoff"]').click()
    cookie = next(each["value"] for each in await context.cookies() if each["name"] == "marie_chat")
    conversation_id, _, token = cookie.partition(".")
    visitor = Visitor(client, {"conversation_id": conversation_id, "token": token})
    async with database.write() as connection:
        await connection.execute(
            tables.lead.update()
            .where(tables.lead.c.conversation_id == visitor.id)
            .values(organization="promis")
        )
        await store.replace_agents(connection, [AGENT], now=clock.now())
    counsellor = await add_account(database, "awa", name="Awa")
    session = await open_session(database, counsellor)
    await post(client, session, f"/console/conversations/{visitor.id}/prendre")
    await post(client, session, page_of(visitor), kind="agent", agent=AGENT.id)
    await page.goto("/chat")
    await page.get_by_role("button", name="Oui, transmettez").click()
    await page.goto("/chat")
    await page.get_by_role("button", name="Retirer mon accord").click()
    await page.goto("/chat")
    assert "Votre accord est retiré" in await page.inner_text("main")
    await context.close()


async def post(client: Client, token: str, path: str, **fields: str) -> None:
    async with client.post(
        path,
        data={"client_id": str(uuid.uuid4()), **fields},
        headers={"Cookie": f"{COOKIE}={token}"},
    ) as response:
        assert response.status == 200, await response.text()


async def answer(client: Client, path: str, **fields: str) -> None:
    async with client.post(path, data=fields) as response:
        assert response.status == 200
