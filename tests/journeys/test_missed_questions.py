"""What Marie missed is settled by somebody who follows the labels of the screens, and undone."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page
from playwright.async_api import expect as expected

from bot.actions.wiring import open_desk
from marie.knowledge.opened import Knowledge
from marie.settings import Settings
from tests.conftest import Visitor
from tests.fakes import FakeRasa
from tests.journeys.test_administrator_day import answer, thinking
from tests.journeys.test_editing import base, client, findings, nadia, spoken  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PRICE = "le zigonnage de la marmaille"
WOOD = "pogner du bois franc pour chauffer"
POEM = "un sonnet sur les patates"


def group_of(page: Page, question: str) -> Locator:
    """What the list shows of a question."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=question))


async def test_missed_questions_are_attached_written_set_aside_and_undone(
    nadia: Page,  # noqa: F811
    spoken: Knowledge,  # noqa: F811
    visitor: Visitor,
    rasa: FakeRasa,
    settings: Settings,
) -> None:
    rasa.script = thinking(open_desk(settings.knowledge, settings.data))
    for question in (PRICE, WOOD, POEM):
        assert await answer(visitor, question) not in {"childcare-cost", "bois-de-chauffage"}
    await nadia.goto("/admin/")
    await nadia.get_by_role("link", name="Questions manquées", exact=True).click()
    await expected(nadia.get_by_role("heading", name="3 questions attendent")).to_be_visible()
    assert await findings(nadia) == []

    await _attach(nadia)
    assert await answer(visitor, PRICE) == "childcare-cost"

    await _write(nadia)
    assert await answer(visitor, WOOD) == "bois-de-chauffage"

    await nadia.get_by_role("link", name="Questions manquées", exact=True).click()
    await expected(nadia.get_by_role("heading", name="1 question attend")).to_be_visible()
    await group_of(nadia, POEM).get_by_role("button", name="Pas pour Marie").click()
    await expected(nadia.get_by_role("status")).to_contain_text("cela ne regarde pas Marie")
    await expected(nadia.get_by_text("Aucune question manquée n’attend")).to_be_visible()

    # Thought better of it: at once, and later from the list of what was decided.
    await nadia.get_by_role("status").get_by_role("button", name="Annuler").click()
    await expected(nadia.get_by_role("status")).to_contain_text("C’est annulé")
    await expected(group_of(nadia, POEM)).to_be_visible()
    await nadia.get_by_role("link", name="Réglées").click()
    assert await findings(nadia) == []
    attached = group_of(nadia, PRICE).filter(has_text="Attachée à")
    await attached.get_by_role("button", name="Annuler").click()
    await expected(nadia.get_by_role("status")).to_contain_text("attendent de nouveau")
    await expected(group_of(nadia, PRICE)).to_be_visible()
    assert PRICE not in spoken.live.current().entries["childcare-cost"].questions
    assert await answer(visitor, PRICE) != "childcare-cost"


async def _attach(page: Page) -> None:
    """Give the first question to the entry that answers it."""
    await group_of(page, PRICE).get_by_role("link", name="Attacher à une fiche").click()
    await page.get_by_label("Chercher une fiche").fill("coûte garderie")
    await page.get_by_role("button", name="Chercher").click()
    await page.get_by_role("radio", name="Combien coûte une place en garderie?").check()
    await expected(page.get_by_label("Formulations à ajouter")).to_have_value(PRICE)
    await page.get_by_role("button", name="Attacher et publier").click()
    await expected(page.get_by_role("status")).to_contain_text("Marie répond maintenant")


async def _write(page: Page) -> None:
    """Write an entry for the second one: what was missed is in it already."""
    await group_of(page, WOOD).get_by_role("link", name="Écrire une fiche").click()
    await expected(page.get_by_label("Questions auxquelles elle répond")).to_have_value(WOOD)
    await page.get_by_label("Nom court").fill("bois-de-chauffage")
    await page.get_by_label("Titre", exact=True).fill("Où trouver du bois de chauffage?")
    said = "Demandez à la municipalité où vous vous installez : elle connaît les vendeurs."
    await page.get_by_role("textbox", name="Réponse", exact=True).fill(said)
    await page.get_by_label("La même en français simple").fill("Demandez à votre ville.")
    await page.get_by_label("Sujet", exact=True).select_option("housing.search")
    await page.get_by_label("Questions auxquelles elle répond").fill(
        f"{WOOD}\noù acheter du bois de chauffage\nbois de poêle"
    )
    source = page.get_by_role("group", name="Source n° 1")
    await source.get_by_label("Page n° 1").fill("Québec.ca, Habitation")
    await source.get_by_label("Adresse").fill("https://www.quebec.ca/habitation-territoire")
    await page.get_by_role("button", name="Publier maintenant").click()
    await expected(page.get_by_role("status").first).to_contain_text("C’est publié")
