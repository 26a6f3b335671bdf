"""Takes the pictures of `docs/console.md` from the running product.

`python -m tests.console_pictures`."""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from itertools import cycle
from pathlib import Path

from playwright.async_api import BrowserContext, Page, ViewportSize, async_playwright

from tests.journeys.people import Browsing, Conversation, arrive, counsellor
from tests.journeys.test_newcomer import sign_in
from tests.running import RunningMarie, running_marie
from tests.screenshots import IMAGES
from tests.servers import CHROMIUM_FLAGS, chromium

DESK = ViewportSize(width=1280, height=1060)
PHONE = ViewportSize(width=390, height=800)

COLLEAGUES = (
    "Y a-t-il un cégep à Rimouski?",
    "Je cherche un logement à Rouyn-Noranda",
    "Combien coûte une garderie à Gaspé?",
    "Je cherche un emploi à Sept-Îles",
    "Parlez-moi de la Mauricie",
    "Où trouver une école primaire à Saguenay?",
    "Comment trouver un logement à Victoriaville?",
    "Je cherche un emploi à Drummondville",
    "Y a-t-il une université à Trois-Rivières?",
    "Parlez-moi de l’Abitibi-Témiscamingue",
    "Où apprendre le français à Sherbrooke?",
)
"""What they asked whom colleagues have: one more than a list shows."""

MEANWHILE = ("J’ai deux enfants", "Je pars en juillet", "Je n’ai pas de voiture")

WAITING = ("Je cherche un emploi à Baie-Comeau", "Combien coûte une garderie à Amos?")


def main() -> None:
    """The list, a conversation with its file, and the same on a telephone."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_marie(Path(folder) / "var") as marie:
        asyncio.run(_pictures(marie))


async def _pictures(marie: RunningMarie) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        desk = await browser.new_context(locale="fr-CA", viewport=DESK)
        await _all_to_one(desk, marie)
        page = await sign_in(desk, marie.base, *await _account(marie, "nadia", "supervisor"))
        visitor = await Browsing.arrive(await browser.new_context(locale="fr-CA"), marie.base)
        hers = await visitor.conversation()
        await hers.say("Je veux m’installer à Rimouski en juillet avec mes deux enfants")
        await hers.ask_for_person()
        await page.locator(f"#claim-{hers.id}").click()
        await _talk(page, hers)
        async with counsellor(marie, "Samuel") as samuel:
            for question, more in zip(COLLEAGUES, cycle(MEANWHILE), strict=False):
                await samuel.claim(await _waits(marie, question, more))
        for question, more in zip(WAITING, MEANWHILE, strict=False):
            await _waits(marie, question, more)
        await page.goto(f"{marie.base}/console/")
        await page.get_by_text("Montrer l’autre").wait_for()
        await page.screenshot(path=IMAGES / "console-queue.png")
        await page.goto(f"{marie.base}/console/conversations/{hers.id}")
        await _still(page, "console-conversation")
        phone = await browser.new_context(
            locale="fr-CA",
            viewport=PHONE,
            color_scheme="dark",
            storage_state=await desk.storage_state(),
        )
        small = await phone.new_page()
        await small.goto(f"{marie.base}/console/conversations/{hers.id}")
        await _still(small, "console-phone")
        await browser.close()


async def _still(page: Page, name: str) -> None:
    """The picture, once the page's socket has told what it has to."""
    await page.locator("#log .message").last.wait_for()
    await page.wait_for_timeout(1500)
    await page.screenshot(path=IMAGES / f"{name}.png")


async def _account(marie: RunningMarie, username: str, role: str) -> tuple[str, str]:
    password = secrets.token_hex(12)
    whose = () if role == "administrator" else ("--organization", "promis")
    account = (username, "--name", username.title(), "--role", role, *whose)
    await asyncio.to_thread(marie.marie, "user", "add", *account, "--password", password)
    return username, password


async def _all_to_one(desk: BrowserContext, marie: RunningMarie) -> None:
    """One organisation gets every lead, so that one list has them all."""
    page = await sign_in(desk, marie.base, *await _account(marie, "ada", "administrator"))
    await page.goto(f"{marie.base}/admin/repartition")
    for quota, value in zip(
        await page.locator("main input[type=number], main td input").all(),
        ("0", "0", "1"),
        strict=True,
    ):
        await quota.fill(value)
    await page.get_by_role("button", name="Changer les quotas").click()
    await desk.clear_cookies()
    await page.close()


async def _waits(marie: RunningMarie, question: str, more: str) -> Conversation:
    """A visitor who asked this, then for a person, and said more meanwhile."""
    conversation = await arrive(marie.base)
    await conversation.say(question)
    await conversation.ask_for_person()
    await conversation.say(more)
    return conversation


async def _talk(page: Page, hers: Conversation) -> None:
    """What both said, with a note, a label and a card."""
    field = page.get_by_label("Votre message")
    await field.fill("Bonjour, ici Nadia. Avez-vous déjà visité la région?")
    await field.press("Enter")
    await page.locator("#log .message.counsellor").wait_for()
    await hers.say("Pas encore. Y a-t-il un cégep?", wait=0)
    await page.locator("#label").fill("Études")
    await page.get_by_role("button", name="Ajouter", exact=True).click()
    await page.locator("#dossier .chip.label").wait_for()
    await (
        page.get_by_role("button", name="Note privée")
        .or_(page.locator("label", has_text="Note privée"))
        .first.click()
    )
    await field.fill("Elle a une amie à Rimouski. Rappeler après le 15.")
    await field.press("Enter")
    await page.locator("#log .message.note").wait_for()
    await field.press("Escape")
    await page.keyboard.press("i")
    await page.get_by_label("Chercher une fiche").fill("cégep Rimouski")
    await page.get_by_role("checkbox", name="Cégep de Rimouski").first.check()
    await page.get_by_role("button", name="Joindre au message").click()
    await field.fill("Voici le cégep le plus proche.")
    await page.get_by_role("button", name="Envoyer").click()
    await page.locator("#log .counsellor .card").wait_for()
    await hers.say("Merci! Et pour la garderie?", wait=0)
    await page.get_by_text("Et pour la garderie?").wait_for()


if __name__ == "__main__":
    main()
