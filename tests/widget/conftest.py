"""A browser, a fake server, and a visitor who uses the widget as people do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests import browsers
from tests.widget.fake_server import FakeServer, running

expect.set_options(timeout=15_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, once for all tests."""
    async with browsers.opened() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[FakeServer]:
    """A server of this test alone."""
    async with running() as server:
        yield server


class Visit:
    """One page with the widget, seen by a visitor."""

    def __init__(self, page: Page, server: FakeServer) -> None:
        self.page = page
        self.server = server
        self.launcher = page.locator(".launcher")
        self.panel = page.get_by_role("dialog")
        self.input = page.get_by_role("textbox", name="Écrivez votre question")
        self.banner = page.locator("p.banner")

    async def arrive(self, path: str = "/") -> None:
        """Load a page of the server's and wait for the launcher or the open panel."""
        await self.page.goto(self.server.url + path)
        await self.page.locator(".launcher, .panel").first.wait_for(state="attached")

    async def begin(self) -> None:
        """Open the panel and consent."""
        await self.launcher.click()
        await self.page.get_by_role("button", name="J’accepte et je commence").click()
        await expect(self.bubble("Je suis Marie.")).to_be_visible()

    async def ask(self, text: str) -> None:
        """Type and send."""
        await self.input.fill(text)
        await self.page.get_by_role("button", name="Envoyer").click()

    async def choose(self, label: str) -> None:
        """Choose in the menu."""
        await self.page.locator("summary").click()
        await self.page.get_by_role("button", name=label).click()

    def bubble(self, text: str | re.Pattern[str]) -> Locator:
        """The messages whose text contains this."""
        return self.page.locator(".message .text", has_text=text)

    async def texts(self) -> list[str]:
        """All that stands in the log, in order."""
        return await self.page.locator(".message .text").all_inner_texts()

    async def stored(self) -> list[str]:
        """The keys of all that this browser keeps for the page."""
        kept: list[str] = await self.page.evaluate(
            "[...Object.keys(localStorage), ...Object.keys(sessionStorage)]"
        )
        return kept


NewVisit = Callable[..., Awaitable[Visit]]


@pytest_asyncio.fixture(loop_scope="session")
async def new_visit(browser: Browser, server: FakeServer) -> AsyncIterator[NewVisit]:
    """Makes visits; `context` opens one more tab of the same browser. No page may throw."""
    contexts: list[BrowserContext] = []
    thrown: list[str] = []

    async def make(
        path: str = "/", *, context: BrowserContext | None = None, **options: Any
    ) -> Visit:
        if context is None:
            context = await browser.new_context(locale="fr-CA", **options)
            contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: thrown.append(str(error)))
        visit = Visit(page, server)
        await visit.arrive(path)
        return visit

    yield make
    for context in contexts:
        await context.close()
    assert thrown == []


@pytest_asyncio.fixture(loop_scope="session")
async def visit(new_visit: NewVisit) -> Visit:
    """A visitor on the demonstration page, who has not opened the panel."""
    return await new_visit()


@pytest_asyncio.fixture(loop_scope="session")
async def talk(visit: Visit) -> Visit:
    """A visitor whose conversation has begun."""
    await visit.begin()
    return visit


async def eventually(condition: Callable[[], bool], page: Page, seconds: float = 5) -> None:
    """Wait for what the server sees."""
    for _ in range(int(seconds * 20)):
        if condition():
            return
        await page.wait_for_timeout(50)
    assert condition()
