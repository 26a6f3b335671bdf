"""An administrator keeps the directory true, by labels alone, and visitors hear it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from marie.domain.people import Role
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.settings import Settings
from marie.store.engine import Database
from tests.conftest import Client
from tests.directories import CPE, LONELY, TWIN, fill, heard, until_heard, until_said
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

HOME = "/admin/repertoire"


@pytest.fixture
async def knowledge(settings: Settings, database: Database) -> Knowledge:
    """Knowledge that follows what is published, and a directory to keep."""
    await fill(database, [CPE, LONELY])
    await fill(database, [TWIN], "autre")
    return open_knowledge(settings.knowledge, settings.data)


@pytest.mark.parametrize("look", [DESK, PHONE, ENLARGED], ids=["desk", "phone", "enlarged"])
async def test_phone_is_changed_a_duplicate_merged_and_a_file_imported_and_undone(  # noqa: PLR0917
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
    tmp_path: Path,
    look: dict[str, Any],
) -> None:
    check = too_wide if look is ENLARGED else findings
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    token = await open_session(database, staff)
    page = await (await with_session(browser, base, token, **look)).new_page()
    found: list[Any] = []

    await page.goto(HOME)
    found += await check(page)
    await page.get_by_label("Mots").fill("cpe rimouski")
    await page.get_by_role("button", name="Chercher").click()
    await page.get_by_role("link", name="CPE des Essais", exact=True).click()
    phone = page.get_by_label("Téléphone", exact=True)
    await phone.fill("12")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(phone).to_have_attribute("aria-invalid", "true")
    found += await check(page)
    await phone.fill("418-555-0144")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.get_by_text("Enregistré. Marie le dit")).to_be_visible()
    found += await check(page)
    await until_heard(client, CPE.id, phone="418 555-0144")

    await page.get_by_role("navigation", name="Répertoire").get_by_text("Doublons").click()
    await page.get_by_role("link", name="Comparer").click()
    found += await check(page)
    await page.get_by_role("button", name="Fusionner en une seule fiche").click()
    await expect(page.get_by_text("n’en font plus qu’une")).to_be_visible()
    kept = page.url.rsplit("/", 1)[1].partition("?")[0]
    (gone,) = {CPE.id, TWIN.id} - {kept}
    said = await until_heard(client, gone, id=kept)
    assert said is not None
    assert said["email"] == TWIN.email
    await page.get_by_role("button", name="Annuler ce changement").click()
    await until_heard(client, gone, id=gone)

    path = tmp_path / "essais.csv"
    path.write_text("nom;ville;téléphone\nMaison des Essais;Gaspé;418 555-0155\n;Gaspé;\n", "utf-8")
    await page.goto(HOME + "/imports")
    await page.get_by_label("Fichier", exact=True).set_input_files(path)
    await page.get_by_role("button", name="Envoyer").click()
    found += await check(page)
    await page.get_by_role("button", name="Comparer avec le répertoire").click()
    await expect(page.get_by_role("heading", name="Ce qui changerait")).to_be_visible()
    found += await check(page)
    await page.get_by_role("button", name="Appliquer", exact=True).click()
    await expect(page.get_by_role("heading", name="C’est appliqué")).to_be_visible()
    added = "liste-essais-maison-des-essais-gaspe"
    await until_said(client, added, phone="418 555-0155")
    await page.get_by_role("button", name="Annuler l’import").click()
    await expect(page.get_by_text("Annulé. Tout est comme avant.")).to_be_visible()
    await until_heard(client, added)
    assert await heard(client, CPE.id) is not None

    for address in ("/carte?region=01", "/liens", "/gestes", "/fiches/nouvelle"):
        await page.goto(HOME + address)
        found += await check(page)
    assert found == []
