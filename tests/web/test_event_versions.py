"""What was said of a stay is kept: two people at once, the difference, the way back; seats stay."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from marie.domain.events import EventRequest
from marie.domain.people import Role
from marie.services import events
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.staff import Member, Shown, add_account, browser_of, open_session
from tests.web.test_events import PATH, form


async def signed_in(client: Client, database: Database, name: str) -> AsyncIterator[Member]:
    staff = await add_account(database, name, name=name.title(), role=Role.ADMINISTRATOR)
    async with browser_of(client, name) as member:
        member.carry(await open_session(database, staff))
        yield member


@pytest.fixture
async def nadia(client: Client, database: Database) -> AsyncIterator[Member]:
    async for member in signed_in(client, database, "nadia"):
        yield member


@pytest.fixture
async def samuel(client: Client, database: Database) -> AsyncIterator[Member]:
    async for member in signed_in(client, database, "samuel"):
        yield member


def ground(shown: Shown) -> str:
    """The version that the page's form was opened on."""
    found = re.search(r'name="ground" value="([^"]*)"', shown.text)
    assert found is not None, shown.text
    return found[1]


def numbers(shown: Shown) -> list[int]:
    """The versions that a history lists, the newest first."""
    return [int(each) for each in re.findall(r'/historique/(\d+)">N°', shown.text)]


def words(shown: Shown) -> str:
    """What the page says, in one line."""
    text = html.unescape(re.sub(r"<(?:br|/p|/div|/h\d)[^>]*>", " ", shown.text))
    return " ".join(re.sub(r"<[^>]+>", "", text).replace("\u00a0", " ").split())


async def planned(member: Member, **changes: str) -> str:
    """The address of an announced stay."""
    shown = await member.post(PATH, **form(**changes))
    assert shown.status == 200, shown.text
    return str(shown.url.path)


async def save(member: Member, address: str, **changes: str) -> Shown:
    """Open the form, change it, and save it."""
    opened = await member.get(address)
    return await member.post(address, **form(ground=ground(opened), **changes))


async def restore(member: Member, address: str, number: int, why: str = "") -> Shown:
    """Lay a version back, from the page that shows how it differs from what is said now."""
    compared = await member.get(f"{address}/historique/{number}")
    return await member.post(
        f"{address}/revisions/{number}/retablir", ground=ground(compared), why=why
    )


async def seated(client: Client, database: Database, address: str, count: int) -> list[Visitor]:
    """Visitors who registered."""
    found = []
    for number in range(count):
        visitor = await Visitor.arrive(client)
        request = EventRequest(
            event_id=address.rsplit("/", 1)[1],
            action="join",
            name=f"Awa {number}",
            email="awa@example.org",
            outcomes={},
        )
        async with database.write() as connection:
            await events.decide(connection, visitor.id, request, now=datetime.now(timezone.utc))
        found.append(visitor)
    return found


def day(ahead: int) -> str:
    return (datetime.now(timezone.utc) + timedelta(days=ahead)).date().isoformat()


async def test_history_says_who_changed_what_and_why(nadia: Member, samuel: Member) -> None:
    address = await planned(nadia)
    await save(samuel, address, place="Matane", why="La salle est prise")
    history = await nadia.get(f"{address}/historique")
    newest, oldest = numbers(history)
    assert "Samuel" in history.text
    assert "Nadia" in history.text
    assert "La salle est prise" in history.text
    assert "version actuelle" in history.text
    compared = await nadia.get(f"{address}/historique?de={oldest}&a={newest}")
    assert "<del>Rimouski</del>" in compared.text
    assert "<ins>Matane</ins>" in compared.text


async def test_any_two_versions_are_compared_in_words_that_people_read(nadia: Member) -> None:
    address = await planned(nadia)
    await save(nadia, address, title="Un autre titre")
    await save(nadia, address, region="09", kind="session", starts_at="10:15", capacity="12")
    history = await nadia.get(f"{address}/historique")
    newest, _, oldest = numbers(history)
    said = words(await nadia.get(f"{address}/historique?de={oldest}&a={newest}"))
    for word in ("Bas-Saint-Laurent", "Côte-Nord", "10 h 15", "Séjour exploratoire", "12"):
        assert word in said
    assert "T14:" not in said
    assert "trip" not in said


