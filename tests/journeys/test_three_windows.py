"""Three windows: a visitor and counsellors of two organisations, from her question to its erasure.

Between the two: a double claim, a reload, a restart, a transfer and a hand-back."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import func, select

from marie import clock
from marie.domain.conversation import ConversationId
from marie.store import leads, tables
from marie.store.engine import Database, create_engine
from tests.journeys.people import Browsing, Conversation, one_line, whole
from tests.journeys.test_newcomer import sign_in
from tests.running import RunningMarie

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]

SECRET = "Tremblay-Zyzzyva"
NOTE = "Entre nous : rappeler le propriétaire"
SUMMARY = "Visite de Rimouski le 12 janvier 2027."


@asynccontextmanager
async def database_of(marie: RunningMarie) -> AsyncIterator[Database]:
    """What the running Marie keeps."""
    database = Database(create_engine(f"sqlite+aiosqlite:///{marie.data / 'marie.sqlite3'}"))
    try:
        yield database
    finally:
        await database.close()


async def desk(
    marie: RunningMarie, browser: Browser, name: str, organization: str
) -> tuple[BrowserContext, Page]:
    """A counsellor's window, at her list."""
    username, password = f"{name.lower()}-{secrets.token_hex(2)}", secrets.token_hex(12)
    account = ("--name", name, "--organization", organization, "--password", password)
    await asyncio.to_thread(marie.marie, "user", "add", username, *account)
    context = await browser.new_context(locale="fr-CA")
    return context, await sign_in(context, marie.base, username, password)


async def ask_for_a_person(visitor: Browsing, conversation: Conversation) -> None:
    """Through the form and its file, until somebody is waited for."""
    await visitor.ask("Je veux parler à une personne")
    await visitor.reply("Rester ici").click()
    yes = visitor.page.locator(".replies button").filter(has_text="Oui").first
    await expect(yes).to_be_visible()
    file = next(each for each in reversed(await conversation.log()) if each["author"] == "marie")
    assert "Bas-Saint-Laurent" in file["text"], "the file is shown before it is sent"
    await yes.click()
    await expect(visitor.banner).to_contain_text("Une personne vous répondra")


async def share(marie: RunningMarie, conversation: Conversation) -> None:
    """Nobody came for a long time: every organisation may take it."""
    async with database_of(marie) as database, database.write() as connection:
        lead = await leads.latest(connection, ConversationId(conversation.id))
        assert lead is not None
        assert lead.request.consent
        await leads.share(connection, lead.id, at=clock.now())


async def words_at(page: Page) -> list[tuple[str, str]]:
    """Author and words of every message on a counsellor's screen, notes apart."""
    found: list[list[str]] = await page.locator("#log [data-seq]").evaluate_all(
        "nodes => nodes.map(node => [node.classList[1], node.querySelector('.text').textContent])"
    )
    return [(author, one_line(text)) for author, text in found]


async def same_everywhere(visitor: Browsing, page: Page, conversation: Conversation) -> None:
    """Both screens show the log: nothing lost, nothing doubled, in order."""
    log = await conversation.log()
    await visitor.until_shown(log)
    wanted = [(each["author"], one_line(each["text"])) for each in log]
    async with asyncio.timeout(15):
        while (shown := await words_at(page)) != wanted:
            await asyncio.sleep(0.1)
            if len(log) != len(await conversation.log()):
                raise AssertionError("something was written meanwhile")
    assert shown == wanted
    texts = [each["text"] for each in log if each["author"] in ("visitor", "counsellor")]
    assert len(texts) == len(set(texts)), texts


async def write(page: Page, text: str) -> None:
    """Type in the conversation, and send."""
    await whole(page)
    field = page.get_by_label("Votre message")
    await field.fill(text)
    await field.press("Enter")


async def left_of(marie: RunningMarie, conversation_id: str) -> dict[str, int]:
    """How many rows of each table still hang on the conversation."""
    async with database_of(marie) as database, database.read() as connection:
        found = {}
        for table in tables.metadata.sorted_tables:
            if "conversation_id" in table.c and table.name != "erased":
                query = select(func.count()).where(table.c.conversation_id == conversation_id)
                found[table.name] = await connection.scalar(query) or 0
        return {name: count for name, count in found.items() if count}


def files_with(folder: Path, words: str) -> list[str]:
    """Which files hold these words."""
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and words.encode() in path.read_bytes()
    ]


