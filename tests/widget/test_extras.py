"""What comes with an answer, and what the menu offers: errors reported, simple French, regions."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.widget.conftest import NewVisit, Visit, eventually
from tests.widget.fake_server import CEGEP, FakeServer
from tests.widget.test_access import axe

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_error_on_a_card_is_reported_with_what_it_is_about(
    talk: Visit, server: FakeServer
) -> None:
    await talk.ask("Où est le cégep?")
    await talk.page.get_by_role("button", name="Signaler une erreur").click()
    about = talk.page.get_by_role("combobox", name="Sur quoi?")
    await expect(about).to_be_focused()
    await about.select_option("Cégep de Rimouski")
    await talk.page.get_by_role("textbox", name="Qu’est-ce qui n’est pas juste?").fill("Numéro")
    await talk.page.get_by_role("button", name="Envoyer le signalement").click()
    await expect(talk.page.get_by_text("Merci. Une personne vérifiera.")).to_be_visible()
    assert server.only.reports == [{"seq": 3, "resource": "cegep-rimouski", "text": "Numéro"}]


async def test_card_says_all_that_is_known_of_a_resource(talk: Visit) -> None:
    await talk.ask("Où est le cégep?")
    card = talk.page.locator(".card").first
    for said in (
        "60 places, dont 10 pour poupons, contribution réduite",
        "Heures : lundi au vendredi, 8 h à 16 h",
        "gratuit",
        "(à revérifier)",
    ):
        await expect(card).to_contain_text(said)
    mail = card.get_by_role("link", name="Courriel – Cégep de Rimouski")
    await expect(mail).to_have_attribute("href", "mailto:accueil@example.org")


async def test_report_given_up_leaves_the_focus_where_it_began(talk: Visit) -> None:
    await talk.ask("Où est le cégep?")
    opener = talk.page.get_by_role("button", name="Signaler une erreur")
    await opener.click()
    await expect(talk.page.get_by_role("combobox", name="Sur quoi?")).to_be_focused()
    await talk.page.keyboard.press("Escape")
    await expect(opener).to_be_focused()


async def test_simple_french_is_switched_on_and_off_and_stays_after_a_reload(
    talk: Visit, server: FakeServer
) -> None:
    await talk.choose("Français simple")
    await expect(talk.banner).to_have_text("Marie utilise maintenant des mots simples.")
    assert server.only.simple
    await talk.page.reload()
    await talk.page.locator("summary").first.click()
    pressed = talk.page.get_by_role("button", name="Français simple")
    await expect(pressed).to_have_attribute("aria-pressed", "true")
    await pressed.click()
    await eventually(lambda: not server.only.simple, talk.page)


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
async def test_ranking_shows_bars_a_map_and_every_region_and_axe_finds_nothing(
    new_visit: NewVisit, scheme: str, width: int
) -> None:
    talk = await new_visit(color_scheme=scheme, viewport={"width": width, "height": 844})
    await talk.begin()
    await talk.ask("Quelle région?")
    await expect(talk.page.get_by_role("img", name="3 sur 5")).to_be_visible()
    await expect(talk.page.get_by_text("donnée absente")).to_be_visible()
    await expect(talk.page.get_by_role("img", name="Carte schématique")).to_be_visible()
    await talk.page.get_by_text("Toutes les régions, dans l’ordre").click()
    await expect(talk.page.locator(".order li")).to_have_count(3)
    assert await axe(talk) == []


async def test_bar_is_changed_by_a_button_that_says_so_in_words(
    talk: Visit, server: FakeServer
) -> None:
    await talk.ask("Quelle région?")
    await talk.page.get_by_role("button", name="Nature et espace : compte plus").click()
    await eventually(
        lambda: server.said("visitor")[-1] == "Nature et espace\u00a0: ça compte plus", talk.page
    )


async def test_two_regions_stand_side_by_side_in_a_table_and_not_in_words_too(talk: Visit) -> None:
    await talk.ask("Compare deux régions")
    await expect(talk.page.get_by_role("columnheader", name="Mauricie")).to_be_visible()
    await expect(talk.page.get_by_role("row", name="Population 527 765 289 374")).to_be_visible()
    said = await talk.page.locator(".message.marie .text").last.text_content()
    assert said == "Estrie et Mauricie, côte à côte\u00a0:\n\nDonnée absente\u00a0: loyers."


@pytest.mark.parametrize(
    ("after", "left"),
    [
        ("D’après A.\nCoordonnées à confirmer.\n\nPuis.", "\nCoordonnées à confirmer.\n\nPuis."),
        ("Coordonnées à confirmer.", "\nCoordonnées à confirmer."),
        ("D’après A.\n\nPuis.", "\nPuis."),
        ("Puis.", "\nPuis."),
        ("D’après A.", ""),
    ],
)
async def test_what_follows_a_list_that_cards_say_is_a_paragraph_of_its_own(
    talk: Visit, server: FakeServer, after: str, left: str
) -> None:
    listed = f"Voici\u00a0:\n\n• Un cégep\n• Un autre\n\n{after}"
    await server.say("marie", listed, resources=CEGEP["resources"])
    bubble = talk.page.locator(".message.marie .text").last
    await expect(bubble).to_contain_text("Voici")
    assert await bubble.text_content() == f"Voici\u00a0:\n{left}"


async def test_visitor_says_with_the_keyboard_whether_an_answer_helps_and_why(
    talk: Visit, server: FakeServer
) -> None:
    await talk.ask("Où est le cégep?")
    group = talk.page.get_by_role("group", name="Cette réponse vous aide?")
    down = group.get_by_role("button", name="Non")
    await expect(down).to_have_attribute("aria-pressed", "false")
    await down.focus()
    await talk.page.keyboard.press("Enter")
    await expect(group.get_by_role("status")).to_have_text("Merci!")
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(down).to_be_focused()
    assert server.only.opinions == [{"seq": 3, "helpful": False, "reason": ""}]
    assert await axe(talk) == []
    await group.get_by_role("textbox", name="Pourquoi?").fill("Trop loin")
    await group.get_by_role("button", name="Envoyer").click()
    await expect(down).to_be_focused()
    assert server.only.opinions[1:] == [{"seq": 3, "helpful": False, "reason": "Trop loin"}]
    await talk.page.reload()
    await expect(group.get_by_role("button", name="Non")).to_have_attribute("aria-pressed", "true")
    await group.get_by_role("button", name="Oui").click()
    await expect(group.get_by_role("button", name="Oui")).to_have_attribute("aria-pressed", "true")
    assert server.only.opinions[2]["helpful"] is True
