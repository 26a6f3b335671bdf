"""The console in a real browser: what counsellors press, on a desk and on a phone."""

from __future__ import annotations

import uuid

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page
from playwright.async_api import expect as expected

from marie.domain.people import Role
from marie.store.engine import Database
from tests.conftest import Client
from tests.journeys.people import whole
from tests.journeys.test_pages import (
    base,  # noqa: F401 - fixtures
    browser,  # noqa: F401
    say,
    until_said,
    with_session,
    words,
)
from tests.staff import Member, add_account, browser_of, open_session, waiting_visitor

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 780}

COUNTS_TONES = (
    "window.rung = 0;"
    "const create = AudioContext.prototype.createOscillator;"
    "AudioContext.prototype.createOscillator = function () {"
    " window.rung += 1; return create.call(this); };"
)


async def violations(page: Page) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


async def test_a_counsellor_writes_with_canned_answers_cards_and_notes(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia", role=Role.SUPERVISOR)
    samuel = await add_account(database, "samuel")
    context = await with_session(browser, base, await open_session(database, nadia))
    page = await context.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))

    await page.goto("/console/reponses")
    await page.get_by_label("Titre").fill("Accueil")
    await page.get_by_label("Texte").fill("Bonjour {prenom}, ici {conseillere}.")
    await page.get_by_role("button", name="Ajouter").click()
    await expected(page.locator("summary", has_text="Accueil")).to_be_visible()
    assert await violations(page) == []

    visitor = await waiting_visitor(client, "Mon bail finit bientôt")
    await page.goto("/console/")
    await page.keyboard.press("j")
    await page.keyboard.press("p")
    field = page.get_by_label("Votre message")
    await expected(field).to_be_focused()
    await whole(page)
    await page.keyboard.press("/")
    await expected(page.get_by_role("dialog")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Accueil").click()
    await expected(field).to_have_value("Bonjour [prenom], ici Nadia.")
    await page.keyboard.type("Amina")  # over the selected word
    await page.keyboard.press("Enter")
    await until_said(visitor, "Bonjour Amina, ici Nadia.")

    await page.keyboard.press("Escape")
    await page.keyboard.press("i")
    await page.get_by_label("Chercher une fiche").fill("cégep Rimouski")
    await page.get_by_role("checkbox", name="Cégep de Rimouski").first.check()
    await page.get_by_role("button", name="Joindre au message").click()
    await expected(page.locator("#attached")).to_contain_text("Cégep de Rimouski")
    await page.get_by_role("button", name="Envoyer").click()
    await expected(page.get_by_role("log").locator(".card")).to_contain_text("Cégep de Rimouski")

    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("À rappeler vendredi")
    await expected(page.get_by_text("Entre collègues")).to_be_visible()
    await page.keyboard.press("Enter")
    await expected(page.locator(".message.note")).to_contain_text("À rappeler vendredi")
    assert "À rappeler vendredi" not in str(await visitor.log())
    await page.reload()
    await expected(page.locator(".message.note")).to_have_count(1)

    # A colleague is faster: her words come first, mine wait for one more click.
    await page.get_by_label("Inviter à participer").select_option(label="Samuel")
    await page.get_by_role("button", name="Inviter").click()
    await expected(page.locator(".team")).to_contain_text("Samuel, participe")
    await page.goto(f"/console/conversations/{visitor.id}")
    await expected(field).to_be_focused()
    await context.set_offline(True)
    await expected(page.locator("#link")).to_be_visible()
    await page.keyboard.type("Ma réponse")
    await page.keyboard.press("Enter")
    async with browser_of(client, "samuel") as member:
        await faster(member, visitor.id, await open_session(database, samuel))
    await context.set_offline(False)
    again = page.get_by_role("button", name="Envoyer quand même")
    await expected(again).to_be_visible(timeout=20_000)
    await expected(page.get_by_role("log")).to_contain_text("Réponse de Samuel")
    assert (await words(visitor))[-1] == "Réponse de Samuel"
    assert await violations(page) == []
    await again.click()
    await expected(page.locator("#outbox li")).to_have_count(0)
    assert (await words(visitor))[-1] == "Ma réponse"

    await page.locator("#hand-back").click()
    assert await violations(page) == []
    await page.get_by_label("Ce que Marie doit savoir").fill("Visite le 12 janvier.")
    await page.get_by_role("button", name="Rendre la conversation à Marie").click()
    await expected(page.get_by_text("Laissé à Marie").first).to_be_visible()
    await page.goto("/console/recherche?q=visite")
    await expected(page.locator("mark").first).to_have_text("Visite")
    assert await violations(page) == []
    assert thrown == []
    await context.close()


async def faster(member: Member, conversation_id: str, token: str) -> None:
    """Samuel answers while Nadia's link is down."""
    member.carry(token)
    shown = await member.post(
        f"/console/conversations/{conversation_id}/ecrire",
        text="Réponse de Samuel",
        client_id=str(uuid.uuid4()),
    )
    assert shown.status == 200


async def test_shortcuts_are_silent_in_fields_and_can_be_switched_off(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    await waiting_visitor(client)
    context = await with_session(browser, base, await open_session(database, nadia))
    page = await context.new_page()
    await page.goto("/console/recherche")
    await page.get_by_label("Mots").press_sequentially("fc?")
    await expected(page).to_have_url(f"{base}/console/recherche")
    await page.get_by_role("heading", level=1).click()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Raccourcis")
    await expected(sheet).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Raccourcis à une touche").uncheck()
    await page.keyboard.press("Escape")
    await page.keyboard.press("f")
    await expected(page).to_have_url(f"{base}/console/recherche")
    await page.keyboard.press("?")
    await page.get_by_label("Raccourcis à une touche").check()
    await page.keyboard.press("Escape")
    await page.keyboard.press("f")
    await expected(page).to_have_url(f"{base}/console/")
    await context.close()


async def test_nothing_asks_for_notifications_before_the_button_is_pressed(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    context = await with_session(browser, base, await open_session(database, nadia))
    await context.add_init_script(
        "window.asked = 0;"
        "Notification.requestPermission = async () => { window.asked += 1; return 'denied'; };"
        + COUNTS_TONES
    )
    page = await context.new_page()
    await page.goto("/console/")
    await waiting_visitor(client)
    await expected(page).to_have_title("(1) Conversations – Marie")
    assert await page.evaluate("[window.asked, window.rung]") == [0, 0]
    await page.get_by_role("button", name="Notifications").click()
    await expected(page.locator("#alert-state")).to_contain_text("refuse")
    sound = page.get_by_role("button", name="Son")
    await sound.click()
    await expected(sound).to_have_attribute("aria-pressed", "true")
    assert await page.evaluate("[window.asked, window.rung]") == [1, 2]
    await waiting_visitor(client)
    await expected(page).to_have_title("(2) Conversations – Marie")
    assert await page.evaluate("window.rung") == 4
    await page.reload()
    await expected(sound).to_have_attribute("aria-pressed", "true")
    assert await violations(page) == []
    await context.close()


async def test_who_calls_is_counted_and_rings_while_a_conversation_is_open(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    visitor = await waiting_visitor(client)
    context = await with_session(browser, base, await open_session(database, nadia))
    await context.add_init_script(
        "localStorage['marie-console-alerts'] = '{\"sound\": true}';" + COUNTS_TONES
    )
    page, second = await context.new_page(), await context.new_page()
    for each in (page, second):
        await each.goto(f"/console/conversations/{visitor.id}")
        await expected(each.locator("#calls")).to_be_hidden()
    await waiting_visitor(client)
    for each in (page, second):
        back = each.get_by_role("link", name="Liste 1 conversation vous appelle")
        await expected(back).to_be_visible(timeout=20_000)
    assert await page.evaluate("window.rung") + await second.evaluate("window.rung") == 2
    assert await violations(page) == []
    await context.close()


async def test_on_a_phone_the_file_is_a_sheet_that_stays_open_while_it_is_worked_in(
    browser: Browser,  # noqa: F811
    client: Client,
    base: str,  # noqa: F811
    database: Database,
) -> None:
    nadia = await add_account(database, "nadia")
    visitor = await waiting_visitor(client)
    context = await with_session(browser, base, await open_session(database, nadia), viewport=PHONE)
    page = await context.new_page()
    await page.goto(f"/console/conversations/{visitor.id}")
    await page.get_by_role("button", name="Prendre la conversation").click()
    file = page.locator("#dossier")
    await expected(file).to_be_hidden()
    await page.get_by_role("link", name="Dossier").click()
    await expected(file).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Étiquette à ajouter").fill("Bail")
    await page.get_by_role("button", name="Ajouter", exact=True).click()
    await expected(file.locator(".chip.label")).to_have_text("BailRetirer l’étiquette")
    await page.get_by_text("Me rappeler quelque chose").click()
    await page.get_by_label("Quoi?", exact=True).fill("Rappeler")
    await say(visitor, "Encore moi")  # the file is drawn again: what is typed stays
    await expected(page.get_by_label("Quoi?", exact=True)).to_have_value("Rappeler")
    await page.get_by_role("button", name="Ajouter le rappel").click()
    await expected(file.locator(".reminders")).to_contain_text("Rappeler")
    await page.get_by_role("link", name="Fermer").click()
    await expected(file).to_be_hidden()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)
    await context.close()
