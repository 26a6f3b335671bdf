"""The server's pages in a real browser: a counsellor at work, a visitor without JavaScript."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, WebSocketRoute
from playwright.async_api import expect as expected

from marie.domain.people import Role
from marie.store.engine import Database
from tests import browsers
from tests.conftest import Client, Visitor
from tests.journeys.people import whole
from tests.staff import COOKIE, PASSWORD, add_account, open_session, waiting_visitor

pytestmark = pytest.mark.browser

expected.set_options(timeout=10_000)


@pytest.fixture
async def browser(client: Client) -> AsyncIterator[Browser]:
    """Debian's Chromium; it closes before the application, which waits for open sockets."""
    async with browsers.opened() as browser:
        yield browser


@pytest.fixture
def base(client: Client) -> str:
    """The address of the started application."""
    return str(client.make_url("")).rstrip("/")


async def ready_to_write(page: Page) -> None:
    """She has the conversation, and the page's script is there: without it Enter makes a line."""
    await expected(page.get_by_text("Vous avez la conversation")).to_be_visible()
    await whole(page)


async def signed_in(
    browser: Browser, base: str, database: Database, username: str = "nadia", **options: Any
) -> BrowserContext:
    """A counsellor's browser with a session."""
    staff = await add_account(database, username)
    return await with_session(browser, base, await open_session(database, staff), **options)


async def with_session(browser: Browser, base: str, token: str, **options: Any) -> BrowserContext:
    context = await browser.new_context(base_url=base, locale="fr-CA", **options)
    await context.add_cookies([{"name": COOKIE, "value": token, "url": base}])
    return context


async def say(visitor: Visitor, text: str) -> None:
    status, _ = await visitor.post({"client_id": str(uuid.uuid4()), "text": text})
    assert status == 202


async def words(visitor: Visitor, author: str = "counsellor") -> list[str]:
    messages = (await visitor.log())["messages"]
    return [each["text"] for each in messages if each["author"] == author]


async def until_said(visitor: Visitor, *texts: str) -> None:
    """Wait until the counsellor's words in the log are these."""
    async with asyncio.timeout(10):
        while await words(visitor) != list(texts):
            await asyncio.sleep(0.05)


async def test_counsellor_sees_a_request_come_takes_it_and_talks_by_keyboard_alone(
    browser: Browser, client: Client, base: str, database: Database
) -> None:
    await add_account(database, "nadia")
    context = await browser.new_context(base_url=base, locale="fr-CA")
    page = await context.new_page()
    await page.goto("/console/")
    await expected(page.get_by_label("Nom d’utilisateur")).to_be_focused()
    await page.keyboard.type("nadia")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expected(page.get_by_role("heading", level=1)).to_have_text("Personne n’attend")

    visitor = await waiting_visitor(client, "Mon bail finit bientôt")
    await expected(page.get_by_role("heading", level=1)).to_have_text("1 personne attend")
    await expected(page).to_have_title("(1) Conversations – Marie")
    await page.get_by_role("button", name="Prendre").focus()
    await page.keyboard.press("Enter")

    field = page.get_by_label("Votre message")
    await expected(field).to_be_focused()
    await whole(page)
    await page.keyboard.type("Bonjour,")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("je lis votre dossier.")
    await page.keyboard.press("Enter")
    await expected(field).to_have_value("")
    await expected(field).to_be_focused()
    await page.keyboard.type("Une question?")
    await page.keyboard.press("Control+Enter")
    await until_said(visitor, "Bonjour,\nje lis votre dossier.", "Une question?")
    await expected(page.locator("#outbox li")).to_have_count(0)

    await say(visitor, "Oui!")
    await expected(page.get_by_role("log").get_by_text("Oui!")).to_be_visible()
    url = client.make_url(f"{visitor.url}/socket?after=0")
    async with client.session.ws_connect(url, protocols=("marie.v1",)) as ws:
        await ws.send_json({"token": visitor.token})
        await ws.send_json({"typing": True})
        await expected(page.get_by_text("La personne écrit…")).to_be_visible()
        await ws.send_json({"ack": (await visitor.log())["messages"][-1]["seq"]})
        await expected(page.locator(".message.counsellor .status").last).to_have_text("Lu")
    assert (await visitor.log())["read"]["counsellor"] == 9

    await page.keyboard.press("Escape")
    await expected(field).not_to_be_focused()
    await page.locator("#hand-back").focus()
    await page.keyboard.press("Enter")
    for key in ("Tab", "Tab", "Enter"):  # past what Marie should know, to the button
        await page.keyboard.press(key)
    await expected(page.get_by_text("Marie répond. Personne n’est demandé")).to_be_visible()
    await expected(page.get_by_role("radio", name="Réponse")).to_be_disabled()


