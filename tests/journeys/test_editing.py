"""What Marie says is changed by somebody who follows the labels of the screens, and is heard."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from playwright.async_api import expect as expected

from marie import clock
from marie.clock import local_date
from marie.domain.people import Role
from marie.knowledge.opened import Knowledge, open_knowledge
from marie.rasa.model import train
from marie.settings import ROOT, Settings
from marie.store.engine import Database
from marie.web.app import create_app
from tests import browsers
from tests.conftest import Client
from tests.fakes import FakeRasa
from tests.journeys.people import arrive
from tests.running import RunningMarie, running_marie
from tests.staff import COOKIE, add_account, open_session

pytestmark = pytest.mark.browser

TWO_MINUTES = 120.0
NEXT_YEAR = local_date(clock.now()).year + 1


@pytest.fixture
def spoken(settings: Settings) -> Knowledge:
    return open_knowledge(settings.knowledge, settings.data)


@pytest.fixture
async def client(
    settings: Settings, database: Database, rasa: FakeRasa, spoken: Knowledge
) -> AsyncIterator[Client]:
    """An application that says what is published in this test."""
    fake = rasa.server()
    await fake.start_server()
    assert fake.port is not None
    ours = replace(settings, rasa_port=fake.port, actions_port=fake.port)
    client: Client = Client(TestServer(create_app(ours, knowledge=spoken), host="127.0.0.1"))
    await client.start_server()
    yield client
    await client.close()
    await fake.close()


@pytest.fixture
def base(client: Client) -> str:
    """Its address."""
    return str(client.make_url("")).rstrip("/")


@pytest.fixture
async def nadia(base: str, database: Database) -> AsyncIterator[Page]:
    """A social worker's browser, signed in, in which nothing may go wrong."""
    staff = await add_account(database, "nadia", role=Role.ADMINISTRATOR)
    token = await open_session(database, staff)
    thrown: list[str] = []
    async with browsers.opened() as browser:
        context = await browser.new_context(base_url=base, locale="fr-CA")
        await context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
        page = await context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        yield page
    assert thrown == []


async def findings(page: Page) -> list[Any]:
    """What axe finds on the page."""
    results = await Axe().run(page)
    return [(each["id"], each["nodes"][0]["target"]) for each in results.response["violations"]]


async def test_price_of_the_first_of_january_is_changed_by_following_the_labels(
    nadia: Page, spoken: Knowledge
) -> None:
    started = time.monotonic()
    await nadia.goto("/admin/")
    await nadia.get_by_role("link", name="Montants", exact=True).click()
    await nadia.get_by_label("Chercher").fill("prix garderie")
    await nadia.get_by_role("button", name="Chercher").click()
    await nadia.get_by_role("link", name="Contribution réduite, par jour et par enfant").click()
    await expected(nadia.get_by_label("À partir du")).to_have_value(f"{NEXT_YEAR}-01-01")
    await nadia.get_by_label("Valeur", exact=True).fill("9,95 $")
    await nadia.get_by_label("D’où vient-elle?").fill("Ministère de la Famille")
    await nadia.get_by_label("Adresse de la page").fill("https://www.mfa.gouv.qc.ca")
    preview = nadia.get_by_role("complementary", name="Réponse", exact=True)
    await expected(preview).to_contain_text("9,95\u00a0$ par jour")
    simple = nadia.get_by_role("complementary", name="En français simple")
    await expected(simple).to_contain_text("9,95\u00a0$")
    assert await findings(nadia) == []
    await nadia.get_by_role("button", name="Publier").click()
    await expected(nadia.get_by_role("status").first).to_contain_text("C’est publié")
    await expected(nadia.get_by_role("status").first).to_contain_text(
        f"à partir du 1er janvier {NEXT_YEAR}; d’ici là, rien ne change"
    )
    assert time.monotonic() - started < TWO_MINUTES
    await expected(nadia.get_by_label("À partir du")).to_have_value(f"{NEXT_YEAR + 1}-01-01")
    library = spoken.live.current()
    first = local_date(clock.now()).replace(year=NEXT_YEAR, month=1, day=1)
    assert library.value("daycare_contribution", first).value == "9,95\u00a0$"


