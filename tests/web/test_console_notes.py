"""Private notes, labels and reminders: beside a conversation, and never in it."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from marie import clock
from marie.domain.notes import Kind, Note
from marie.domain.people import Role
from marie.services import reminders
from marie.store import notes, tables
from marie.store.console_tables import conversation_label, note, participant, reminder
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.staff import browser_of, waiting_visitor
from tests.web.console import Colleague, MakeColleague, Talk, colleagues, page_of, read

SECRET = "La personne semble inquiète <b>pour</b> son bail"
XSS = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def make_colleague(client: Client, database: Database) -> AsyncIterator[MakeColleague]:
    async with colleagues(client, database) as make:
        yield make


@pytest.fixture
async def nadia(make_colleague: MakeColleague) -> Colleague:
    return await make_colleague("nadia")


async def write_note(member: Colleague, visitor: Visitor, text: str) -> int:
    fields = {"as": "note"}
    shown = await member.post(
        f"{page_of(visitor)}/ecrire",
        text=text,
        client_id=str(uuid.uuid4()),
        **fields,  # « as » is a word of Python's
    )
    return shown.status


async def test_a_note_is_nowhere_in_the_visitor_s_conversation(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    url = client.make_url(f"{visitor.url}/socket?after=0")
    heard = []
    async with client.session.ws_connect(url, protocols=("marie.v1",)) as ws:
        await ws.send_json({"token": visitor.token})
        assert await write_note(nadia, visitor, SECRET) == 200
        await nadia.write(visitor, "Me voici")
        while "Me voici" not in (frame := await ws.receive_str(timeout=5)):
            heard.append(frame)
        heard.append(frame)
    samuel = await make_colleague("samuel")
    assert "La personne semble inquiète &lt;b&gt;" in (await samuel.get(page_of(visitor))).text
    heard.append(json.dumps(await visitor.log(), ensure_ascii=False))
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        export = await response.json()
    heard.append(json.dumps(export["messages"], ensure_ascii=False))
    assert "Me voici" in heard[-1]
    for said in heard:
        assert "inquiète" not in said


async def test_a_note_is_not_on_the_page_without_script(
    client: Client, nadia: Colleague, database: Database
) -> None:
    async with browser_of(client, "visiteuse") as browser:
        await browser.post("/chat/commencer")
        await browser.post("/chat/envoyer", text="Bonjour", client_id=str(uuid.uuid4()))
        async with database.write() as connection:
            row = (await connection.execute(select(tables.conversation))).one()
            now = clock.now()
            await notes.add(
                connection,
                Note(
                    id="a" * 32,
                    conversation_id=row.id,
                    after_seq=row.last_seq,
                    staff_id=nadia.staff.id,
                    author="Nadia",
                    at=now,
                    kind=Kind.NOTE,
                    text=SECRET,
                ),
            )
        shown = await browser.get("/chat")
        assert "Bonjour" in shown.text
        assert "inquiète" not in shown.text


async def test_a_note_leaves_with_her_own_data_alone_and_without_its_author_s_name(
    client: Client, nadia: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await write_note(nadia, visitor, SECRET)
    async with client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        export = await response.text()
    assert "inquiète" in export
    assert nadia.staff.id not in export
    assert "lirait" in (await nadia.get(page_of(visitor))).text


async def test_notes_stand_between_the_messages_under_which_they_were_written(
    client: Client, nadia: Colleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await write_note(nadia, visitor, "Première note")
    await nadia.write(visitor, "Me voici")
    await write_note(nadia, visitor, "Deuxième note")
    words = read((await nadia.get(page_of(visitor))).text)
    places = [words.index(each) for each in ("Première note", "Me voici", "Deuxième note")]
    assert places == sorted(places)


async def test_whoever_may_see_a_conversation_may_note_without_having_it(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    assert await write_note(nadia, visitor, "Je la connais") == 200
    elsewhere = await make_colleague("karim", organization="inici")
    assert await write_note(elsewhere, visitor, "Moi aussi") == 404
    words = read((await nadia.get(page_of(visitor))).text)
    assert "Je la connais" in words
    assert "Moi aussi" not in words


async def test_a_note_comes_live_once_though_it_is_sent_twice_and_after_a_lost_link(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    samuel = await make_colleague("samuel")
    client_id = str(uuid.uuid4())
    async with samuel.socket(f"{page_of(visitor)}/socket?after=99") as other:
        watching = Talk(other)
        assert (await watching.until("notes"))["notes"] == []
        for _ in range(2):
            async with nadia.socket(f"{page_of(visitor)}/socket?after=99") as ws:
                talk = Talk(ws)
                await talk.send(SECRET, client_id, note=True)
                assert (await talk.until("sent"))["sent"] == {"client_id": client_id, "seq": 0}
        (drawn,) = (await watching.until("notes"))["notes"]
        assert "&lt;b&gt;" in drawn
        assert "Supprimer" not in drawn
    async with samuel.socket(f"{page_of(visitor)}/socket?after=99") as again:
        assert len((await Talk(again).until("notes"))["notes"]) == 1


async def test_one_takes_one_s_own_note_away_and_nobody_else_s(
    client: Client, nadia: Colleague, make_colleague: MakeColleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    await write_note(nadia, visitor, "À moi")
    async with database.read() as connection:
        note_id = await connection.scalar(select(note.c.id))
    samuel = await make_colleague("samuel")
    path = f"{page_of(visitor)}/notes/{note_id}/supprimer"
    assert "À moi" in (await samuel.post(path)).text
    assert "À moi" not in (await nadia.post(path)).text


async def test_a_label_is_made_by_the_first_who_uses_it_and_comes_live(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    samuel = await make_colleague("samuel")
    async with samuel.socket(f"{page_of(visitor)}/socket?after=99") as ws:
        talk = Talk(ws)
        await talk.until("state")
        await nadia.post(f"{page_of(visitor)}/etiquettes", label="  Bail   urgent ")
        assert "Bail urgent" in (await talk.until("file"))["file"]
    other = await waiting_visitor(client)
    assert '<option value="Bail urgent">' in (await samuel.get(page_of(other))).text
    await samuel.post(f"{page_of(other)}/etiquettes", label="bail URGENT")
    assert (await nadia.get("/console/")).text.count('class="chip label') == 2


async def test_labels_of_an_organisation_are_its_own(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    visitor = await waiting_visitor(client)
    await nadia.post(f"{page_of(visitor)}/etiquettes", label=XSS)
    everywhere = await make_colleague("awa", role=Role.ADMINISTRATOR, organization=None)
    for member in (nadia, everywhere):
        shown = (await member.get(page_of(visitor))).text
        assert "&lt;img src=x onerror=alert(1)&gt;" in shown
        assert XSS not in shown
    karim = await make_colleague("karim", organization="inici", role=Role.SUPERVISOR)
    assert "onerror" not in (await karim.get("/console/etiquettes")).text


async def test_the_list_is_filtered_by_a_label(client: Client, nadia: Colleague) -> None:
    visitor, other = await waiting_visitor(client), await waiting_visitor(client)
    shown = await nadia.post(f"{page_of(visitor)}/etiquettes", label="Bail")
    label_id = shown.text.partition('name="retirer" value="')[2][:32]
    filtered = (await nadia.get(f"/console/liste?etiquette={label_id}")).text
    assert page_of(visitor) in filtered
    assert page_of(other) not in filtered
    await nadia.post(f"{page_of(visitor)}/etiquettes", retirer=label_id)
    assert page_of(visitor) not in (await nadia.get(f"/console/?etiquette={label_id}")).text
    assert page_of(other) in (await nadia.get("/console/?etiquette=inconnue")).text


@pytest.mark.parametrize("bad", ["", "   ", "a" * 41])
async def test_a_label_that_cannot_be_one_is_refused(
    client: Client, nadia: Colleague, bad: str
) -> None:
    visitor = await waiting_visitor(client)
    shown = await nadia.post(f"{page_of(visitor)}/etiquettes", label=bad)
    assert shown.status == 400
    assert "1 à 40 caractères" in shown.text


async def test_supervisors_manage_the_labels_and_counsellors_do_not(
    client: Client, nadia: Colleague, make_colleague: MakeColleague
) -> None:
    assert (await nadia.get("/console/etiquettes")).status == 403
    chief = await make_colleague("chef", role=Role.SUPERVISOR)
    page = "/console/etiquettes"
    assert "Logement" in (await chief.post(page, name="Logement", colour="plum")).text
    assert (await chief.post(page, name="LOGEMENT", colour="plum")).status == 409
    assert (await chief.post(page, name="Emploi", colour="#fff")).status == 400
    visitor = await waiting_visitor(client)
    shown = await nadia.post(f"{page_of(visitor)}/etiquettes", label="Logement")
    label_id = shown.text.partition('name="retirer" value="')[2][:32]
    changed = await chief.post(page, id=label_id, name="Se loger", colour="blue")
    assert "1 conversation" in read(changed.text)
    assert "Se loger" in (await nadia.get(page_of(visitor))).text
    await chief.post(page, supprimer=label_id)
    assert "Se loger" not in (await nadia.get(page_of(visitor))).text
    assert (await chief.post(page, supprimer=label_id)).status == 400


async def test_a_reminder_is_told_once_when_it_is_due_and_is_gone_once_done(
    client: Client, nadia: Colleague, database: Database
) -> None:
    visitor = await waiting_visitor(client)
    day = (clock.local_date(clock.now()) + timedelta(days=3)).isoformat()
    shown = await nadia.post(
        f"{page_of(visitor)}/rappels", what="Rappeler pour le bail", day=day, hour="10:30"
    )
    assert "Rappeler pour le bail" in shown.text
    assert "10 h 30" in read(shown.text)
    assert await reminders.send_due(database, clock=clock.now) == 0

    def later() -> datetime:
        return clock.now() + timedelta(days=4)

    assert await reminders.send_due(database, clock=later) == 1
    assert await reminders.send_due(database, clock=later) == 0
    async with database.read() as connection:
        reminder_id = await connection.scalar(select(reminder.c.id))
    done = await nadia.post(f"{page_of(visitor)}/rappels/{reminder_id}/fait")
    assert "Rappeler pour le bail" not in done.text


@pytest.mark.parametrize(
    ("what", "day", "hour"),
    [
        ("", "2099-01-01", "10:00"),
        ("Hier", "2020-01-01", "10:00"),
        ("Loin", "2999-01-01", "10:00"),
        ("Rien", "pas un jour", "10:00"),
        ("Rien", "2026-12-01", "25:61"),
        ("a" * 301, "2026-12-01", "10:00"),
    ],
)
async def test_a_reminder_that_cannot_be_kept_is_refused_and_what_was_typed_stays(
    client: Client, nadia: Colleague, what: str, day: str, hour: str
) -> None:
    visitor = await waiting_visitor(client)
    shown = await nadia.post(f"{page_of(visitor)}/rappels", what=what, day=day, hour=hour)
    assert shown.status == 400
    assert "Un rappel a un texte" in shown.text
    assert f'value="{day}"' in shown.text


async def test_erasing_reaches_everything_beside_the_conversation(
    client: Client, nadia: Colleague, make_colleague: MakeColleague, database: Database
) -> None:
    samuel = await make_colleague("samuel")
    visitor = await waiting_visitor(client)
    await nadia.claim(visitor)
    await write_note(nadia, visitor, SECRET)
    await nadia.post(f"{page_of(visitor)}/etiquettes", label="Bail")
    await nadia.post(f"{page_of(visitor)}/participants", staff=samuel.staff.id)
    day = (clock.local_date(clock.now()) + timedelta(days=3)).isoformat()
    await nadia.post(f"{page_of(visitor)}/rappels", what="Rappeler", day=day, hour="10:30")
    tables = (note, conversation_label, participant, reminder)

    async def kept() -> list[int | None]:
        async with database.read() as connection:
            return [
                await connection.scalar(select(func.count()).select_from(each)) for each in tables
            ]

    assert await kept() == [1, 1, 1, 1]
    async with client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    assert await kept() == [0, 0, 0, 0]
