"""The widget as a guest: other origins, strict policies, hostile styles, slow phones."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.async_api import Browser, Request, expect

from tests.widget.conftest import NewVisit, Visit
from tests.widget.fake_server import FakeServer, running
from tests.widget.test_weight import FIRST_ANSWER, WIDGET, weight

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_loads_before_the_first_answer_is_light(
    new_visit: NewVisit, server: FakeServer
) -> None:
    visit = await new_visit()
    loaded: list[str] = []

    def note(request: Request) -> None:
        if "/widget/" in request.url:
            loaded.append(request.url.rsplit("/", 1)[1])

    visit.page.on("request", note)
    await visit.arrive("/?again")
    await visit.begin()
    await visit.ask("Bonjour")
    await expect(visit.bubble("Vous avez dit")).to_be_visible()
    assert "widget.js" in loaded
    assert "marie.css" in loaded
    assert len(loaded) == len(set(loaded))
    assert weight(*loaded) <= FIRST_ANSWER
    listed = re.search(r"files = \[(.*)\]", (WIDGET / "marie.js").read_text("utf-8"))
    assert listed is not None
    asked_at_once = {f"{name}.js" for name in re.findall(r"'(\w+)'", listed[1])}
    assert asked_at_once | {"marie.js", "marie.css"} == set(loaded)


async def test_a_slow_phone_loads_in_five_seconds_and_reads_the_answer_in_two_and_a_half(
    browser: Browser, server: FakeServer
) -> None:
    server.answer_after = 0.06
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="fr-CA")
    visit = Visit(await context.new_page(), server)
    network = await context.new_cdp_session(visit.page)
    await network.send("Network.enable")
    await network.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 400,
            "downloadThroughput": 50_000,
            "uploadThroughput": 50_000,
        },
    )
    began = time.monotonic()
    await visit.arrive()
    await expect(visit.launcher).to_be_visible()
    assert time.monotonic() - began <= 5
    await visit.begin()
    asked = time.monotonic()
    await visit.ask("Où est le cégep?")
    await expect(visit.page.locator(".card").first).to_be_visible()
    assert time.monotonic() - asked <= 2.5
    await context.close()


async def test_a_strict_policy_of_another_origin_is_enough(
    new_visit: NewVisit, server: FakeServer
) -> None:
    async with running() as host:
        socket = server.url.replace("http", "ws")
        policy = (
            f"default-src 'none'; script-src {server.url}; connect-src {server.url} {socket}; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
        script = f'<script src="{server.url}/widget/marie.js" async></script>'
        html = f'<!doctype html><html lang="fr"><title>Hôte</title><body>{script}</body></html>'
        host.pages["/strict"] = (html, {"Content-Security-Policy": policy})
        visit = await new_visit()
        refused: list[str] = []
        visit.page.on("console", lambda message: refused.append(message.text))
        await visit.page.goto(f"{host.url}/strict")
        await visit.begin()
        await visit.ask("Où est le cégep?")
        await expect(visit.page.locator(".card")).to_have_count(2)
        await visit.choose("Effacer ma conversation")
        await expect(visit.page.get_by_role("button", name="Garder", exact=True)).to_be_visible()
        background = await visit.launcher.evaluate("node => getComputedStyle(node).borderRadius")
        assert background == "32px"
        assert [text for text in refused if "favicon" not in text] == []
        assert host.conversations == {}
        assert [path for _, path in host.requests] == ["/strict"]


HOSTILE_STYLE = """
html { font-size: 50px; } body { letter-spacing: 9px; direction: rtl; }
* { color: red !important; font: 40px cursive !important; text-transform: uppercase !important; }
button { background: lime !important; }
body > * { margin: 50px !important; transform: rotate(9deg) !important; }
marie-chat { display: none !important; opacity: .1 !important; position: static !important; }
"""


async def test_styles_of_the_host_stay_out_and_ours_stay_in(
    new_visit: NewVisit, server: FakeServer
) -> None:
    page = '<!doctype html><title>Hôte</title>{0}<body><button id="own">a</button>{1}</body>'
    script = '<script src="/widget/marie.js" async></script>'
    style = f"<style>{HOSTILE_STYLE}</style>"
    server.pages["/plain"] = (page.format("", script), {})
    server.pages["/hostile"] = (page.format(style, script), {})
    server.pages["/alone"] = (page.format("", ""), {})

    async def look(visit: Visit, selector: str) -> Any:
        return await visit.page.locator(selector).evaluate(
            """node => {
                const style = getComputedStyle(node);
                const { x, y, width, height } = node.getBoundingClientRect();
                return [style.color, style.font, style.backgroundColor, style.textTransform,
                    style.direction, style.letterSpacing, x, y, width, height].join();
            }"""
        )

    visit = await new_visit("/plain")
    seen = await look(visit, ".launcher")
    own = await look(visit, "#own")
    await visit.launcher.click()
    consent = await look(visit, ".consent h2")
    await visit.arrive("/hostile")
    assert await look(visit, ".launcher") == seen
    await visit.launcher.click()
    assert await look(visit, ".consent h2") == consent
    await visit.page.goto(f"{server.url}/alone")
    assert await look(visit, "#own") == own


async def test_the_script_twice_makes_one_marie(new_visit: NewVisit, server: FakeServer) -> None:
    script = '<script src="/widget/marie.js"></script>'
    server.pages["/twice"] = (f"<!doctype html><title>Hôte</title>{script}{script}", {})
    visit = await new_visit("/twice")
    await expect(visit.page.locator("marie-chat")).to_have_count(1)


async def test_the_page_behind_stays_usable(talk: Visit) -> None:
    await talk.page.get_by_role("link", name="Voir les 15 régions").click()
    assert talk.page.url.endswith("#regions")
    await expect(talk.panel).to_be_visible()
