"""Takes the pictures of the README from the running product: `python -m tests.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.running import ROOT, running_marie
from tests.servers import CHROMIUM_FLAGS, chromium

IMAGES = ROOT / "docs" / "images"


def main() -> None:
    """Ask Marie for a cégep in Rimouski and keep what the screen shows."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_marie(Path(folder) / "var") as marie,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="fr-CA")
        page.goto(marie.base)
        ask(page, "Un cégep à Rimouski?")
        page.screenshot(path=str(IMAGES / "widget.png"))
        browser.close()


def ask(page: Page, question: str) -> None:
    """Open the widget, consent, ask, and wait for the cards."""
    page.get_by_role("button", name="Marie est là pour vous aider").click()
    page.get_by_role("button", name="J’accepte et je commence").click()
    field = page.get_by_role("textbox")
    field.fill(question)
    field.press("Enter")
    page.get_by_text("60, rue de l’Évêché Ouest").first.wait_for()
    page.wait_for_timeout(800)


if __name__ == "__main__":
    main()
