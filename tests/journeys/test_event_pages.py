"""An administrator plans a date in a real browser, by keyboard and label, on any screen."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
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
PICTURES = os.environ.get("MARIE_PICTURES")
"""A folder for the pictures of docs/moving.md; none are taken without it."""

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


@pytest.mark.parametrize("look", [DESK, PHONE, ENLARGED], ids=["desk", "phone", "enlarged"])
async def test_two_people_change_one_date_and_an_earlier_version_is_laid_back(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
    look: dict[str, Any],
) -> None:
    check = too_wide if look is ENLARGED else findings
    pages = []
    for name in ("nadia", "samuel"):
        staff = await add_account(database, name, name=name.title(), role=Role.ADMINISTRATOR)
        token = await open_session(database, staff)
        pages.append(await (await with_session(browser, base, token, **look)).new_page())
    nadia, samuel = pages
    await nadia.goto("/admin/evenements/nouveau")
    await fill(nadia, capacity="2")
    await nadia.get_by_role("button", name="Annoncer cette date").click()
    await expect(nadia.get_by_role("heading", name="Inscriptions")).to_be_visible()
    address = nadia.url.partition("?")[0]
    await samuel.goto(address)
    await expect(samuel.get_by_text("Nadia a aussi cette page ouverte")).to_be_visible()

    await nadia.get_by_label("Lieu").fill("Matane")
    await nadia.get_by_label("Places").fill("3")
    await nadia.get_by_label("Pourquoi ce changement?").fill("La salle est prise")
    await nadia.get_by_role("button", name="Enregistrer", exact=True).click()
    await samuel.get_by_label("Ce qu’il faut savoir").fill("Repas et transport compris.")
    await samuel.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(samuel.get_by_role("alert")).to_contain_text("pendant que vous écriviez")
    found = await check(samuel)
    await samuel.get_by_role("button", name="Reprendre mes changements").click()
    await expect(samuel.get_by_label("Lieu")).to_have_value("Matane")
    found += await check(samuel)
    await samuel.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(samuel.get_by_role("status")).to_contain_text("C’est enregistré.")

    event_id = address.rsplit("/", 1)[1]
    people = ("Awa Diop", "Luz Herrera", "Amine Belkacem")
    for name in people:
        visitor = await Visitor.arrive(client)
        email = f"{name.split()[0].lower()}@example.org"
        request = EventRequest(
            event_id=event_id, action="join", name=name, email=email, outcomes={}
        )
        async with database.write() as connection:
            await events.decide(connection, visitor.id, request, now=datetime.now(timezone.utc))
    await samuel.goto(address)
    await _picture(samuel, "events", look)
    await samuel.get_by_role("link", name="Historique").click()
    await expect(samuel.get_by_role("cell", name="La salle est prise")).to_be_visible()
    found += await check(samuel)
    await samuel.get_by_role("link", name="Rétablir la version").last.click()
    told = samuel.get_by_text("Marie prévient les 3 personnes inscrites.")
    await expect(told).to_be_visible()
    found += await check(samuel)
    await _picture(samuel, "event-versions", look)
    await samuel.get_by_label("Pourquoi rétablir cette version?").fill("La salle est libre")
    await samuel.get_by_role("button", name="Rétablir cette version").click()
    places = samuel.get_by_label("Places")
    await expect(places).to_have_attribute("aria-invalid", "true")
    await expect(samuel.get_by_text("Plus de personnes que cela")).to_be_visible()
    found += await check(samuel)
    await places.fill("3")
    await samuel.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(samuel.get_by_role("status")).to_contain_text("C’est enregistré.")
    await expect(samuel.get_by_label("Lieu")).to_have_value("Rimouski")
    for name in people:
        await expect(samuel.get_by_text(name)).to_be_visible()
    assert found == []


async def _picture(page: Page, name: str, look: dict[str, Any]) -> None:
    """Keep the whole page of the desk, when pictures are asked for."""
    if PICTURES and look is DESK:
        await page.wait_for_timeout(400)
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
