"""Every page of the administration: for axe, on a phone, on a tablet, enlarged, by keyboard."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page
from playwright.async_api import expect as expected

from marie.knowledge.opened import Knowledge
from marie.store.engine import Database
from tests.admin_pages import addresses, happened
from tests.conftest import Client
from tests.journeys.test_editing import (  # noqa: F401 - fixtures
    NEXT_YEAR,
    base,
    client,
    nadia,
    spoken,
)
from tests.journeys.test_pages import findings, too_wide

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PICTURES = os.environ.get("MARIE_PICTURES_OF_PAGES")
"""A folder for a picture of every page at every width; none are taken without it."""

SETTLED = """() => Promise.allSettled(document.getAnimations()
    .filter((each) => each instanceof CSSTransition).map((each) => each.finished))"""
"""Colours that pass over into those of the night have arrived."""

SIDEWAYS = """() => [...document.querySelectorAll('.scroll:has(table:not(.counts, .holes))')]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.ariaLabel)"""
"""Tables that a phone has to push sideways, but for those whose columns are compared."""

SECTIONS = (
    *("", "fiches", "montants", "phrases", "programmes", "lieux", "repertoire", "evenements"),
    *("manques", "verifier", "qualite", "modeles", "repartition", "equipe", "envois"),
    *("registres", "agents", "reglages"),
)


def section_of(address: str) -> str:
    """The part of the administration that an address belongs to."""
    return address.removeprefix("/admin").strip("/").split("/")[0]


def test_every_section_is_walked(client: Client) -> None:  # noqa: F811
    assert {section_of(each) for each in addresses(client.app)} <= set(SECTIONS)


@pytest.mark.parametrize("section", SECTIONS)
async def test_every_page_can_be_read_on_any_screen_and_by_any_reader(
    section: str,
    nadia: Page,  # noqa: F811
    client: Client,  # noqa: F811
    database: Database,
) -> None:
    since = await happened(client, database)
    found = []
    for address in dict.fromkeys([*addresses(client.app), *since]):
        if section_of(address) != section:
            continue
        await nadia.emulate_media(color_scheme="light")
        await nadia.set_viewport_size({"width": 1280, "height": 800})
        answer = await nadia.goto(address)
        assert answer is not None
        if answer.status != 200:
            found.append(f"{address}: {answer.status}")
            continue
        if await nadia.get_by_role("heading", level=1).count() != 1:
            found.append(f"{address}: one h1")
        found += await findings(nadia)
        await _picture(nadia, address, "desk")
        await nadia.set_viewport_size({"width": 820, "height": 1180})
        found += [f"tablet {each}" for each in await too_wide(nadia)]
        await nadia.set_viewport_size({"width": 640, "height": 512})
        found += [f"enlarged {each}" for each in await findings(nadia)]
        await _picture(nadia, address, "enlarged")
        await nadia.emulate_media(color_scheme="dark")
        await nadia.set_viewport_size({"width": 390, "height": 844})
        await nadia.evaluate(SETTLED)
        found += [f"phone {each}" for each in await findings(nadia)]
        found += [f"sideways {address} {each}" for each in await nadia.evaluate(SIDEWAYS)]
        await _picture(nadia, address, "phone")
    assert found == []


async def _picture(page: Page, address: str, look: str) -> None:
    """Keep the whole page, when pictures are asked for."""
    if PICTURES:
        name = (
            re.sub(r"[^a-z0-9-]+|[0-9a-f]{16,}", "-", address.removeprefix("/admin").strip("/"))
            or "jour"
        )
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.{look}.png"), full_page=True)


async def test_row_is_read_downwards_on_a_phone_and_across_on_a_desk(
    nadia: Page,  # noqa: F811
) -> None:
    await nadia.goto("/admin/montants?q=contribution+réduite")
    cell = nadia.locator("td").first
    column = "(node) => getComputedStyle(node, '::before').content"
    assert await cell.evaluate(column) == "none"
    assert await cell.evaluate("(node) => getComputedStyle(node).display") == "table-cell"
    await nadia.set_viewport_size({"width": 390, "height": 844})
    assert await cell.evaluate(column) == '"Aujourd’hui"'
    assert await cell.evaluate("(node) => getComputedStyle(node).display") == "block"


async def test_paper_is_white_and_without_navigation_also_for_who_reads_in_the_dark(
    nadia: Page,  # noqa: F811
) -> None:
    await nadia.emulate_media(color_scheme="dark")
    await nadia.goto("/admin/fiches/childcare-cost")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    sections = nadia.get_by_role("navigation", name="Administration")
    assert await nadia.evaluate(ground) != "rgb(255, 255, 255)"
    await expected(sections).to_be_visible()
    await nadia.emulate_media(color_scheme="dark", media="print")
    assert await nadia.evaluate(ground) == "rgb(255, 255, 255)"
    await expected(sections).not_to_be_visible()


async def test_open_section_is_told_apart_in_forced_colours(
    nadia: Page,  # noqa: F811
) -> None:
    await nadia.emulate_media(forced_colors="active")
    await nadia.goto("/admin/fiches")
    line = "(node) => getComputedStyle(node).borderBottomColor"
    sections = nadia.get_by_role("navigation", name="Administration")
    opened = await sections.get_by_role("link", name="Fiches", exact=True).evaluate(line)
    other = await sections.get_by_role("link", name="Montants").evaluate(line)
    assert opened != other


async def test_sections_are_reached_from_a_phone_and_without_a_mouse(
    nadia: Page,  # noqa: F811
) -> None:
    await nadia.set_viewport_size({"width": 360, "height": 740})
    await nadia.goto("/admin/fiches")
    sections = nadia.get_by_role("navigation", name="Administration")
    await expected(sections.get_by_role("link")).to_have_count(0)
    await sections.get_by_role("button", name="Fiches").press("Enter")
    assert await findings(nadia) == []
    await expected(sections.get_by_role("list", name="Ce que Marie dit")).to_be_visible()
    await _tab_to(nadia, sections.get_by_role("link", name="Questions manquées"))
    await nadia.keyboard.press("Escape")
    await expected(sections.get_by_role("link")).to_have_count(0)
    await sections.get_by_role("button", name="Fiches").press("Enter")
    await sections.get_by_role("link", name="Questions manquées").press("Enter")
    await expected(nadia.get_by_role("heading", level=1)).to_have_text("Questions manquées")
    await nadia.set_viewport_size({"width": 1280, "height": 800})
    await expected(sections.get_by_role("link")).to_have_count(len(SECTIONS) - 1)
    await expected(sections.get_by_role("button")).to_have_count(0)


async def test_price_is_changed_with_the_keyboard_alone(
    nadia: Page,  # noqa: F811
    spoken: Knowledge,  # noqa: F811
) -> None:
    await nadia.goto("/admin/montants?q=contribution+réduite")
    link = nadia.get_by_role("link", name="Contribution réduite, par jour et par enfant")
    await _tab_to(nadia, link)
    await nadia.keyboard.press("Enter")
    await expected(nadia.get_by_label("À partir du")).to_have_value(f"{NEXT_YEAR}-01-01")
    await _tab_to(nadia, nadia.get_by_label("Valeur", exact=True))
    await nadia.keyboard.type("9,95 $")
    await nadia.keyboard.press("Tab")
    await nadia.keyboard.press("ControlOrMeta+A")
    await nadia.keyboard.type("Ministère de la Famille")
    await nadia.keyboard.press("Tab")
    await nadia.keyboard.press("ControlOrMeta+A")
    await nadia.keyboard.type("https://www.mfa.gouv.qc.ca")
    await nadia.keyboard.press("Tab")
    await nadia.keyboard.press("Space")
    await _tab_to(nadia, nadia.get_by_role("button", name="Publier", exact=True))
    await nadia.keyboard.press("Enter")
    await expected(nadia.get_by_role("status").first).to_contain_text("C’est publié")
    values = spoken.live.current().parameters["daycare_contribution"].values
    assert values[-1].value == "9,95\u00a0$"
    assert values[-1].source.verified_on is not None


async def _tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await wanted.evaluate("(node) => node === document.activeElement"):
            return
    raise AssertionError(f"no way to {wanted} by keyboard")
