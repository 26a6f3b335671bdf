"""Debian's Chromium, for the tests that need one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, async_playwright

from tests.servers import CHROMIUM_FLAGS, chromium


@asynccontextmanager
async def opened() -> AsyncIterator[Browser]:
    """A browser until the end; the test is skipped where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("needs Chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()
