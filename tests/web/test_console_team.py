"""Several counsellors and one conversation: confiding it, inviting, not writing over each other."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from marie import clock
from marie.domain.people import Role
from marie.store import tables
from marie.store.engine import Database
from tests.conftest import Client
from tests.staff import waiting_visitor
from tests.web.console import Colleague, MakeColleague, Talk, colleagues, page_of, read, texts


@pytest.fixture
async def make_colleague(client: Client, database: Database) -> AsyncIterator[MakeColleague]:
    async with colleagues(client, database) as make:
        yield make


@pytest.fixture
async def nadia(make_colleague: MakeColleague) -> Colleague:
    return await make_colleague("nadia")


@pytest.fixture
async def samuel(make_colleague: MakeColleague) -> Colleague:
    return await make_colleague("samuel")


async def test_a_confided_conversation_is_the_colleague_s_with_the_reason_as_a_note(
    client: Client, nadia: Colleague, samuel: Colleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    to = f"staff:{samuel.staff.id}"
    await nadia.post(f"{page_of(visitor)}/confier", to=to, reason="Tu connais la Mauricie")
    words = read((await samuel.get(page_of(visitor))).text)
    assert "Vous avez la conversation" in words
    assert "Tu connais la Mauricie" in words
    author, said = (await texts(visitor))[-1]
    assert (author, said) == (
        "system",
        "Nadia confie la conversation à Samuel, qui vous répondra ici.",
    )
    assert (await nadia.write(visitor, "Un mot de trop")).status == 409
    assert (await samuel.write(visitor, "Bonjour!")).status == 200
    async with database.read() as connection:
        assert await connection.scalar(select(tables.lead.c.owner)) == samuel.staff.id


async def test_a_conversation_is_confided_with_a_reason_and_to_somebody_who_may_have_it(
    client: Client, nadia: Colleague, samuel: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    elsewhere = await make_colleague("karim", organization="inici")
    path = f"{page_of(visitor)}/confier"
    for to, reason in (
        (f"staff:{samuel.staff.id}", "  "),
        (f"staff:{elsewhere.staff.id}", "Pour toi"),
        ("staff:inconnue", "Pour toi"),
        ("", "Pour toi"),
        ("organization:inconnue", "Pour vous"),
    ):
        shown = await nadia.post(path, to=to, reason=reason)
        assert shown.status == 400
    assert (await samuel.post(path, to=f"staff:{samuel.staff.id}", reason="À moi")).status == 409
    assert "Vous avez la conversation" in read((await nadia.get(page_of(visitor))).text)


async def test_a_closed_account_gets_no_conversation(
    client: Client, nadia: Colleague, samuel: Colleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    async with database.write() as connection:
        await connection.execute(
            update(tables.staff)
            .where(tables.staff.c.id == samuel.staff.id)
            .values(disabled_at=clock.now())
        )
    to = f"staff:{samuel.staff.id}"
    shown = await nadia.post(f"{page_of(visitor)}/confier", to=to, reason="Pour toi")
    assert shown.status == 400
    assert to not in shown.text


async def test_a_supervisor_confides_what_a_counsellor_who_is_away_has(
    client: Client, nadia: Colleague, samuel: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    chief = await make_colleague("chef", role=Role.SUPERVISOR)
    to = f"staff:{samuel.staff.id}"
    shown = await chief.post(f"{page_of(visitor)}/confier", to=to, reason="Nadia est absente")
    assert "Samuel a la conversation" in read(shown.text)


async def test_moved_to_another_organisation_it_waits_there_and_marie_answers_meanwhile(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    karim = await make_colleague("karim", organization="inici")
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    shown = await nadia.post(
        f"{page_of(visitor)}/confier", to="organization:inici", reason="Elle parle pachto"
    )
    assert shown.url.path == "/console/"
    assert page_of(visitor) not in shown.text
    assert (await nadia.get(page_of(visitor))).status == 404
    assert "1 personne attend" in (await karim.get("/console/")).text
    assert "Elle parle pachto" in (await karim.get(page_of(visitor))).text
    log = await visitor.log()
    assert log["state"] == "waiting"
    assert "INICI" in log["messages"][-1]["text"]
    status, _ = await visitor.post(
        {"client_id": str(uuid.uuid4()), "text": "Et en attendant?"}, wait=25
    )
    assert status == 200
    assert (await texts(visitor))[-1][0] == "marie"
    await karim.claim(visitor)
    assert (await karim.write(visitor, "Bonjour de INICI")).status == 200


async def test_who_is_invited_writes_under_her_own_name_and_the_owner_stays_one(
    client: Client, nadia: Colleague, samuel: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    assert (await samuel.write(visitor, "Avant")).status == 409
    for _ in range(2):
        await nadia.post(f"{page_of(visitor)}/participants", staff=samuel.staff.id)
    said = [text for author, text in await texts(visitor) if author == "system"]
    assert said[1:] == ["Samuel se joint à votre conversation avec Nadia."]
    assert "Où je participe" in (await samuel.get("/console/")).text
    assert (await samuel.write(visitor, "Je connais Shawinigan")).status == 200
    newest = (await visitor.log())["messages"][-1]
    assert (newest["author"], newest["name"]) == ("counsellor", "Samuel")
    words = read((await samuel.get(page_of(visitor))).text)
    assert "Nadia a la conversation. Vous y participez." in words
    for action in ("rendre", "fermer"):
        shown = await samuel.post(f"{page_of(visitor)}/{action}", outcome="answered")
        assert shown.status == 409
    await samuel.post(f"{page_of(visitor)}/participants", retirer=samuel.staff.id)
    assert (await samuel.write(visitor, "Après")).status == 409
    assert (await texts(visitor))[-1][1] == "Samuel ne participe plus à la conversation."


async def test_handing_back_ends_every_part(
    client: Client, nadia: Colleague, samuel: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await nadia.post(f"{page_of(visitor)}/participants", staff=samuel.staff.id)
    await nadia.post(f"{page_of(visitor)}/rendre")
    assert (await samuel.write(visitor, "Encore moi")).status == 409


async def test_of_two_who_confide_at_the_same_time_exactly_one_owner_remains(
    client: Client, nadia: Colleague, samuel: Colleague, make_colleague: MakeColleague
) -> None:
    lea = await make_colleague("lea")
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    path = f"{page_of(visitor)}/confier"
    shown = await asyncio.gather(
        *(
            nadia.post(path, to=f"staff:{each.staff.id}", reason="Pour toi")
            for each in (samuel, lea)
        )
    )
    assert sorted(each.status for each in shown) == [200, 409]
    pages = [read((await each.get(page_of(visitor))).text) for each in (nadia, samuel, lea)]
    assert sum("Vous avez la conversation" in each for each in pages) == 1


async def test_a_colleague_s_answer_that_the_form_did_not_show_comes_before_mine(
    client: Client, nadia: Colleague, samuel: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await nadia.post(f"{page_of(visitor)}/participants", staff=samuel.staff.id)
    seen = (await visitor.log())["messages"][-1]["seq"]
    await samuel.write(visitor, "Réponse de Samuel")
    path = f"{page_of(visitor)}/ecrire"
    client_id = str(uuid.uuid4())
    shown = await nadia.post(path, seen=str(seen), text="Ma réponse", client_id=client_id)
    assert shown.status == 409
    assert "Réponse de Samuel" in shown.text
    assert ">Ma réponse</textarea>" in shown.text
    assert "Envoyer quand même" in shown.text
    assert f'name="seen" value="{seen + 1}"' in shown.text
    assert (await texts(visitor))[-1][1] == "Réponse de Samuel"
    again = await nadia.post(path, seen=str(seen + 1), text="Ma réponse", client_id=client_id)
    assert again.status == 200
    assert (await texts(visitor))[-1][1] == "Ma réponse"


async def test_the_visitor_s_words_and_my_own_do_not_hold_my_answer_up(
    client: Client, nadia: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    seen = (await visitor.log())["messages"][-1]["seq"]
    await nadia.write(visitor, "Un")
    await visitor.post({"client_id": str(uuid.uuid4()), "text": "Deux"})
    shown = await nadia.post(
        f"{page_of(visitor)}/ecrire", text="Trois", client_id=str(uuid.uuid4()), seen=str(seen)
    )
    assert shown.status == 200


async def test_the_socket_says_who_was_faster_and_takes_the_same_words_afterwards(
    client: Client, nadia: Colleague, samuel: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await nadia.post(f"{page_of(visitor)}/participants", staff=samuel.staff.id)
    seen = (await visitor.log())["messages"][-1]["seq"]
    await samuel.write(visitor, "Réponse de Samuel")
    async with nadia.socket(f"{page_of(visitor)}/socket?after=0") as ws:
        talk = Talk(ws)
        await talk.send("Ma réponse", seen=seen)
        error = (await talk.until("error"))["error"]
        assert (error["type"], error["status"], error["by"]) == (
            "/problems/overtaken",
            409,
            "Samuel",
        )
        await talk.send("Ma réponse", seen=seen + 1)
        assert (await talk.until("sent"))["sent"]["seq"] == seen + 2


async def test_colleagues_see_each_other_typing_and_nobody_sees_herself(
    client: Client, nadia: Colleague, samuel: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    async with (
        nadia.socket(f"{page_of(visitor)}/socket?after=99") as one,
        samuel.socket(f"{page_of(visitor)}/socket?after=99") as two,
    ):
        hers, his = Talk(one), Talk(two)
        await hers.until("read")
        await his.until("read")
        await hers.say(typing=True)
        assert (await his.until("typing"))["typing"] == {"author": "counsellor", "name": "Nadia"}
        with pytest.raises(TimeoutError):
            await one.receive(timeout=0.3)