async def test_second_of_two_who_save_sees_the_version_of_the_first_and_decides(
    nadia: Member, samuel: Member
) -> None:
    address = await planned(nadia)
    opened = ground(await samuel.get(address))
    await save(nadia, address, place="Matane")
    shown = await samuel.post(
        address, **form(ground=opened, description="Sans repas.", why="Plus de repas")
    )
    said = words(shown)
    assert "Une autre version a été enregistrée pendant que vous écriviez" in said
    assert "Matane" in said
    assert "Sans repas" in said
    assert 'value="Matane"' in (await nadia.get(address)).text  # theirs stands
    kept = shown.url.path.rsplit("/", 1)[1]
    both = await samuel.post(f"{address}/revisions/{kept}/reprendre")
    assert both.status == 200
    assert 'value="Matane"' in both.text
    assert "Sans repas." in both.text
    assert 'value="Plus de repas"' in both.text
    draft = re.search(r'name="draft" value="(\d+)"', both.text)
    assert draft is not None
    together = form(place="Matane", description="Sans repas.", why="Plus de repas")
    await samuel.post(address, **together, ground=ground(both), draft=draft[1])
    done = await nadia.get(address)
    assert 'value="Matane"' in done.text
    assert "Sans repas." in done.text
    assert "Continuer" not in done.text  # nothing is left aside


async def test_same_field_of_two_people_is_named_when_their_texts_are_put_together(
    nadia: Member, samuel: Member
) -> None:
    address = await planned(nadia)
    opened = ground(await samuel.get(address))
    await save(nadia, address, place="Matane")
    shown = await samuel.post(address, **form(ground=opened, place="Amqui"))
    kept = shown.url.path.rsplit("/", 1)[1]
    both = await samuel.post(f"{address}/revisions/{kept}/reprendre")
    assert "Vous et l’autre personne avez changé : Lieu" in words(both)
    assert 'value="Amqui"' in both.text


async def test_text_kept_aside_is_found_again_and_set_aside(nadia: Member, samuel: Member) -> None:
    address = await planned(nadia)
    opened = ground(await samuel.get(address))
    await save(nadia, address, place="Matane")
    shown = await samuel.post(address, **form(ground=opened, place="Amqui"))
    kept = shown.url.path.rsplit("/", 1)[1]
    assert "Un texte est gardé à part" in (await nadia.get(PATH)).text
    page = await nadia.get(address)
    assert "gardée à part" in page.text
    assert f"/historique/{kept}" in page.text
    assert (await nadia.post(f"{address}/revisions/{kept}/publier")).status == 404
    page = await nadia.post(f"{address}/revisions/{kept}/ecarter")
    assert "Le texte est écarté." in page.text
    assert "gardée à part" not in page.text
    assert "Un texte est gardé à part" not in (await nadia.get(PATH)).text
    assert "écartée" in (await nadia.get(f"{address}/historique")).text
    assert 'value="Matane"' in page.text


async def test_who_has_the_page_open_is_told_to_who_opens_it(nadia: Member, samuel: Member) -> None:
    address = await planned(nadia)
    assert "a aussi cette page ouverte" not in (await nadia.get(address)).text
    page = await samuel.get(address)
    assert "Nadia</bdi> a aussi cette page ouverte" in page.text
    assert "Samuel" in (await nadia.post(f"{address}/ouvert")).text


async def test_earlier_version_comes_back_and_who_comes_hears_of_the_day(
    client: Client, database: Database, nadia: Member
) -> None:
    address = await planned(nadia, capacity="5")
    (visitor,) = await seated(client, database, address, 1)
    await save(nadia, address, capacity="5", starts_on=day(40), description="Autre jour.")
    assert "a changé" in (await visitor.log())["messages"][-1]["text"]
    before = len((await visitor.log())["messages"])
    oldest = numbers(await nadia.get(f"{address}/historique"))[-1]
    compared = words(await nadia.get(f"{address}/historique/{oldest}"))
    assert "Marie prévient la personne inscrite." in compared
    page = await restore(nadia, address, oldest, why="On garde le premier jour")
    assert "C’est rétabli." in page.text
    assert "Repas compris." in page.text
    assert f'value="{day(30)}"' in page.text
    assert "Awa 0" in page.text  # her seat is hers
    assert len((await visitor.log())["messages"]) == before + 1
    history = await nadia.get(f"{address}/historique")
    assert len(numbers(history)) == 3
    assert "On garde le premier jour" in history.text