async def test_what_is_written_without_a_link_arrives_once_and_in_order(
    browser: Browser, client: Client, base: str, database: Database
) -> None:
    context = await signed_in(browser, base, database)
    page = await context.new_page()
    visitor = await waiting_visitor(client)
    await page.goto(f"/console/conversations/{visitor.id}")
    await page.get_by_role("button", name="Prendre la conversation").click()
    await ready_to_write(page)
    field = page.get_by_label("Votre message")

    await context.set_offline(True)
    for text in ("Un", "Deux", "Trois"):
        await field.fill(text)
        await field.press("Enter")
    await expected(page.get_by_text("Connexion perdue")).to_be_visible()
    await expected(page.locator("#outbox li")).to_have_count(3)
    await say(visitor, "Allô?")
    assert await words(visitor) == []
    await context.set_offline(False)
    await until_said(visitor, "Un", "Deux", "Trois")
    await expected(page.get_by_text("Connexion rétablie")).to_be_visible()
    await expected(page.locator("#outbox li")).to_have_count(0)
    drawn = await page.locator("#log .text").all_inner_texts()
    assert drawn[-4:] == ["Allô?", "Un", "Deux", "Trois"]

    # The server takes the message in, the link is cut before it can say so, and the page reloaded.
    cut: list[str] = []

    def cut_after_send(route: WebSocketRoute) -> None:
        server = route.connect_to_server()

        def forward(message: str | bytes) -> None:
            server.send(message)
            if "send" in json.loads(message) and not cut:
                cut.append(str(message))
                asyncio.get_running_loop().call_later(
                    0.2, lambda: asyncio.ensure_future(route.close())
                )

        route.on_message(forward)
        server.on_message(lambda message: None if cut else route.send(message))

    await page.route_web_socket("**/socket?*", cut_after_send)
    await page.reload()
    await field.fill("Quatre")
    await field.press("Enter")
    async with asyncio.timeout(10):
        while not cut:
            await asyncio.sleep(0.02)
    await until_said(visitor, "Un", "Deux", "Trois", "Quatre")
    await page.unroute_all()
    await field.fill("un brouillon")
    await page.reload()
    await expected(page.locator("#outbox li")).to_have_count(0)
    await expected(field).to_have_value("un brouillon")
    drawn = await page.locator("#log .counsellor .text").all_inner_texts()
    assert drawn == ["Un", "Deux", "Trois", "Quatre"]


async def test_open_pages_follow_what_others_do_and_count_what_is_unread(
    browser: Browser, client: Client, base: str, database: Database
) -> None:
    nadia = await (await signed_in(browser, base, database, "nadia")).new_page()
    samuel = await (await signed_in(browser, base, database, "samuel")).new_page()
    await nadia.add_init_script(
        "Object.defineProperty(document, 'hidden', { get: () => Boolean(window.away) })"
    )
    visitor = await waiting_visitor(client)
    for page in (nadia, samuel):
        await page.goto(f"/console/conversations/{visitor.id}")
    await nadia.get_by_role("button", name="Prendre la conversation").click()
    await expected(samuel.locator("#controls")).to_contain_text("Nadia a la conversation")
    await expected(samuel.get_by_role("radio", name="Réponse")).to_be_disabled()

    title = await nadia.title()
    await nadia.evaluate("window.away = true")
    await say(visitor, "Un")
    await say(visitor, "Deux")
    await expected(nadia).to_have_title(f"(2) {title}")
    assert (await visitor.log())["read"]["counsellor"] < 7
    await nadia.evaluate(
        "window.away = false; document.dispatchEvent(new Event('visibilitychange'))"
    )
    await expected(nadia).to_have_title(title)

    await nadia.locator("#close").click()
    await nadia.get_by_label("La question a reçu sa réponse").check()
    await nadia.get_by_role("button", name="Terminer la conversation").click()
    await expected(samuel.locator("#controls")).to_contain_text("Conversation terminée")
    async with client.delete(visitor.url, headers=visitor.headers):
        pass
    for page in (nadia, samuel):
        await expected(page.get_by_role("heading", level=1)).to_have_text(
            "Cette conversation n’est plus là."
        )
    await samuel.get_by_role("link", name="Retour aux conversations").click()
    await nadia.locator("summary", has_text="Nadia").click()
    await nadia.get_by_role("button", name="Se déconnecter").click()
    await expected(nadia.get_by_role("heading", level=1)).to_contain_text("personnes conseillères")


