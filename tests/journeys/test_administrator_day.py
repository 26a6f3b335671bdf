"""An administrator's day, by what the screens say: everything that Marie knows is kept true."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page
from playwright.async_api import expect as expected

from bot.actions.respond import respond
from bot.actions.topics import FORMS, TOPICS
from bot.actions.turn import read_turn
from bot.actions.wiring import Desk, open_desk
from marie import clock
from marie.clock import local_date
from marie.domain.replies import Reply
from marie.knowledge.opened import Knowledge
from marie.services import masking
from marie.settings import Settings
from marie.store.engine import Database
from marie.store.links import Link, write_links
from tests.conftest import Client, Visitor
from tests.directories import CPE, LONELY, TWIN, fill, until_heard, until_said
from tests.fakes import FakeRasa
from tests.journeys.test_editing import (  # noqa: F401 - fixtures
    NEXT_YEAR,
    base,
    client,
    nadia,
    spoken,
)

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MISSED = "le zigonnage de la marmaille"
PICTURES = os.environ.get("MARIE_PICTURES")
"""A folder for the pictures of the guide (`knowledge/README.md`); none are taken without it."""


async def picture(page: Page, name: str) -> None:
    """Keep what the screen shows, when pictures are asked for."""
    if PICTURES:
        await page.wait_for_timeout(400)
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def thinking(desk: Desk) -> Callable[[dict[str, object]], Reply]:
    """The actions themselves, for whom Rasa understood nothing."""

    def script(turn: dict[str, object]) -> Reply:
        metadata = turn["metadata"]
        assert isinstance(metadata, dict)
        reading = {"name": "clarify", "confidence": 0.1}
        message = {
            "text": metadata.get("text") or turn["message"],
            "intent": reading,
            "intent_ranking": [reading],
            "entities": [],
            "metadata": metadata,
        }
        return respond(read_turn(message), desk, topics=TOPICS, forms=FORMS)

    return script


async def answer(visitor: Visitor, text: str) -> str | None:
    """The entry with which Marie answers."""
    before = (await visitor.log())["messages"][-1]["seq"]
    await visitor.post({"client_id": str(uuid.uuid4()), "text": text})
    for _ in range(480):
        said = (await visitor.log(before))["messages"]
        found = [each for each in said if each["author"] == "marie" and each["topic"]]
        if found:
            entry: str | None = found[-1]["entry"]
            return entry
        await asyncio.sleep(0.25)
    raise AssertionError(await visitor.log(before))


async def test_day_of_an_administrator(  # noqa: PLR0917 - a day is long
    nadia: Page,  # noqa: F811
    client: Client,  # noqa: F811
    spoken: Knowledge,  # noqa: F811
    visitor: Visitor,
    rasa: FakeRasa,
    settings: Settings,
    database: Database,
    tmp_path: Path,
) -> None:
    started = time.monotonic()
    await nadia.set_viewport_size({"width": 1100, "height": 720})
    await fill(database, [CPE, LONELY])
    await fill(database, [TWIN], "autre")
    dead = Link(
        url=CPE.url or "",
        checked_at=clock.now(),
        status=404,
        problem=None,
        failures=3,
        dead=True,
    )
    async with database.write() as connection:
        await write_links(connection, [dead])
    rasa.script = thinking(open_desk(settings.knowledge, settings.data))
    await asyncio.to_thread(masking.load)  # as when Marie starts: it takes seconds
    assert await answer(visitor, MISSED) != "childcare-cost"

    # The price of January.
    await nadia.goto("/admin/")
    await picture(nadia, "admin-today")
    await nadia.get_by_role("link", name="Montants", exact=True).click()
    await nadia.get_by_label("Chercher").fill("contribution réduite")
    await nadia.get_by_role("button", name="Chercher").click()
    await nadia.get_by_role("link", name="Contribution réduite, par jour et par enfant").click()
    await expected(nadia.get_by_label("À partir du")).to_have_value(f"{NEXT_YEAR}-01-01")
    await nadia.get_by_label("Valeur", exact=True).fill("9,95 $")
    await nadia.get_by_label("D’où vient-elle?").fill("Ministère de la Famille")
    await nadia.get_by_label("Adresse de la page").fill("https://www.mfa.gouv.qc.ca")
    await picture(nadia, "admin-price")
    await nadia.get_by_role("button", name="Publier").click()
    await expected(nadia.get_by_role("status").first).to_contain_text("C’est publié")
    first = local_date(clock.now()).replace(year=NEXT_YEAR, month=1, day=1)
    library = spoken.live.current()
    assert library.value("daycare_contribution", first).value == "9,95\u00a0$"
    assert library.value("daycare_contribution", local_date(clock.now())).value != "9,95\u00a0$"

    # The question that Marie missed.
    await nadia.get_by_role("link", name="Questions manquées").click()
    await expected(nadia.get_by_text(MISSED).first).to_be_visible()
    await picture(nadia, "admin-missed")
    await nadia.get_by_role("link", name="Attacher à une fiche").first.click()
    await nadia.get_by_label("Chercher une fiche").fill("coûte garderie")
    await nadia.get_by_role("button", name="Chercher").click()
    await nadia.get_by_role("radio", name="Combien coûte une place en garderie?").check()
    await nadia.get_by_role("button", name="Attacher et publier").click()
    await expected(nadia.get_by_role("status").first).to_contain_text("Marie répond maintenant")
    assert await answer(visitor, MISSED) == "childcare-cost"

    # A list that came by mail, and was the wrong one.
    path = tmp_path / "essais.csv"
    path.write_text("nom;ville;téléphone\nMaison des Essais;Gaspé;418 555-0155\n", "utf-8")
    await nadia.get_by_role("link", name="Répertoire", exact=True).first.click()
    await nadia.get_by_role("navigation", name="Répertoire").get_by_text("Imports").click()
    await nadia.get_by_label("Fichier", exact=True).set_input_files(path)
    await nadia.get_by_role("button", name="Envoyer").click()
    await nadia.get_by_role("button", name="Comparer avec le répertoire").click()
    await expected(nadia.get_by_role("heading", name="Ce qui changerait")).to_be_visible()
    await picture(nadia, "admin-import")
    await nadia.get_by_role("button", name="Appliquer", exact=True).click()
    await expected(nadia.get_by_role("heading", name="C’est appliqué")).to_be_visible()
    added = "liste-essais-maison-des-essais-gaspe"
    await until_said(client, added, seconds=10, phone="418 555-0155")
    await nadia.get_by_role("button", name="Annuler l’import").click()
    await expected(nadia.get_by_text("Annulé. Tout est comme avant.")).to_be_visible()

    # A dead link, then two cards of one place.
    await nadia.get_by_role("navigation", name="Répertoire").get_by_text("Liens morts").click()
    await nadia.get_by_role("link", name="CPE des Essais").first.click()
    await nadia.get_by_role("textbox", name="Site web").fill("https://example.org/nouveau")
    await nadia.get_by_role("button", name="Enregistrer").click()
    await expected(nadia.get_by_text("Enregistré. Marie le dit")).to_be_visible()
    await until_said(client, CPE.id, seconds=10, url="https://example.org/nouveau")
    await nadia.get_by_role("navigation", name="Répertoire").get_by_text("Doublons").click()
    await nadia.get_by_role("link", name="Comparer").click()
    await picture(nadia, "admin-twins")
    await nadia.get_by_role("button", name="Fusionner en une seule fiche").click()
    await expected(nadia.get_by_text("n’en font plus qu’une")).to_be_visible()
    kept = nadia.url.rsplit("/", 1)[1].partition("?")[0]
    (gone,) = {CPE.id, TWIN.id} - {kept}
    await until_heard(client, gone, id=kept)

    # What nobody had compared with its official page.
    await nadia.get_by_role("link", name="Aujourd’hui").click()
    await nadia.get_by_role("button", name="Vérifié aujourd’hui").first.click()
    await expected(nadia.get_by_role("status").first).to_contain_text("Vérifié aujourd’hui")

    if PICTURES:
        await _more_pictures(nadia)
    assert time.monotonic() - started < 240


async def _more_pictures(page: Page) -> None:
    await page.goto("/admin/fiches/childcare-cost/modifier")
    await picture(page, "admin-entry")
    await page.get_by_role("textbox", name="Réponse", exact=True).fill("C’est {tarif} par jour.")
    await page.get_by_role("button", name="Publier maintenant").click()
    await picture(page, "admin-refused")
    await page.goto("/admin/fiches/childcare-cost/historique")
    await picture(page, "admin-history")