async def test_answer_is_rewritten_with_its_preview_corrected_and_taken_back(
    nadia: Page, spoken: Knowledge
) -> None:
    before = spoken.live.current().entries["childcare-cost"].text
    await nadia.goto("/admin/fiches")
    await nadia.get_by_label("Chercher").fill("coûte garderie")
    await nadia.get_by_role("button", name="Chercher").click()
    await nadia.get_by_role("link", name="Combien coûte une place en garderie?").click()
    await expected(nadia.get_by_role("complementary", name="Réponse", exact=True)).to_be_visible()
    await nadia.get_by_role("link", name="Modifier").click()
    text = nadia.get_by_role("textbox", name="Réponse", exact=True)
    await text.fill("Une place coûte {tarif}.")
    await expected(nadia.locator("#apercu")).to_contain_text(
        "le paramètre « {tarif} » n’existe pas"
    )
    await nadia.get_by_role("button", name="Publier maintenant").click()
    alert = nadia.get_by_role("alert")
    await expected(alert).to_contain_text("Rien n’est publié")
    await expected(text).to_have_value("Une place coûte {tarif}.")
    await expected(text).to_have_attribute("aria-invalid", "true")
    assert await findings(nadia) == []
    assert spoken.live.current().entries["childcare-cost"].text == before
    await text.fill("Une place coûte {daycare_contribution}.")
    preview = nadia.get_by_role("complementary", name="Réponse", exact=True)
    await expected(preview).to_contain_text("Une place coûte 9,")
    await nadia.get_by_label("Pourquoi ce changement?").fill("Plus court")
    await nadia.get_by_role("button", name="Publier maintenant").click()
    await expected(nadia.get_by_role("status").first).to_contain_text("C’est publié")
    now = spoken.live.current().entries["childcare-cost"].text
    assert now == "Une place coûte {daycare_contribution}."

    await nadia.get_by_role("link", name="Historique").click()
    assert await findings(nadia) == []
    await nadia.get_by_role("link", name=re.compile("N°")).first.click()
    await expected(nadia.get_by_text("Plus court")).to_be_visible()
    await expected(nadia.locator("del").first).to_be_visible()
    assert await findings(nadia) == []
    await nadia.go_back()
    await nadia.get_by_role("button", name=re.compile("Rétablir la version")).click()
    await expected(nadia.get_by_role("status").first).to_contain_text("C’est publié")
    assert spoken.live.current().entries["childcare-cost"].text == before


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMarie]:
    """A Marie of her own."""
    data = tmp_path_factory.mktemp("edited")
    train(ROOT / "bot" / "models", data, dict(os.environ))
    with running_marie(data) as started:
        started.marie(
            "user", "add", "nadia", "--role", "administrator", "--password", "mot de passe long"
        )
        yield started


@pytest.mark.rasa
@pytest.mark.asyncio(loop_scope="session")
async def test_published_text_is_heard_in_the_very_next_turn(
    edited: RunningMarie, browser: Browser
) -> None:
    conversation = await arrive(edited.base)

    async def heard() -> str:
        """What Marie answers, however busy the machine is."""
        count = len(await conversation.log())
        await conversation.say("combien coûte la garderie")
        for _ in range(60):
            said = [each for each in (await conversation.log())[count:] if each["entry"]]
            if said:
                return str(said[-1]["text"])
            await asyncio.sleep(0.5)
        raise AssertionError(await conversation.log())

    assert "subventionnée" in await heard()
    context = await browser.new_context(base_url=edited.base, locale="fr-CA")
    page = await context.new_page()
    await page.goto("/console/")
    await page.get_by_label("Nom d’utilisateur").fill("nadia")
    await page.get_by_label("Mot de passe").fill("mot de passe long")
    await page.get_by_role("button", name="Se connecter").click()
    await page.goto("/admin/fiches/childcare-cost/modifier")
    text = page.get_by_role("textbox", name="Réponse", exact=True)
    await text.fill("Une place coûte désormais {daycare_contribution}.")
    await page.get_by_role("button", name="Publier maintenant").click()
    await expected(page.get_by_role("status").first).to_contain_text("C’est publié")
    assert "Une place coûte désormais 9," in await heard()
    await context.close()
