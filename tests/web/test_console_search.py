"""Past conversations found again, within what one may see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from marie import clock
from marie.domain.people import Role
from marie.store.engine import Database
from marie.web.console_search import snippet
from tests.conftest import Client
from tests.staff import waiting_visitor
from tests.web.console import Colleague, MakeColleague, colleagues, page_of

PAGE = "/console/recherche"
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def make_colleague(client: Client, database: Database) -> AsyncIterator[MakeColleague]:
    async with colleagues(client, database) as make:
        yield make


@pytest.fixture
async def nadia(make_colleague: MakeColleague) -> Colleague:
    return await make_colleague("nadia")


async def test_words_are_found_without_accents_or_capitals_and_all_of_them_must_be_there(
    client: Client, nadia: Colleague
) -> None:
    visitor = await waiting_visitor(client, "Je déménage à Trois-Rivières", "ma FILLE a 3 ans")
    other = await waiting_visitor(client, "Je cherche du travail")
    for words in ("demenage", "TROIS-RIVIERES", "fille+déménage"):
        shown = (await nadia.get(f"{PAGE}?q={words}")).text
        assert page_of(visitor) in shown
        assert page_of(other) not in shown
    assert "<mark>déménage</mark>" in (await nadia.get(f"{PAGE}?q=demenage")).text
    for nothing in ("fille+soudeuse", "100%25", "_______", "\\"):
        shown = (await nadia.get(f"{PAGE}?q={nothing}")).text
        assert "Aucune conversation" in shown, nothing


async def test_nobody_finds_what_she_may_not_see(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client, "Je cherche un logement")
    karim = await make_colleague("karim", organization="inici", role=Role.SUPERVISOR)
    awa = await make_colleague("awa", role=Role.ADMINISTRATOR, organization=None)
    for member, sees in ((nadia, True), (karim, False), (awa, True)):
        shown = (await member.get(f"{PAGE}?q=logement")).text
        assert (page_of(visitor) in shown) is sees


async def test_label_outcome_counsellor_and_days_narrow_the_search(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    samuel = await make_colleague("samuel")
    mine, his = await waiting_visitor(client), await waiting_visitor(client)
    await nadia.claim(mine)
    await samuel.claim(his)
    shown = await nadia.post(f"{page_of(mine)}/etiquettes", label="Bail")
    label_id = shown.text.partition('name="retirer" value="')[2][:32]
    await nadia.post(f"{page_of(mine)}/fermer", outcome="appointment")
    today = clock.local_date(clock.now())
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)
    for query, both in (
        (f"etiquette={label_id}", (True, False)),
        ("issue=appointment", (True, False)),
        ("issue=referred", (False, False)),
        (f"personne={samuel.staff.id}", (False, True)),
        (f"du={today}&au={today}", (True, True)),
        (f"du={tomorrow}", (False, False)),
        (f"au={yesterday}", (False, False)),
    ):
        shown = await nadia.get(f"{PAGE}?{query}")
        assert (page_of(mine) in shown.text, page_of(his) in shown.text) == both, query


async def test_strange_questions_are_answered_calmly(nadia: Colleague) -> None:
    for query in (
        "du=hier&au=2026-13-45",
        "issue=x&etiquette=%00",
        "q=" + "a+" * 300,
        "personne='",
    ):
        assert (await nadia.get(f"{PAGE}?{query}")).status == 200
    assert (await nadia.get(f"{PAGE}?q=a&apres=x")).status == 400


async def test_what_is_found_is_shown_as_text(client: Client, nadia: Colleague) -> None:
    await waiting_visitor(client, f"avant {XSS} après")
    shown = (await nadia.get(f"{PAGE}?q=onerror")).text
    assert "<mark>onerror</mark>" in shown
    assert "<img src=x" not in shown


async def test_older_matches_are_a_page_away(client: Client, nadia: Colleague) -> None:
    for _ in range(21):
        await waiting_visitor(client, "Bail")
    first = (await nadia.get(f"{PAGE}?q=bail")).text
    assert first.count('class="ticket found"') == 20
    assert "apres=20" in first
    second = (await nadia.get(f"{PAGE}?q=bail&apres=20")).text
    assert second.count('class="ticket found"') == 1


def test_a_snippet_is_cut_around_the_first_word_and_marks_every_one() -> None:
    text = "x" * 200 + " Été comme ETE " + "y" * 200
    pieces = snippet(text, ["été"])
    assert [piece for piece, marked in pieces if marked] == ["Été", "ETE"]
    assert pieces[0] == ("… ", False)
    assert pieces[-1] == (" …", False)
    assert snippet("rien", ["absent"]) == [("rien", False)]
    assert snippet("rien", []) == []
