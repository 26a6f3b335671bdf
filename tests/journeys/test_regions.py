"""Which region: from a life told to a ranking with its figures, weighed again, and two compared."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.people import Browsing
from tests.running import RunningMarie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_visitor_weighs_the_regions_and_compares_the_first_two(
    marie: RunningMarie, browser: Browser
) -> None:
    context = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(context, marie.base)
    conversation = await visitor.conversation()
    page = visitor.page

    count = len(await conversation.log())
    await visitor.ask("Je suis soudeur, j'ai un enfant de 17 ans, quelle région choisir?")
    answer = (await conversation.until(count + 2))[-1]
    assert answer["topic"] == "region.recommend"
    assert len(answer["data"]["ranking"]) == 15
    assert answer["data"]["ranking"][0]["because"]
    assert answer["data"]["weights"]["college"] > 1
    assert all(each["read_on"] or "Ministère" in each["title"] for each in answer["sources"])
    await expect(page.get_by_role("img", name="Carte schématique")).to_be_visible()
    await expect(page.get_by_text("donnée absente").first).to_be_visible()

    count = len(await conversation.log())
    await page.get_by_role("button", name="Nature et espace : compte plus").click()
    weighed = (await conversation.until(count + 2))[-1]
    assert weighed["topic"] == "region.recommend"
    assert weighed["data"]["weights"]["nature"] > answer["data"]["weights"]["nature"]

    count = len(await conversation.log())
    await page.get_by_role("button", name="Comparer les deux premières").click()
    compared = (await conversation.until(count + 2))[-1]
    assert compared["topic"] == "region.compare"
    first, second = (each["region"] for each in weighed["data"]["ranking"][:2])
    assert compared["data"]["regions"] == [first, second]
    await expect(page.get_by_role("columnheader", name=second)).to_be_visible()
    await context.close()
