"""Keyboard alone, screen readers, large text, forced colours, phones."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.widget.conftest import NewVisit, Visit
from tests.widget.fake_server import FakeServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def axe(visit: Visit) -> list[str]:
    """What axe finds on the page, host and widget."""
    await visit.page.wait_for_timeout(150)
    results = await Axe().run(visit.page)
    return [
        f"{found['id']}: {node['target']}"
        for found in results.response["violations"]
        for node in found["nodes"]
    ]


@pytest.mark.parametrize(("scheme", "size"), [("light", (1280, 800)), ("dark", (390, 844))])
async def test_axe_finds_nothing(
    new_visit: NewVisit, server: FakeServer, scheme: str, size: tuple[int, int]
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    visit = await new_visit(color_scheme=scheme, viewport=viewport)
    assert await axe(visit) == []
    await visit.launcher.click()
    assert await axe(visit) == []
    await visit.page.get_by_role("button", name="J’accepte").click()
    await visit.ask("Où est le cégep?")
    await expect(visit.page.locator(".card")).to_have_count(2)
    assert await axe(visit) == []
    await server.turn("counsellor")
    await server.say("counsellor", "Bonjour! https://www.quebec.ca", name="Accueil")
    await server.say("system", "Une personne a rejoint la conversation.")
    await visit.page.context.set_offline(True)
    await visit.ask("hors ligne " + "a" * 3800)
    await visit.input.fill("a" * 4001)
    await expect(visit.banner).to_contain_text("Hors ligne")
    await visit.choose("Effacer ma conversation")
    assert await axe(visit) == []
    await visit.page.locator("summary").click()
    assert await axe(visit) == []


async def focused(visit: Visit) -> str:
    """The name of what has the focus."""
    name: str = await visit.page.evaluate(
        """() => {
            let node = document.activeElement;
            while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
            return node.getAttribute('aria-label') ?? node.textContent;
        }"""
    )
    return name


async def test_the_keyboard_alone_is_enough(visit: Visit, server: FakeServer) -> None:
    press = visit.page.keyboard.press
    await visit.launcher.focus()
    await press("Enter")
    await expect(visit.panel).to_be_focused()
    order = []
    for _ in range(5):
        await press("Tab")
        order.append(await focused(visit))
    assert order == [
        "Quitter vite",
        "Réduire",
        "Confidentialité",
        "J’accepte et je commence",
        "Non merci",
    ]
    await press("Shift+Tab")
    await press("Enter")
    await expect(visit.input).to_be_focused()
    await visit.page.keyboard.type("Où est le cégep?")
    await press("Enter")
    await expect(visit.page.locator(".card")).to_have_count(2)
    await press("Shift+Tab")
    assert await focused(visit) == "Combien ça coûte?"
    await press("Space")
    await expect(visit.bubble("Vous avez dit : /cegep.cost")).to_be_visible()
    await expect(visit.input).to_be_focused()
    for _ in range(20):
        await press("Shift+Tab")
        if await focused(visit) == "Autres choix":
            break
    await press("Enter")
    await press("Tab")
    assert await focused(visit) == "Parler à une personne"
    await press("Escape")
    assert await focused(visit) == "Autres choix"
    await expect(visit.page.locator(".more ul")).to_be_hidden()
    await expect(visit.panel).to_be_visible()
    await press("Escape")
    await expect(visit.panel).to_be_hidden()
    await expect(visit.launcher).to_be_focused()
    assert server.said("visitor") == ["Où est le cégep?", "Combien ça coûte?"]


async def test_escape_in_the_host_page_closes_nothing(talk: Visit) -> None:
    await talk.page.get_by_role("link", name="Les régions", exact=True).focus()
    await talk.page.keyboard.press("Escape")
    await expect(talk.panel).to_be_visible()


async def test_each_message_is_announced_once(talk: Visit) -> None:
    """A live region says what is added: each message once, and nothing that was there before."""
    await talk.page.get_by_role("log").evaluate(
        """node => {
            window.added = [];
            new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(
                (added) => added.classList?.contains('message')
                    && window.added.push(added.querySelector('.text').textContent))))
                .observe(node, { childList: true, subtree: true });
        }"""
    )
    await talk.ask("une fois")
    await expect(talk.bubble("Vous avez dit : une fois")).to_be_visible()
    await talk.page.context.set_offline(True)
    await talk.ask("hors ligne")
    await talk.page.context.set_offline(False)
    await expect(talk.bubble("Vous avez dit : hors ligne")).to_be_visible()
    assert await talk.page.evaluate("window.added") == [
        "une fois",
        "Vous avez dit : une fois",
        "hors ligne",
        "Vous avez dit : hors ligne",
    ]


TARGETS = """() => [...document.querySelector('marie-chat').shadowRoot
    .querySelectorAll('button, summary, textarea, a.action')]
    .map((node) => [node.textContent || node.ariaLabel, node.getBoundingClientRect()])
    .filter(([, box]) => box.width && (box.width < 44 || box.height < 44)).map(([name]) => name)"""


async def test_targets_are_large_enough_for_a_thumb(new_visit: NewVisit) -> None:
    visit = await new_visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert await visit.page.evaluate(TARGETS) == []
    await visit.launcher.tap()
    assert await visit.page.evaluate(TARGETS) == []
    await visit.page.get_by_role("button", name="J’accepte").tap()
    await visit.ask("Où est le cégep?")
    await expect(visit.page.locator(".card")).to_have_count(2)
    await visit.page.locator("summary").tap()
    assert await visit.page.evaluate(TARGETS) == []


async def test_a_phone_gets_the_whole_screen_and_no_keyboard_unasked(new_visit: NewVisit) -> None:
    visit = await new_visit(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    await visit.begin()
    assert await visit.panel.bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    await expect(visit.panel).to_be_focused()
    await visit.input.fill("une ligne")
    await visit.input.press("Enter")
    await expect(visit.input).to_have_value("une ligne\n")


# 1280 × 800 at 200 % and 400 %, and a phone on its side.
@pytest.mark.parametrize("size", [(640, 400), (320, 256), (844, 390), (320, 568)])
async def test_nothing_is_cut_on_a_small_or_enlarged_screen(
    new_visit: NewVisit, size: tuple[int, int]
) -> None:
    visit = await new_visit(viewport={"width": size[0], "height": size[1]})
    await visit.begin()
    await visit.ask("Où est le cégep?")
    await expect(visit.page.locator(".card")).to_have_count(2)
    outside: Any = await visit.page.evaluate(
        """() => [...document.querySelector('marie-chat').shadowRoot
            .querySelectorAll('header button, summary, textarea, .send, .text, .card, .action')]
            .filter((node) => node.getBoundingClientRect().right > innerWidth
                || node.getBoundingClientRect().left < 0).map((node) => node.className)"""
    )
    assert outside == []
    for control in (visit.input, visit.page.get_by_role("button", name="Quitter vite")):
        await expect(control).to_be_in_viewport(ratio=1)
    talk = await visit.page.locator(".talk").bounding_box()
    assert talk is not None
    assert talk["height"] >= 90


async def test_colours_that_the_visitor_forces_keep_shapes_visible(new_visit: NewVisit) -> None:
    visit = await new_visit(forced_colors="active")
    await visit.begin()
    await visit.ask("Bonjour")
    await expect(visit.bubble("Vous avez dit")).to_be_visible()
    for selector in (".panel", ".visitor .text", ".send"):
        border = await visit.page.locator(selector).first.evaluate(
            "node => getComputedStyle(node).borderTopWidth"
        )
        assert border != "0px"


async def test_motion_can_be_refused(new_visit: NewVisit, server: FakeServer) -> None:
    server.answer_after = 1
    visit = await new_visit(reduced_motion="reduce")
    await visit.begin()
    await visit.ask("Bonjour")
    dot = visit.page.locator(".dots i").first
    await expect(dot).to_be_visible()
    assert await dot.evaluate("node => getComputedStyle(node).animationName") == "none"


async def test_a_printed_page_shows_the_whole_conversation(talk: Visit) -> None:
    await talk.ask("une réponse longue")
    await expect(talk.bubble("Ligne 59")).to_be_attached()
    await talk.page.emulate_media(media="print")
    await expect(talk.input).to_be_hidden()
    overflow = await talk.page.locator(".talk").evaluate(
        "node => [getComputedStyle(node).overflowY, node.scrollHeight - node.clientHeight]"
    )
    assert overflow == ["visible", 0]
