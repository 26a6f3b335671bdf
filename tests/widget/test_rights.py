"""Quitting fast, erasing, exporting, and a conversation that is no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Route, expect

from tests.widget.conftest import NewVisit, Visit
from tests.widget.fake_server import FakeServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NEUTRAL = "https://www.meteomedia.com/ca"


async def test_quitting_fast_leaves_no_trace_on_the_device(talk: Visit, server: FakeServer) -> None:
    async def weather(route: Route) -> None:
        await route.fulfill(body="<title>Météo</title>", content_type="text/html")

    await talk.page.context.route(f"{NEUTRAL}**", weather)
    await talk.ask("secret")
    await expect(talk.bubble("Vous avez dit : secret")).to_be_visible()
    assert await talk.stored() != []
    await talk.page.get_by_role("button", name="Quitter vite").click()
    await talk.page.wait_for_url(f"{NEUTRAL}**")
    await talk.page.go_back()  # the page that was left is not in the history
    assert server.url not in talk.page.url
    await talk.arrive()
    assert await talk.stored() == []
    await talk.launcher.click()
    await expect(talk.page.get_by_role("button", name="Non merci")).to_be_visible()


async def test_quitting_fast_hides_the_page_before_the_next_one_comes(talk: Visit) -> None:
    async def nowhere(route: Route) -> None:
        await route.fulfill(status=204)  # the browser stays where it is

    await talk.page.context.route(f"{NEUTRAL}**", nowhere)
    await talk.page.get_by_role("button", name="Quitter vite").click()
    await expect(talk.page.locator(".blank")).to_be_visible()
    await expect(talk.panel).to_have_count(0)


async def test_erasing_asks_once_more_then_forgets_everywhere(
    talk: Visit, server: FakeServer
) -> None:
    await talk.choose("Effacer ma conversation")
    await expect(talk.page.get_by_role("button", name="Garder", exact=True)).to_be_focused()
    await talk.page.keyboard.press("Escape")
    await expect(talk.input).to_be_visible()
    assert not server.only.erased
    await talk.choose("Effacer ma conversation")
    await talk.page.get_by_role("button", name="Effacer", exact=True).click()
    await expect(talk.banner).to_have_text("Votre conversation est effacée.")
    await expect(talk.page.get_by_role("button", name="Non merci")).to_be_visible()
    assert server.only.erased
    assert await talk.stored() == []
    assert await talk.texts() == []


async def test_erasing_that_fails_says_so_and_keeps_the_conversation(talk: Visit) -> None:
    await talk.choose("Effacer ma conversation")
    await talk.page.context.set_offline(True)
    await talk.page.get_by_role("button", name="Effacer", exact=True).click()
    await expect(talk.input).to_be_visible()
    await talk.page.context.set_offline(False)
    await expect(talk.banner).to_contain_text("Marie ne répond pas pour l’instant.")
    assert len(await talk.texts()) == 1


async def test_exporting_downloads_what_the_server_keeps(
    talk: Visit, server: FakeServer, tmp_path: Path
) -> None:
    async with talk.page.expect_download() as download:
        await talk.choose("Exporter mes données")
    file = await download.value
    assert file.suggested_filename == "marie.json"
    await file.save_as(tmp_path / "marie.json")
    assert json.loads((tmp_path / "marie.json").read_text("utf-8")) == server.only.messages


async def test_a_lost_conversation_is_said_and_what_was_typed_can_still_leave(
    talk: Visit, server: FakeServer
) -> None:
    await talk.page.context.set_offline(True)
    await talk.ask("pas encore parti")
    server.conversations.clear()
    await talk.page.context.set_offline(False)
    await expect(talk.banner).to_have_text("La conversation précédente n’est plus disponible.")
    await talk.page.get_by_role("button", name="J’accepte et je commence").click()
    await expect(talk.bubble("Vous avez dit : pas encore parti")).to_be_visible()
    assert server.said("visitor") == ["pas encore parti"]


async def test_erased_elsewhere_is_erased_here(
    talk: Visit, new_visit: NewVisit, server: FakeServer
) -> None:
    server.only.erased = True
    await server.cut_sockets()
    await expect(talk.banner).to_have_text("Votre conversation est effacée.")
    assert await talk.stored() == []
