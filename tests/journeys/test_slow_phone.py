"""A slow phone: 400 kbit/s and 400 ms for a round trip, in a real browser on the running Marie."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.link import link_to
from tests.journeys.people import Browsing
from tests.running import RunningMarie

ROUND_TRIP = 0.4
RATE = 400_000 / 8
LOADED = 5.0
ANSWERED = 2.5

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
]


async def test_widget_loads_in_five_seconds_and_draws_the_answer_in_two_and_a_half(
    marie: RunningMarie, browser: Browser
) -> None:
    context = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    async with link_to(marie.port, round_trip=ROUND_TRIP, rate=RATE) as link:
        visitor = Browsing(await context.new_page(), link.base)
        began = time.monotonic()
        await visitor.page.goto(f"{link.base}/", wait_until="commit")
        await expect(visitor.launcher).to_be_visible(timeout=30_000)
        loaded = time.monotonic() - began

        await visitor.launcher.click()
        await visitor.page.get_by_role("button", name="J’accepte et je commence").click()
        await expect(visitor.messages).to_have_count(1)
        answered = []
        for count, question in ((3, "Y a-t-il un cégep à Rimouski?"), (5, "Et à Gaspé?")):
            began = time.monotonic()
            await visitor.ask(question)
            await expect(visitor.messages).to_have_count(count, timeout=30_000)
            answered.append(time.monotonic() - began)
            await expect(visitor.page.locator(".message.marie .card").last).to_be_visible()
        await context.close()
    figures = ", ".join(f"{seconds:.2f}" for seconds in answered)
    print(f"\nslow phone: loaded in {loaded:.2f} s, answers drawn in {figures} s")
    assert loaded <= LOADED
    assert max(answered) <= ANSWERED
