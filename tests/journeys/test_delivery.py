"""Every message exactly once and in order, whatever happens to the link, the page or the server.

Each situation is tried MARIE_TRIALS times (3; the benchmark tries 30) and prints how often it held.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Browser, Error, expect

from tests.journeys.link import Link, link_to
from tests.journeys.people import (
    Browsing,
    Conversation,
    Scripted,
    check_log,
    counsellor,
    one_line,
    scripted,
)
from tests.running import RunningMarie

TRIALS = int(os.environ.get("MARIE_TRIALS", "3"))

pytestmark = [
    pytest.mark.rasa,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(60 * (TRIALS + 2)),
]

QUESTIONS = (
    "Y a-t-il un cégep à Rimouski?",
    "Combien coûte une garderie?",
    "Comment céder mon bail?",
    "Parlez-moi de la Côte-Nord",
    "Mon diplôme est-il reconnu?",
    "Qui peut m’aider à trouver un emploi à Saguenay?",
    "Comment inscrire mon fils à l’école?",
)
Trial = Callable[[int], Awaitable[None]]


def question(number: int) -> str:
    """A question that no other trial asks in the same words."""
    return f"{QUESTIONS[number % len(QUESTIONS)]} ({number})"


async def repeat(what: str, trial: Trial) -> None:
    """Try it; print how often it held; fail with every reason."""
    failures = []
    for number in range(TRIALS):
        try:
            await trial(number)
        except (AssertionError, Error) as error:
            failures.append(f"trial {number}: {error}")
    print(f"\ndelivery, {what}: {TRIALS - len(failures)}/{TRIALS}")
    assert not failures, "\n".join(failures)


async def flicker(link: Link) -> None:
    """Cut 50 ms after the question, back 0.3 s later."""
    await asyncio.sleep(0.05)
    link.cut()
    await asyncio.sleep(0.3)
    link.restore()


async def check_scripted(client: Scripted, conversation: Conversation, said: list[str]) -> None:
    """All is answered, and the client shows the log."""
    log = await conversation.until(1 + 2 * len(said))
    await client.until(len(log))
    await asyncio.sleep(0.1)
    check_log(await conversation.log(), said)
    assert client.shown == await conversation.log()
    assert client.outbox == []


async def check_browser(visitor: Browsing, conversation: Conversation, said: list[str]) -> None:
    """All is answered, and the screen shows the log."""
    log = await conversation.until(1 + 2 * len(said), seconds=60)
    await visitor.until_shown(log, seconds=60)
    await asyncio.sleep(0.1)
    log = await conversation.log()
    check_log(log, said)
    await visitor.until_shown(log)


def talk_of_a_counsellor(conversation: list[dict[str, object]]) -> list[str]:
    """What the counsellor said, in order."""
    return [str(each["text"]) for each in conversation if each["author"] == "counsellor"]


@pytest.fixture
def said() -> list[str]:
    """What the visitor said so far."""
    return []


async def test_scripted_client_gets_all_when_the_link_is_cut_after_the_question(
    marie: RunningMarie, said: list[str]
) -> None:
    async with link_to(marie.port) as link, scripted(link.base) as client:
        direct = Conversation(marie.base, client.conversation.id, client.conversation.token)

        async def trial(number: int) -> None:
            said.append(question(number))
            await client.say(said[-1])
            await flicker(link)
            await check_scripted(client, direct, said)

        await repeat("link cut, scripted client", trial)
        assert link.broken >= TRIALS


@pytest.mark.browser
async def test_browser_gets_all_when_the_link_is_cut_after_the_question(
    marie: RunningMarie, browser: Browser, said: list[str]
) -> None:
    context = await browser.new_context(locale="fr-CA")
    async with link_to(marie.port) as link:
        visitor = await Browsing.arrive(context, link.base)
        direct = await visitor.conversation(marie.base)

        async def trial(number: int) -> None:
            said.append(question(number))
            await visitor.ask(said[-1])
            await flicker(link)
            await check_browser(visitor, direct, said)

        await repeat("link cut, browser", trial)
        assert link.broken >= TRIALS
        await context.close()


async def test_scripted_client_gets_all_when_it_hangs_up_while_an_answer_is_under_way(
    marie: RunningMarie, said: list[str]
) -> None:
    async with scripted(marie.base) as client, counsellor(marie, "Awa") as awa:

        async def trial(number: int) -> None:
            said.append(question(number))
            await client.say(said[-1])
            await asyncio.sleep(0.01 * number)
            await client.hang_up()
            await check_scripted(client, client.conversation, said)

        await repeat("page changed while Marie answers, scripted client", trial)

        await client.conversation.ask_for_person()
        await awa.claim(client.conversation)
        sent: list[str] = []

        async def under_way(number: int) -> None:
            sent.append(f"Bonjour, ici Awa ({number})")
            await asyncio.gather(awa.write(client.conversation, sent[-1]), client.hang_up())
            log = await client.conversation.log()
            await client.until(len(log))
            assert client.shown == log
            assert talk_of_a_counsellor(log) == sent

        await repeat("page changed while a counsellor writes, scripted client", under_way)


@pytest.mark.browser
async def test_browser_shows_all_when_the_page_changes_while_an_answer_is_under_way(
    marie: RunningMarie, browser: Browser, said: list[str]
) -> None:
    context = await browser.new_context(locale="fr-CA")
    visitor = await Browsing.arrive(context, marie.base)
    conversation = await visitor.conversation()

    async def trial(number: int) -> None:
        said.append(question(number))
        await visitor.ask(said[-1])
        await asyncio.sleep(0.02 * (number % 10))
        await visitor.go(f"/?page={number}")
        await check_browser(visitor, conversation, said)

    await repeat("page changed while Marie answers, browser", trial)

    async with counsellor(marie, "Léa") as lea:
        await conversation.ask_for_person()
        await lea.claim(conversation)
        sent: list[str] = []

        async def under_way(number: int) -> None:
            sent.append(f"Bonjour, ici Léa ({number})")
            await asyncio.gather(
                lea.write(conversation, sent[-1]), visitor.go(f"/?page=lea{number}")
            )
            log = await conversation.log()
            assert talk_of_a_counsellor(log) == sent
            await visitor.until_shown(log)

        await repeat("page changed while a counsellor writes, browser", under_way)
    await context.close()


async def test_scripted_client_sends_what_was_written_offline(
    marie: RunningMarie, said: list[str]
) -> None:
    async with link_to(marie.port) as link, scripted(link.base) as client:
        direct = Conversation(marie.base, client.conversation.id, client.conversation.token)

        async def trial(number: int) -> None:
            link.cut()
            for part in ("a", "b"):
                said.append(f"{question(number)} {part}")
                await client.say(said[-1])
                await asyncio.sleep(0.05)
            link.restore()
            await check_scripted(client, direct, said)

        await repeat("written offline, scripted client", trial)


@pytest.mark.browser
async def test_browser_sends_what_was_written_offline(
    marie: RunningMarie, browser: Browser, said: list[str]
) -> None:
    context = await browser.new_context(locale="fr-CA")
    async with link_to(marie.port) as link:
        visitor = await Browsing.arrive(context, link.base)
        direct = await visitor.conversation(marie.base)

        async def trial(number: int) -> None:
            link.cut()
            await context.set_offline(True)
            await expect(visitor.banner).to_contain_text("Hors ligne")
            for part in ("a", "b"):
                said.append(f"{question(number)} {part}")
                await visitor.ask(said[-1])
            shown = [text for _, text in await visitor.shown()]
            assert shown[-1] == one_line(said[-1]) + "En attente"
            link.restore()
            await context.set_offline(False)
            await check_browser(visitor, direct, said)

        await repeat("written offline, browser", trial)
        await context.close()


async def killed_in_between(marie: RunningMarie, taken_in: Callable[[], Awaitable[object]]) -> None:
    """SIGKILL of the web process after a message is in the log and before its answer is."""
    with marie.frozen("rasa"):  # nobody can answer meanwhile
        await taken_in()
        await asyncio.to_thread(marie.kill, "web")
    await asyncio.to_thread(marie.wait_healthy)


async def test_scripted_client_is_answered_once_when_the_server_is_killed_in_between(
    marie: RunningMarie, said: list[str]
) -> None:
    async with scripted(marie.base) as client:

        async def trial(number: int) -> None:
            said.append(question(number))

            async def taken_in() -> None:
                await client.say(said[-1])
                await client.conversation.until(2 * len(said))

            await killed_in_between(marie, taken_in)
            await check_scripted(client, client.conversation, said)

        await repeat("server killed, scripted client", trial)


@pytest.mark.browser
async def test_browser_is_answered_once_when_the_server_is_killed_in_between(
    marie: RunningMarie, browser: Browser, said: list[str]
) -> None:
    context = await browser.new_context(locale="fr-CA")
    visitor = await Browsing.arrive(context, marie.base)
    conversation = await visitor.conversation()

    async def trial(number: int) -> None:
        said.append(question(number))

        async def taken_in() -> None:
            await visitor.ask(said[-1])
            await conversation.until(2 * len(said))

        await killed_in_between(marie, taken_in)
        await check_browser(visitor, conversation, said)

    await repeat("server killed, browser", trial)
    await context.close()
