"""What a visitor sees and does, from consent to a person."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.widget.conftest import NewVisit, Visit, eventually
from tests.widget.fake_server import FakeServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_nothing_is_sent_or_stored_before_consent(visit: Visit, server: FakeServer) -> None:
    await visit.launcher.click()
    await expect(visit.panel).to_contain_text("Je suis une assistante automatisée.")
    await expect(visit.panel.get_by_role("link", name="Confidentialité")).to_be_visible()
    await expect(visit.input).to_be_hidden()
    assert [path for _, path in server.requests if path.startswith("/api")] == []
    assert await visit.stored() == []
    await visit.page.get_by_role("button", name="Non merci").click()
    await expect(visit.panel).to_be_hidden()
    assert server.conversations == {}
    assert await visit.stored() == []


async def test_an_answer_comes_with_cards_documents_and_dated_sources(talk: Visit) -> None:
    await talk.ask("Y a-t-il un cégep à Rimouski?")
    card = talk.page.locator(".card", has_text="Cégep de Rimouski")
    await expect(card).to_contain_text("Rimouski, à 0,8\u00a0km à vol d’oiseau")
    await expect(card).to_contain_text("Données Québec, lu le 22 novembre 2026, à confirmer")
    phone = card.get_by_role("link", name="418 723-1880")
    await expect(phone).to_have_attribute("href", "tel:+14187231880")
    site = card.get_by_role("link", name="Site web – Cégep de Rimouski")
    await expect(site).to_have_attribute("href", "https://www.cegep-rimouski.qc.ca")
    await expect(site).to_have_attribute("target", "_blank")
    await expect(site).to_have_attribute("rel", re.compile("noopener"))
    other = talk.page.locator(".card", has_text="Cégep de Matane")
    await expect(other).to_contain_text("86,3\u00a0km")
    await expect(other).to_contain_text("vérifié le 1er novembre 2026")
    await expect(other.get_by_role("link")).to_have_count(0)  # its address was javascript:
    document = talk.page.get_by_role("link", name="Liste des cégeps (PDF)")
    expected = f"{talk.server.url}/api/v1/documents/cegeps?sig=abc"
    await expect(document).to_have_attribute("href", expected)
    await expect(talk.page.locator(".message .small", has_text="Source").last).to_have_text(
        "Source\u00a0: Données Québec, collèges (lu le 22 novembre 2026, à confirmer)"
    )


async def test_several_sources_are_behind_one_line_each_with_its_day(
    talk: Visit, server: FakeServer
) -> None:
    titles = ("Données Québec, collèges", "Ministère de l’Enseignement supérieur")
    pages = [
        {"title": title, "url": "https://www.donneesquebec.ca", "read_on": day}
        for title, day in zip(titles, ("2026-11-22", None), strict=True)
    ]
    await server.say("marie", "Un cégep, d’après deux pages.", sources=pages)
    last = talk.page.locator(".message.marie").last
    sources = last.locator("summary", has_text="Sources (2)")
    await expect(last.get_by_role("link")).to_have_count(0)
    await sources.press("Enter")
    await expect(last.locator("details p")).to_have_text(
        [f"{titles[0]} (lu le 22 novembre 2026, à confirmer)", f"{titles[1]} (à confirmer)"]
    )
    await expect(last.get_by_role("link")).to_have_count(2)


async def test_a_quick_reply_sends_what_marie_offered(talk: Visit, server: FakeServer) -> None:
    await talk.page.get_by_role("button", name="Trouver un cégep").click()
    await expect(talk.page.locator(".card")).to_have_count(2)
    assert server.said("visitor") == ["Trouver un cégep"]
    names = await talk.page.locator(".reply").all_inner_texts()
    assert names == ["Comment s’inscrire?", "Combien ça coûte?"]


HOSTILE = [
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>",
    "\u202eà l’envers\u202c et \u2067 encore",
    "ligne une\nligne deux",
    "/restart",
    "😀" * 500,
]


async def test_text_is_shown_as_typed(talk: Visit, server: FakeServer) -> None:
    for text in HOSTILE:
        await talk.ask(text)
        await expect(talk.page.locator(".marie .text").last).to_have_text(
            f"Vous avez dit : {text}", use_inner_text=True
        )
    assert server.said("visitor") == HOSTILE
    mine = await talk.page.locator(".visitor .text").evaluate_all(
        "nodes => nodes.map((node) => node.textContent)"
    )
    assert mine == HOSTILE
    assert await talk.page.evaluate("window.hacked") is None
    assert await talk.page.locator(".message").locator("script, img").count() == 0


async def test_addresses_and_phone_numbers_can_be_followed(talk: Visit) -> None:
    await talk.ask("Je suis en danger")
    await expect(talk.bubble("SOS violence")).to_be_visible()
    found = (
        await talk.bubble("SOS violence")
        .locator("a")
        .evaluate_all("nodes => nodes.map((node) => [node.textContent, node.getAttribute('href')])")
    )
    assert found == [
        ["911", "tel:911"],
        ["1 800 363-9010", "tel:+18003639010"],
        ["9-8-8", "tel:988"],
        ["https://www.quebec.ca/sante", "https://www.quebec.ca/sante"],
    ]


async def test_four_thousand_characters_are_the_limit(talk: Visit, server: FakeServer) -> None:
    counter = talk.page.locator("#left")
    await talk.input.fill("a" * 3600)
    await expect(counter).to_be_empty()
    await talk.input.fill("a" * 3601)
    await expect(counter).to_have_text("Reste 399\u00a0caractères")
    await talk.input.fill("😀" * 4001)
    await expect(counter).to_have_text("1\u00a0caractère de trop")
    await talk.input.press("Enter")
    await talk.input.fill("   ")
    await talk.input.press("Enter")
    await talk.input.fill("😀" * 4000)
    await talk.input.press("Enter")
    await expect(talk.bubble("Vous avez dit")).to_be_visible()
    assert server.said("visitor") == ["😀" * 4000]


async def test_enter_sends_and_shift_enter_makes_a_line(talk: Visit, server: FakeServer) -> None:
    before = await talk.input.bounding_box()
    await talk.input.press_sequentially("un")
    await talk.input.press("Shift+Enter")
    await talk.input.press_sequentially("deux")
    after = await talk.input.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > before["height"]
    await talk.input.press("Enter")
    await eventually(lambda: server.said("visitor") == ["un\ndeux"], talk.page)
    await expect(talk.input).to_have_value("")
    await expect(talk.input).to_be_focused()


async def test_a_refused_message_comes_back_with_the_reason(
    talk: Visit, server: FakeServer
) -> None:
    await talk.ask("mot interdit")
    await expect(talk.banner).to_have_text("Non envoyé\u00a0: Ce message n’est pas du texte.")
    await expect(talk.input).to_have_value("mot interdit")
    assert len(await talk.texts()) == 1
    await talk.ask("mot permis")
    await expect(talk.bubble("Vous avez dit : mot permis")).to_be_visible()
    assert server.said("visitor") == ["mot permis"]


async def test_a_person_takes_over_and_marie_is_silent(talk: Visit, server: FakeServer) -> None:
    await talk.choose("Parler à une personne")
    await expect(talk.banner).to_contain_text("Une personne vous répondra ici")
    assert server.said("visitor") == ["Je veux parler à une personne"]
    await server.turn("counsellor")
    await expect(talk.banner).to_have_text("Une personne conseillère vous répond.")
    await server.say("counsellor", "Bonjour, je vous lis.", name="L’équipe d’accueil")
    await expect(talk.banner).to_have_text("L’équipe d’accueil vous répond.")
    await expect(talk.page.locator(".counsellor .who")).to_contain_text("L’équipe d’accueil")
    await talk.page.locator("summary").click()
    await expect(talk.page.get_by_role("button", name="Français simple")).to_be_visible()
    await expect(talk.page.get_by_role("button", name="Parler à une personne")).to_be_hidden()
    await talk.page.keyboard.press("Escape")
    await talk.ask("Merci")
    await expect(talk.bubble("Merci")).to_be_visible()
    await expect(talk.page.locator(".dots")).to_be_hidden()
    await server.turn("closed")
    await expect(talk.banner).to_contain_text("Conversation terminée.")


async def test_dots_say_that_marie_writes(talk: Visit, server: FakeServer) -> None:
    server.answer_after = 0.6
    await talk.ask("Bonjour")
    await expect(talk.page.locator(".dots")).to_have_text("Marie écrit…")
    await expect(talk.bubble("Vous avez dit")).to_be_visible()
    await expect(talk.page.locator(".dots")).to_be_hidden()


async def test_a_long_answer_is_read_from_its_beginning(talk: Visit) -> None:
    await talk.ask("une réponse longue")
    await expect(talk.bubble("Ligne 59")).to_be_attached()
    await expect(talk.bubble("une réponse longue")).to_be_in_viewport()


async def test_messages_that_come_while_the_panel_is_closed_are_counted(
    talk: Visit, server: FakeServer
) -> None:
    await eventually(lambda: server.only.acknowledged == 1, talk.page)
    await talk.page.get_by_role("button", name="Réduire").click()
    await server.say("counsellor", "Bonjour", name="L’équipe d’accueil")
    await expect(talk.launcher).to_contain_text("1\u00a0message à lire")
    assert server.only.acknowledged == 1
    await talk.launcher.click()
    await eventually(lambda: server.only.acknowledged == 2, talk.page)
    await expect(talk.page.locator(".badge")).to_be_hidden()


async def test_the_link_of_a_host_page_opens_the_panel(visit: Visit) -> None:
    await visit.page.get_by_role("link", name="Poser une question à Marie").click()
    await expect(visit.panel).to_be_visible()
    assert visit.page.url == f"{visit.server.url}/"


async def test_the_panel_open_on_one_page_is_open_on_the_next(
    talk: Visit, new_visit: NewVisit
) -> None:
    await talk.arrive("/?page=2")
    await expect(talk.panel).to_be_visible()
    await talk.page.get_by_role("button", name="Réduire").click()
    await talk.arrive("/?page=3")
    await expect(talk.launcher).to_be_visible()
    await expect(talk.panel).to_be_hidden()