async def test_restored_words_alone_tell_nobody(
    client: Client, database: Database, nadia: Member
) -> None:
    address = await planned(nadia)
    (visitor,) = await seated(client, database, address, 1)
    await save(nadia, address, description="Sans repas.")
    before = len((await visitor.log())["messages"])
    oldest = numbers(await nadia.get(f"{address}/historique"))[-1]
    compared = words(await nadia.get(f"{address}/historique/{oldest}"))
    assert "Personne n’est à prévenir." in compared
    assert "Repas compris." in (await restore(nadia, address, oldest)).text
    assert len((await visitor.log())["messages"]) == before


async def test_restored_capacity_below_the_seats_taken_is_refused_beside_its_field(
    client: Client, database: Database, nadia: Member
) -> None:
    address = await planned(nadia, capacity="1")
    await save(nadia, address, capacity="3")
    await seated(client, database, address, 2)
    oldest = numbers(await nadia.get(f"{address}/historique"))[-1]
    page = await restore(nadia, address, oldest)
    assert page.status == 422
    assert "Plus de personnes que cela sont déjà inscrites." in page.text
    assert re.search(r'id="capacity"[^>]*value="1"[^>]*aria-invalid="true"', page.text)
    assert f"Le formulaire montre la version n° {oldest}" in words(page)
    assert "2 / 3" in words(page)
    assert len(numbers(await nadia.get(f"{address}/historique"))) == 2
    again = await nadia.post(address, **form(ground=ground(page), capacity="2"))
    assert "2 / 2" in words(again)
    assert "PROMIS, complet, liste d’attente" in words(again)  # the preview knows it too


async def test_restored_region_that_is_none_any_more_is_refused_beside_its_field(
    nadia: Member, database: Database
) -> None:
    address = await planned(nadia)
    await save(nadia, address, title="Deux jours")
    oldest = numbers(await nadia.get(f"{address}/historique"))[-1]
    async with database.write() as connection:
        await connection.exec_driver_sql(
            "UPDATE revision SET content = replace(content, '\"01\"', '\"06\"')"  # Montréal
        )
    page = await restore(nadia, address, oldest)
    assert page.status == 422
    assert "Choisissez une des régions d’accueil." in page.text


async def test_restoring_leaves_a_draft_a_draft(nadia: Member) -> None:
    address = await planned(nadia, do="draft")
    await save(nadia, address, do="draft", place="Matane")
    oldest = numbers(await nadia.get(f"{address}/historique"))[-1]
    page = await restore(nadia, address, oldest)
    assert 'value="Rimouski"' in page.text
    assert "Les visiteurs n’en voient rien" in page.text


async def test_version_restored_over_one_that_was_not_seen_shows_both(
    nadia: Member, samuel: Member
) -> None:
    address = await planned(nadia)
    await save(nadia, address, place="Matane")
    oldest = numbers(await nadia.get(f"{address}/historique"))[-1]
    seen = ground(await nadia.get(f"{address}/historique/{oldest}"))
    await save(samuel, address, place="Amqui")
    shown = await nadia.post(f"{address}/revisions/{oldest}/retablir", ground=seen, why="")
    assert "Une autre version a été enregistrée" in shown.text
    assert 'value="Amqui"' in (await nadia.get(address)).text


async def test_cancelled_date_says_so_to_who_was_writing_and_stays_cancelled(
    nadia: Member, samuel: Member
) -> None:
    address = await planned(nadia)
    opened = ground(await samuel.get(address))
    await nadia.post(f"{address}/annuler", why="Pas assez de monde")
    page = await samuel.post(address, **form(ground=opened, place="Amqui"))
    assert page.status == 422
    assert "annulée entre-temps" in page.text
    history = await samuel.get(f"{address}/historique")
    assert "Pas assez de monde" in history.text
    assert "annulation" in history.text
    assert "Rétablir…" not in history.text
    oldest = numbers(history)[-1]
    assert "/retablir" not in (await samuel.get(f"{address}/historique/{oldest}")).text
    page = await samuel.post(f"{address}/revisions/{oldest}/retablir", ground="", why="")
    assert page.status == 422
    assert "Annulé le" in page.text


