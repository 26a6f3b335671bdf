"""Every message exactly once and in order, whatever happens to network, page or server."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.widget.conftest import NewVisit, Visit, eventually
from tests.widget.fake_server import FakeServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_what_is_typed_offline_leaves_once_and_in_order(
    talk: Visit, server: FakeServer
) -> None:
    await talk.page.context.set_offline(True)
    for text in ("un", "deux", "trois"):
        await talk.ask(text)
    await expect(talk.banner).to_have_text(
        "Hors ligne. Vos messages partiront au retour du réseau."
    )
    await expect(talk.page.locator(".status", has_text="En attente")).to_have_count(3)
    assert server.said("visitor") == []
    await talk.page.context.set_offline(False)
    await expect(talk.bubble("Vous avez dit : trois")).to_be_visible()
    await expect(talk.banner).to_be_empty()
    assert server.said("visitor") == ["un", "deux", "trois"]
    assert await talk.texts() == [m["text"] for m in server.only.messages]


async def test_a_cut_just_after_the_question_loses_and_doubles_nothing(
    talk: Visit, server: FakeServer
) -> None:
    server.answer_after = 0.15
    for n in range(6):
        await talk.ask(f"question {n}")
        await talk.page.wait_for_timeout(20 * n)
        await server.cut_sockets()
        await expect(talk.bubble(f"Vous avez dit : question {n}")).to_be_visible()
    assert server.said("visitor") == [f"question {n}" for n in range(6)]
    assert await talk.texts() == [m["text"] for m in server.only.messages]


async def test_polling_serves_where_sockets_fail(new_visit: NewVisit, server: FakeServer) -> None:
    server.refuse_sockets = True
    visit = await new_visit()
    await visit.begin()
    await visit.ask("sans socket")
    await visit.ask("et encore")
    await expect(visit.bubble("Vous avez dit : et encore")).to_be_visible()
    assert server.said("visitor") == ["sans socket", "et encore"]
    assert await visit.texts() == [m["text"] for m in server.only.messages]


async def test_an_answer_under_way_is_found_on_the_next_page(
    talk: Visit, server: FakeServer
) -> None:
    server.answer_after = 0.4
    await talk.ask("avant de partir")
    await eventually(lambda: server.said("visitor") == ["avant de partir"], talk.page)
    await talk.arrive("/?page=2")
    await expect(talk.bubble("Vous avez dit : avant de partir")).to_be_visible()
    assert await talk.texts() == [m["text"] for m in server.only.messages]


async def test_what_was_typed_offline_leaves_from_a_later_page(
    talk: Visit, new_visit: NewVisit, server: FakeServer
) -> None:
    await talk.page.context.set_offline(True)
    await talk.ask("depuis le métro")
    await expect(talk.page.locator(".status", has_text="En attente")).to_be_visible()
    await talk.page.close()
    await talk.page.context.set_offline(False)
    later = await new_visit(context=talk.page.context)
    await expect(later.bubble("Vous avez dit : depuis le métro")).to_be_visible()
    assert server.said("visitor") == ["depuis le métro"]


async def test_two_tabs_are_one_conversation(
    talk: Visit, new_visit: NewVisit, server: FakeServer
) -> None:
    other = await new_visit(context=talk.page.context)
    await expect(other.bubble("Je suis Marie.")).to_be_visible()
    await talk.page.context.set_offline(True)
    await talk.ask("de la première")
    await other.ask("de la seconde")
    await talk.page.context.set_offline(False)
    for tab in (talk, other):
        await expect(tab.bubble("Vous avez dit : de la seconde")).to_be_visible()
        await expect(tab.bubble("Vous avez dit : de la première")).to_be_visible()
        assert await tab.texts() == [m["text"] for m in server.only.messages]
    assert server.said("visitor") == ["de la première", "de la seconde"]


async def test_a_conversation_begun_in_one_tab_appears_in_the_other(
    visit: Visit, new_visit: NewVisit
) -> None:
    other = await new_visit(context=visit.page.context)
    await other.launcher.click()
    await visit.begin()
    await expect(other.bubble("Je suis Marie.")).to_be_visible()


async def test_a_socket_that_says_nothing_is_given_up(
    new_visit: NewVisit, server: FakeServer
) -> None:
    visit = await new_visit()
    await visit.page.clock.install()
    await visit.arrive()
    await visit.begin()
    await visit.page.wait_for_timeout(300)
    server.deaf = True
    await visit.ask("y a-t-il quelqu’un?")
    await visit.page.wait_for_timeout(300)
    assert server.said("visitor") == []
    server.deaf = False
    await visit.page.clock.fast_forward(10_000)
    await expect(visit.bubble("Vous avez dit : y a-t-il")).to_be_visible()
    assert server.said("visitor") == ["y a-t-il quelqu’un?"]


async def test_a_rate_limit_delays_and_loses_nothing(talk: Visit, server: FakeServer) -> None:
    server.limited = 2
    for text in ("un", "deux"):
        await talk.ask(text)
    await expect(talk.banner).to_have_text("Un instant\u00a0: vos messages partiront bientôt.")
    await expect(talk.bubble("Vous avez dit : deux")).to_be_visible(timeout=10_000)
    assert server.said("visitor") == ["un", "deux"]
    await expect(talk.banner).to_be_empty()


async def test_history_comes_back_after_a_reload(talk: Visit, server: FakeServer) -> None:
    await talk.ask("Où est le cégep?")
    await expect(talk.page.locator(".card")).to_have_count(2)
    await talk.page.reload()
    await expect(talk.page.locator(".card")).to_have_count(2)
    assert await talk.texts() == [m["text"] for m in server.only.messages]
    await expect(talk.page.locator(".reply")).to_have_count(2)
    # What was there before is not read aloud again.
    await expect(talk.page.get_by_role("log")).to_have_attribute("aria-live", "polite")


async def test_a_browser_that_forbids_storage_still_talks(
    new_visit: NewVisit, server: FakeServer
) -> None:
    visit = await new_visit()
    await visit.page.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('no'); } });"
    )
    await visit.arrive()
    await visit.begin()
    await visit.ask("sans mémoire")
    await expect(visit.bubble("Vous avez dit : sans mémoire")).to_be_visible()
    assert server.said("visitor") == ["sans mémoire"]


async def test_a_server_that_cannot_be_reached_is_said_at_the_start(visit: Visit) -> None:
    await visit.launcher.click()
    await visit.page.context.set_offline(True)
    await visit.page.get_by_role("button", name="J’accepte et je commence").click()
    await expect(visit.banner).to_contain_text("Marie ne répond pas pour l’instant.")
    await visit.page.context.set_offline(False)
    await visit.page.get_by_role("button", name="J’accepte et je commence").click()
    await expect(visit.bubble("Je suis Marie.")).to_be_visible()
    await expect(visit.banner).to_be_empty()