async def test_three_windows_from_a_question_to_its_erasure(
    marie: RunningMarie, browser: Browser
) -> None:
    phone = await browser.new_context(locale="fr-CA", viewport={"width": 390, "height": 844})
    visitor = await Browsing.arrive(phone, marie.base)
    conversation = await visitor.conversation()
    await visitor.ask(f"Bonjour, je m’appelle Zoé {SECRET}. Y a-t-il un cégep à Rimouski?")
    await expect(visitor.page.locator(".card").first).to_contain_text("Cégep de Rimouski")
    await ask_for_a_person(visitor, conversation)
    await share(marie, conversation)

    # Both see it in their list, both click at the same moment: one has it, the other is told who.
    nadia, at_promis = await desk(marie, browser, "Nadia", "promis")
    luc, at_inici = await desk(marie, browser, "Luc", "inici")
    claim = f"#claim-{conversation.id}"
    buttons = [page.locator(claim) for page in (at_promis, at_inici)]
    for button in buttons:
        await expect(button).to_be_visible()
    await asyncio.gather(*(button.evaluate("button => button.click()") for button in buttons))
    for each in (at_promis, at_inici):
        await each.wait_for_url(f"**/console/conversations/{conversation.id}**")
    late = [each for each in (at_promis, at_inici) if each.url.endswith("/prendre")]
    assert len(late) == 1
    other = late[0]
    page = at_inici if other is at_promis else at_promis
    names = {at_promis: ("Nadia", "PROMIS"), at_inici: ("Luc", "INICI")}
    (name, organization), (other_name, other_organization) = names[page], names[other]
    told = other.get_by_role("heading", level=1)
    await expect(told).to_contain_text("a pris cette conversation juste avant vous")
    await expect(told).to_contain_text(name)
    await expect(told).to_contain_text(organization)
    await expect(visitor.last("system")).to_contain_text(name)

    # They talk, and each sees that the other writes.
    await whole(page)
    await page.get_by_label("Votre message").press_sequentially("Bonjour")
    await expect(visitor.page.get_by_text(f"{name} écrit…")).to_be_visible()
    await write(page, "Bonjour, quand partez-vous?")
    await expect(visitor.last("counsellor")).to_have_text("Bonjour, quand partez-vous?")
    await visitor.input.press_sequentially("En j")
    await expect(page.locator("#writing")).to_contain_text("écrit…")
    await visitor.ask("En juillet")
    await expect(page.locator("#log .message.visitor").last).to_contain_text("En juillet")

    # A private note stays in the house.
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type(NOTE)
    await page.keyboard.press("Enter")
    await expect(page.locator("#log .message.note")).to_contain_text(NOTE)

    # The page is reloaded, then the server dies: what both write meanwhile waits in their browsers.
    await asyncio.gather(page.reload(), visitor.go("/?une-autre-page"))
    await same_everywhere(visitor, page, conversation)
    await expect(page.locator("#log .message.note")).to_have_count(1)
    if not await visitor.input.is_visible():
        await visitor.launcher.click()  # on a phone the next page is not covered by itself
    marie.kill("web")
    await write(page, "Écrit pendant la panne, au bureau")
    await visitor.ask("Écrit pendant la panne, au téléphone")
    await asyncio.to_thread(marie.wait_healthy)
    await expect(visitor.last("counsellor")).to_have_text(
        "Écrit pendant la panne, au bureau", timeout=30_000
    )
    await expect(page.locator("#log .message.visitor").last).to_contain_text(
        "au téléphone", timeout=30_000
    )
    await expect(page.locator("#outbox li")).to_have_count(0)
    await same_everywhere(visitor, page, conversation)

    # To the other organisation; who gave it away sees it no more.
    await page.locator("#entrust").click()
    await page.get_by_label("À qui?").select_option(label=other_organization)
    await page.get_by_label("Pourquoi?").fill("Elle vise une région que vous connaissez.")
    await page.get_by_role("button", name="Confier la conversation").click()
    await expect(page.locator("#waiting-title")).to_be_visible()
    await expect(page.locator(f"#c-{conversation.id}")).to_have_count(0)
    gone = await page.goto(f"{marie.base}/console/conversations/{conversation.id}")
    assert gone is not None
    assert gone.status == 404
    await expect(visitor.last("system")).to_contain_text(other_organization)
    await other.goto(f"{marie.base}/console/")
    await other.locator(claim).click()
    await expect(other.locator("#log .message.note").first).to_contain_text(NOTE)
    await expect(visitor.last("system")).to_contain_text(other_name)
    await write(other, "Je prends la suite")
    await expect(visitor.last("counsellor")).to_have_text("Je prends la suite")

    # Back to Marie, who knows what was agreed.
    await other.locator("#hand-back").click()
    await other.get_by_label("Ce que Marie doit savoir").fill(SUMMARY)
    await other.get_by_role("button", name="Rendre la conversation à Marie").click()
    await expect(other.get_by_text("Laissé à Marie").first).to_be_visible()
    await visitor.ask("Qu’est-ce qu’on a dit?")
    await expect(visitor.last("marie")).to_contain_text("12 janvier 2027")
    assert NOTE not in str(await conversation.log())
    assert NOTE not in await visitor.page.content()
    await same_everywhere(visitor, other, conversation)

    # Her words, her file, the notes: all of it goes when she says so.
    assert await left_of(marie, conversation.id)
    await visitor.page.locator("summary").click()
    await visitor.page.get_by_role("button", name="Effacer ma conversation").click()
    await visitor.page.get_by_role("button", name="Effacer", exact=True).click()
    async with asyncio.timeout(15):
        while (await conversation.call("GET", "/messages"))[0] != 410:
            await asyncio.sleep(0.1)
    assert await left_of(marie, conversation.id) == {}
    assert await asyncio.to_thread(files_with, marie.data, SECRET) == []
    # Her colleague's page finds out by itself; going elsewhere before would meet it on its way.
    await expect(
        other.get_by_role("heading", name="Cette conversation n’est plus là")
    ).to_be_visible()
    await other.goto(f"{marie.base}/console/recherche?q=Zyzzyva")
    await expect(other.locator("mark")).to_have_count(0)
    gone = await other.goto(f"{marie.base}/console/conversations/{conversation.id}")
    assert gone is not None
    assert gone.status == 404
    for context in (phone, nadia, luc):
        await context.close()
