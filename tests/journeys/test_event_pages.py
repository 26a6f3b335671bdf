"""An administrator plans a date in a real browser, by keyboard and label, on any screen."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from marie.domain.events import EventRequest
from marie.domain.people import Role
from marie.services import events
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.journeys.test_pages import (  # noqa: F401 - two are fixtures
    DESK,
    ENLARGED,
    PHONE,
    base,
    browser,
    findings,
    too_wide,
    with_session,
)
from tests.staff import add_account, open_session

pytestmark = pytest.mark.browser
DAY = (datetime.now(timezone.utc) + timedelta(days=30)).date().isoformat()


async def fill(page: Page, *, capacity: str) -> None:
    await page.get_by_label("Séjour exploratoire").check()
    await page.get_by_label("Titre").fill("Deux jours à Rimouski")
    await page.get_by_label("Région").select_option("01")
    await page.get_by_label("Lieu").fill("Rimouski")
    await page.get_by_label("Jour", exact=True).fill(DAY)
    await page.get_by_label("Début").fill("09:00")
    await page.get_by_label("Fin").fill("16:30")
    await page.get_by_label("Places").fill(capacity)
    await page.get_by_label("Organisme").fill("PROMIS")


@pytest.mark.parametrize("look", [DESK, PHONE, ENLARGED], ids=["desk", "phone", "enlarged"])
async def test_date_is_planned_read_and_cancelled_on_pages_that_everybody_can_use(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
    look: dict[str, Any],
) -> None:
    check = too_wide if look is ENLARGED else findings
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    token = await open_session(database, staff)
    page = await (await with_session(browser, base, token, **look)).new_page()
    await page.goto("/admin/evenements")
    found = await check(page)
    await page.get_by_role("link", name="Ajouter une date").click()
    await fill(page, capacity="2")
    found += await check(page)
    await page.get_by_label("Fin").fill("08:00")
    await page.get_by_role("button", name="Annoncer cette date").click()
    wrong = page.get_by_label("Fin")
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("La fin doit venir après le début.")).to_be_visible()
    found += await check(page)
    await wrong.fill("16:30")
    await page.get_by_role("button", name="Enregistrer le brouillon").click()
    await expect(page.get_by_role("status")).to_contain_text("Les visiteurs n’en voient rien.")
    await expect(page.locator(".preview")).to_contain_text("• Deux jours à Rimouski")
    found += await check(page)
    await page.get_by_role("link", name="Séjours et séances").first.click()
    await expect(page.get_by_role("heading", name="En préparation")).to_be_visible()
    found += await check(page)
    await page.get_by_role("link", name="Deux jours à Rimouski").click()
    await page.get_by_role("button", name="Annoncer cette date").click()
    await expect(page.get_by_role("heading", name="Inscriptions")).to_be_visible()

    event_id = page.url.partition("?")[0].rsplit("/", 1)[1]
    for name in ("Awa Diop", "Luz " + "Herrera" * 12, "Amine"):
        visitor = await Visitor.arrive(client)
        request = EventRequest(
            event_id=event_id, action="join", name=name, email="a@example.org", outcomes={}
        )
        async with database.write() as connection:
            await events.decide(connection, visitor.id, request, now=datetime.now(timezone.utc))
    await page.reload()
    await expect(page.get_by_role("heading", name="Liste d’attente")).to_be_visible()
    found += await check(page)
    await page.goto("/admin/evenements")
    await expect(page.locator(".event")).to_contain_text("2 sur 2 places, 1 en attente")
    found += await check(page)
    await page.get_by_role("link", name="Deux jours à Rimouski").click()
    await page.get_by_text("Annuler…").click()
    await page.get_by_role("button", name="Oui, annuler cette date").click()
    await expect(page.get_by_text("Annulé", exact=True)).to_be_visible()
    found += await check(page)
    assert found == []