async def test_visitor_without_javascript_asks_waits_is_answered_and_leaves_no_trace(
    browser: Browser, client: Client, base: str, database: Database
) -> None:
    context = await browser.new_context(base_url=base, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/chat")
    await page.get_by_role("button", name="J’accepte et je commence").click()
    await page.get_by_label("Écrivez votre question").fill("Où est le cégep?")
    await page.get_by_role("button", name="Envoyer").click()
    await expected(page.locator(".message.marie .text").last).to_have_text(
        "Vous dites\u00a0: Où est le cégep?"
    )
    await (
        page.get_by_role("group", name="Réponses proposées")
        .get_by_role("button", name="Parler à une personne")
        .click()
    )
    await expected(page.get_by_text("Votre demande est transmise.")).to_be_visible()

    staff = await add_account(database, "nadia", role=Role.ADMINISTRATOR, organization=None)
    counsellor = await (
        await with_session(browser, base, await open_session(database, staff))
    ).new_page()
    await counsellor.goto("/console/")
    await counsellor.get_by_role("button", name="Prendre").click()
    await ready_to_write(counsellor)
    await counsellor.get_by_label("Votre message").fill("Bonjour, ici Nadia.")
    await counsellor.keyboard.press("Enter")
    await expected(counsellor.locator("#outbox li")).to_have_count(0)
    await page.get_by_label("Écrivez votre question").fill("Enfin")
    await page.get_by_role("button", name="Envoyer").click()
    await expected(page.locator(".message.counsellor .text")).to_have_text("Bonjour, ici Nadia.")
    await expected(counsellor.get_by_role("log").get_by_text("Enfin")).to_be_visible()

    async def weather(route: Any) -> None:
        await route.fulfill(body="<title>Météo</title>", content_type="text/html")

    await context.route("https://www.meteomedia.com/**", weather)
    async with page.expect_request("https://www.meteomedia.com/ca") as asked:
        await page.get_by_role("button", name="Quitter vite").click()
    assert "referer" not in (await (await asked.value).all_headers())
    await page.wait_for_url("https://www.meteomedia.com/ca")
    await page.go_back()
    await expected(page.get_by_text("ici Nadia")).to_have_count(0)
    await page.goto("/chat")
    await expected(page.get_by_role("button", name="J’accepte et je commence")).to_be_visible()


async def findings(page: Page) -> list[str]:
    """What axe finds, and what makes the page wider than the screen."""
    results = await Axe().run(page)
    return [
        f"{page.url} {each['id']}: {node['target']}"
        for each in results.response["violations"]
        for node in each["nodes"]
    ] + await too_wide(page)


async def too_wide(page: Page) -> list[str]:
    """What must be scrolled sideways, outside the parts that scroll by themselves."""
    found: list[str] = await page.evaluate(
        """() => [...document.body.querySelectorAll('*')]
            .filter((node) => document.documentElement.scrollWidth > innerWidth
                && !node.closest('.scroll') && node.getBoundingClientRect().right > innerWidth)
            .map((node) => `${location.pathname} ${node.outerHTML.slice(0, 60)}`)"""
    )
    return found


DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
ENLARGED: dict[str, Any] = {"viewport": {"width": 320, "height": 256}, "color_scheme": "light"}
"""A screen of 1280 × 1024 at 400 %."""


@pytest.mark.parametrize("look", [DESK, PHONE], ids=["desk", "phone"])
async def test_axe_finds_nothing_on_any_page(
    browser: Browser, client: Client, base: str, database: Database, look: dict[str, Any]
) -> None:
    assert await _walk(browser, client, base, database, look, findings) == []


async def test_no_page_has_to_be_scrolled_sideways_when_enlarged_four_times(
    browser: Browser, client: Client, base: str, database: Database
) -> None:
    assert await _walk(browser, client, base, database, ENLARGED, too_wide) == []


async def _walk(  # noqa: PLR0917 - each page once, with everything that it takes
    browser: Browser,
    client: Client,
    base: str,
    database: Database,
    look: dict[str, Any],
    findings: Callable[[Page], Awaitable[list[str]]],
) -> list[str]:
    """What is found on every page of the product."""
    stranger = await browser.new_context(base_url=base, **look)
    page = await stranger.new_page()
    found: list[str] = []
    for path in ("/nulle-part", "/console/", "/chat"):
        await page.goto(path)
        found += await findings(page)
    await page.get_by_role("button", name="J’accepte").click()
    await page.get_by_label("Écrivez votre question").fill("Où? https://www.quebec.ca")
    await page.get_by_role("button", name="Envoyer").click()
    await page.locator("summary").click()
    found += await findings(page)
    await page.locator("summary").click()
    await page.get_by_role("button", name="Parler à une personne").first.click()
    found += await findings(page)
    await page.get_by_label("Écrivez votre question").fill(" " + "a" * 4_001)
    await page.get_by_role("button", name="Envoyer").click()
    found += await findings(page)

    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    context = await with_session(browser, base, await open_session(database, staff), **look)
    page = await context.new_page()
    mine, waiting = await waiting_visitor(client), await waiting_visitor(client)
    await page.goto(f"/console/conversations/{mine.id}")
    await page.get_by_role("button", name="Prendre la conversation").click()
    await ready_to_write(page)
    await page.get_by_label("Votre message").fill("Bonjour")
    await page.keyboard.press("Enter")
    await page.locator("#close").click()
    found += await findings(page)
    for path in (
        f"/console/conversations/{waiting.id}",
        "/console/",
        "/console/conversations/inconnue",
        "/console/mot-de-passe",
        "/admin/",
        "/admin/fiches/childcare-cost",
    ):
        await page.goto(path)
        await page.locator(".account summary").click()
        found += await findings(page)
    nobody = await signed_in(browser, base, database, "nadia", **look)
    page = await nobody.new_page()
    await page.goto("/admin/")
    return found + await findings(page)
