"""From an invitation to a second step and to the end of an account, in a real browser."""

from __future__ import annotations

import os
from typing import Any

import pyotp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from marie.domain.people import Role
from marie.store.engine import Database
from tests.conftest import Client
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
from tests.staff import PASSWORD, add_account, open_session, waiting_visitor

pytestmark = pytest.mark.browser

SHAPES: dict[str, dict[str, Any]] = {"desk": DESK, "phone": PHONE, "enlarged": ENLARGED}
LONG = "Aïssatou-Maximilienne Ouédraogo-Beauchemin"


class Look:
    """Looks at each page: what axe and the width say of it; with `MARIE_SHOTS` a picture too."""

    def __init__(self, name: str, *, axe: bool) -> None:
        self.name = name
        self.axe = axe
        self.found: list[str] = []

    async def at(self, page: Page, what: str) -> None:
        self.found += await (findings(page) if self.axe else too_wide(page))
        if folder := os.environ.get("MARIE_SHOTS"):
            await page.screenshot(path=f"{folder}/{what}-{self.name}.png", full_page=True)


async def use_invitation(context: BrowserContext, link: str, look: Look) -> Page:
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_label("Votre nom").fill(LONG)
    await page.get_by_label("Nom d’utilisateur").fill("chef")
    await page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    await page.get_by_label("Le même, encore une fois").fill(PASSWORD)
    await page.get_by_role("button", name="Ouvrir mon compte").click()
    await expect(page.get_by_label("Nom d’utilisateur")).to_have_attribute("aria-invalid", "true")
    await look.at(page, "invitation")
    await page.get_by_label("Nom d’utilisateur").fill("aissatou")
    await page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    await page.get_by_label("Le même, encore une fois").fill(PASSWORD)
    await page.get_by_role("button", name="Ouvrir mon compte").click()
    await expect(page).to_have_url("/console/")
    return page


async def switch_on(page: Page, look: Look) -> tuple[str, list[str]]:
    """The code that switched it on, and the recovery codes."""
    await page.goto("/console/compte")
    await look.at(page, "account")
    await page.get_by_role("link", name="Activer la deuxième étape").first.click()
    key = await page.locator(".key code").inner_text()
    totp = pyotp.TOTP(key.replace(" ", ""))
    square = page.get_by_role("img", name="Carré à scanner")
    assert await square.evaluate("each => each.naturalWidth") > 100
    await page.get_by_label("Code à six chiffres").fill("000000")
    await page.get_by_role("button", name="Activer").click()
    await expect(page.get_by_label("Code à six chiffres")).to_have_attribute("aria-invalid", "true")
    assert await page.locator(".key code").inner_text() == key
    await look.at(page, "second-factor")
    code = totp.now()
    await page.get_by_label("Code à six chiffres").fill(code)
    await page.get_by_role("button", name="Activer").click()
    await expect(page.get_by_role("heading", name="Vos codes de secours")).to_be_visible()
    await look.at(page, "recovery-codes")
    codes = await page.locator(".codes code").all_inner_texts()
    await page.get_by_role("link", name="Je les ai gardés").click()
    await expect(page.get_by_text("10 codes de secours inutilisés")).to_be_visible()
    await look.at(page, "account-guarded")
    return code, codes


async def sign_in(page: Page, look: Look, code: str, recovery: str) -> None:
    await page.get_by_label("Nom d’utilisateur").fill("aissatou")
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Se connecter").click()
    field = page.get_by_label("Code à six chiffres, ou code de secours")
    await expect(field).to_be_focused()
    await field.fill(code)  # the one that switched it on: used up
    await page.get_by_role("button", name="Continuer").click()
    await expect(page.get_by_role("alert")).to_contain_text("il a déjà servi")
    await look.at(page, "second-step")
    await field.fill(recovery)
    await page.get_by_role("button", name="Continuer").click()
    await expect(page).to_have_url("/console/")


@pytest.mark.parametrize("name", SHAPES)
async def test_somebody_is_invited_guards_her_account_and_leaves_nobody_alone(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
    name: str,
) -> None:
    shape = SHAPES[name]
    look = Look(name, axe=shape is not ENLARGED)
    chief = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    await add_account(database, "sol", name="Sol", role=Role.SUPERVISOR, organization="inici")
    token = await open_session(database, chief)
    admin = await (await with_session(browser, base, token, **shape)).new_page()
    await admin.goto("/admin/equipe")
    await admin.get_by_label("Courriel").fill("pas une adresse@")
    await admin.get_by_label("Nom (facultatif)").fill(LONG)
    await admin.get_by_label("Organisme").select_option("promis")
    await admin.evaluate("document.querySelector('.invite form').noValidate = true")
    await admin.get_by_role("button", name="Inviter").click()
    await expect(admin.get_by_label("Courriel")).to_have_attribute("aria-invalid", "true")
    await look.at(admin, "team-problem")
    await admin.get_by_label("Courriel").fill("aissatou@example.org")
    await admin.get_by_label("Organisme").select_option("promis")
    await admin.get_by_role("button", name="Inviter").click()
    link = await admin.get_by_label("Le lien").input_value()
    await look.at(admin, "team-invited")

    hers = await browser.new_context(base_url=base, locale="fr-CA", **shape)
    page = await use_invitation(hers, "/console/lien/" + link.rsplit("/", 1)[1], look)
    code, codes = await switch_on(page, look)
    await page.goto("/console/lien/" + link.rsplit("/", 1)[1])
    await expect(page.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()
    await look.at(page, "link-over")
    await page.goto("/console/compte")
    await page.locator(".menu.account summary").click()
    await page.get_by_role("button", name="Se déconnecter").click()
    await sign_in(page, look, code, codes[3])

    visitor = await waiting_visitor(client)
    await page.goto(f"/console/conversations/{visitor.id}")
    await page.get_by_role("button", name="Prendre la conversation").click()
    await expect(page.get_by_text("Marie se tait")).to_be_visible()
    assert (await visitor.log())["state"] == "counsellor"

    await admin.goto("/admin/equipe")
    await admin.get_by_role("link", name=LONG).click()
    await look.at(admin, "member")
    await admin.get_by_role("button", name="Désactiver le compte").click()
    await expect(admin.get_by_text("Le compte est désactivé")).to_be_visible()
    await look.at(admin, "member-disabled")
    log = await visitor.log()
    assert log["state"] == "waiting"
    assert LONG in log["messages"][-1]["text"]
    # Her page finds out by itself; going elsewhere before would meet it on its way.
    await expect(page.get_by_role("heading", name="Espace des personnes")).to_be_visible()
    await page.goto("/console/")
    await expect(page.get_by_role("heading", name="Espace des personnes")).to_be_visible()
    assert not look.found