async def test_draft_that_is_dropped_leaves_no_version(nadia: Member) -> None:
    address = await planned(nadia, do="draft")
    assert (await nadia.get(f"{address}/historique")).status == 200
    await nadia.post(f"{address}/annuler")
    assert (await nadia.get(f"{address}/historique")).status == 404


async def test_announced_date_cannot_be_moved_into_the_past(nadia: Member) -> None:
    address = await planned(nadia)
    page = await save(nadia, address, starts_on="2026-01-01", ends_on="2027-12-31")
    assert page.status == 422
    assert re.search(r'id="starts_on"[^>]*aria-invalid="true"', page.text)
    assert "Cette date est déjà passée." in page.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"title": "<script>alert(1)</script>"}, "title"),
        ({"organizer": "<b>PROMIS</b>"}, "organizer"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"starts_on": "2027-02-30"}, "starts_on"),
        ({"starts_at": "25:99"}, "starts_at"),
        ({"ends_at": "08:00"}, "ends_at"),
        ({"ends_on": "2020-01-01"}, "ends_on"),
    ],
)
async def test_mistake_stands_beside_its_field_and_what_is_announced_stays(
    nadia: Member, changes: dict[str, str], field: str
) -> None:
    address = await planned(nadia)
    page = await save(nadia, address, **changes)
    assert page.status == 422
    found = re.search(rf'<(?:input|textarea) id="{field}"[^>]*>', page.text)
    assert found is not None
    assert 'aria-invalid="true"' in found[0]
    assert f'id="{field}-wrong"' in page.text
    assert "<script>alert" not in page.text
    assert len(numbers(await nadia.get(f"{address}/historique"))) == 1


async def test_versions_of_another_event_are_not_found(nadia: Member) -> None:
    one, other = await planned(nadia), await planned(nadia, title="Autre")
    (number,) = numbers(await nadia.get(f"{one}/historique"))
    assert (await nadia.get(f"{other}/historique/{number}")).status == 404
    answer = await nadia.post(f"{other}/revisions/{number}/retablir", ground="", why="")
    assert answer.status == 404
    assert (await nadia.get(f"{PATH}/{'0' * 32}/historique")).status == 404
    assert (await nadia.get(f"{PATH}/nouveau/historique")).status == 404
    assert (await nadia.post(f"{one}/retirer")).status == 404


async def test_date_from_before_there_were_versions_has_its_words_in_the_history(
    nadia: Member, samuel: Member, database: Database
) -> None:
    address = await planned(nadia)
    async with database.write() as connection:
        await connection.exec_driver_sql("DELETE FROM revision")
    assert "Personne n’a encore rien changé ici." in words(await nadia.get(f"{address}/historique"))
    opened: dict[str, Any] = {"ground": ground(await samuel.get(address))}
    await save(nadia, address, place="Matane")
    history = await nadia.get(f"{address}/historique")
    assert len(numbers(history)) == 2
    assert "avant l’historique" in history.text
    late = await samuel.post(address, **form(**opened, place="Amqui"))
    assert "Une autre version a été enregistrée" in late.text
    page = await restore(nadia, address, numbers(history)[-1])
    assert 'value="Rimouski"' in page.text


@pytest.mark.parametrize("do", ["draft", "review", "schedule", "publish"])
async def test_button_pressed_twice_saves_once(nadia: Member, do: str) -> None:
    address = await planned(nadia, do="draft")
    typed = form(ground=ground(await nadia.get(address)), place="Matane", do=do, publish_on=day(3))
    for _ in range(2):
        shown = await nadia.post(address, **typed)
        assert (shown.status, shown.url.path) == (200, address)
    assert len(numbers(await nadia.get(f"{address}/historique"))) == 2
