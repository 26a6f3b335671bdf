"""How soon a visitor on a modest telephone sees Marie's bubble and can write in it.

A page of a host site with the widget, in Chromium slowed down as Lighthouse does for a « slow 4G »
telephone (https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md): 150 ms of
latency, 1.6 Mbit/s, a processor four times slower. Nothing is in the cache. The same page without
the widget stands beside it: what Marie costs the host.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from tests.faults import base_of, running, serving, stub_rasa
from tests.running import ROOT
from tests.servers import CHROMIUM_FLAGS, chromium

NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6 * 1024 * 1024 / 8,
    "uploadThroughput": 0.75 * 1024 * 1024 / 8,
}
SLOWER = 4

WATCH = """
window.seen = {};
const look = () => {
  const root = document.querySelector("marie-chat")?.shadowRoot;
  const there = (what) => root?.querySelector(what)?.getClientRects().length > 0;
  if (!seen.bubble && there(".launcher")) seen.bubble = performance.now();
  if (!seen.panel && there("[role=dialog] button")) seen.panel = performance.now();
  if (!seen.panel) requestAnimationFrame(look);
};
look();
"""
"""Writes down when each is laid out for the first time, in ms of the page's clock."""


async def visit(browser: Browser, url: str, *, widget: bool) -> dict[str, float]:
    """One first visit: milliseconds to the host's first paint, to the bubble, to the open panel."""
    context = await browser.new_context(
        viewport={"width": 390, "height": 844},
        bypass_csp=True,  # what watches the page is no part of it
    )
    page = await context.new_page()
    try:
        if not widget:
            await page.route("**/widget/**", lambda route: route.abort())
        devtools = await context.new_cdp_session(page)
        await devtools.send("Network.enable")
        await devtools.send("Network.emulateNetworkConditions", NETWORK)
        await devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        await page.add_init_script(WATCH)
        await page.goto(url, wait_until="load")
        found = {"host": await first_paint(page)}
        if widget:
            await page.wait_for_function("seen.bubble")
            pressed = await page.evaluate("performance.now()")
            await page.locator(".launcher").click()
            await page.wait_for_function("seen.panel")
            seen = await page.evaluate("seen")
            found |= {"bubble": seen["bubble"], "panel": seen["panel"] - pressed}
        return found
    finally:
        await context.close()


async def first_paint(page: Page) -> float:
    """Milliseconds to the first content."""
    entry = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    await page.wait_for_function(entry)
    found: float = await page.evaluate(entry)
    return found


async def measure(folder: Path, visits: int) -> None:
    """Serve, visit, print."""
    stub = stub_rasa(folder)
    data = folder / "var"
    subprocess.run(  # noqa: ASYNC221 - nothing else runs yet
        [sys.executable, "-m", "marie", "migrate"],
        cwd=ROOT,
        env={**os.environ, "MARIE_DATA": str(data)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    web = serving(data, stub)
    with running(stub, web):
        await stub.up()
        await web.up()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=chromium(), args=CHROMIUM_FLAGS
            )
            url = f"{base_of(web)}/"
            await visit(browser, url, widget=True)
            plain = [await visit(browser, url, widget=False) for _ in range(visits)]
            found = [await visit(browser, url, widget=True) for _ in range(visits)]
            await browser.close()
    print("| what | median ms | longest ms |\n|---|---|---|")
    for name, times in (
        ("host page’s first paint, without the widget", [each["host"] for each in plain]),
        ("host page’s first paint, with it", [each["host"] for each in found]),
        ("bubble on the screen", [each["bubble"] for each in found]),
        ("from a press to the open panel", [each["panel"] for each in found]),
    ):
        print(f"| {name} | {statistics.median(times):.0f} | {max(times):.0f} |")
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n{visits} first visits each, slow 4G, processor ×{SLOWER} slower; load {load}")


def main() -> None:
    """`--visits 5` for fewer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visits", type=int, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), chosen.visits))


if __name__ == "__main__":
    main()
