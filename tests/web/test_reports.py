"""« Signaler une erreur » : from the visitor to the administrators, and gone with her talk."""

from __future__ import annotations

import html
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from marie.domain.messages import Content
from marie.domain.people import Role
from marie.domain.replies import Reply
from marie.store import tables
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa
from tests.staff import Member, add_account, browser_of, open_session

CARD = {
    "id": "cegep-rimouski",
    "name": "Cégep de Rimouski",
    "kind": "cegep",
    "municipality": "Rimouski",
    "region": "Bas-Saint-Laurent",
    "address": None,
    "phone": "418 555-0100",
    "url": None,
    "distance_km": None,
    "read_on": "2026-11-22",
    "verified_on": None,
    "source": "Source",
    "map_url": None,
}


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        yield member


async def answered(visitor: Visitor, rasa: FakeRasa) -> int:
    """A visitor whom Marie answers with a card; the number of Marie's message."""
    content = Content(text="Un cégep.", topic="cegep.find", resources=(CARD,))
    rasa.script = lambda turn: Reply(messages=(content,))
    status, answer = await visitor.post(
        {"client_id": str(uuid.uuid4()), "text": "Un cégep à Rimouski?"}, wait=20
    )
    assert status == 200
    seq: int = answer["messages"][-1]["seq"]
    return seq


async def report(visitor: Visitor, body: Any) -> tuple[int, Any]:
    async with visitor.client.post(
        f"{visitor.url}/reports", json=body, headers=visitor.headers
    ) as response:
        return response.status, await response.json()


async def count(database: Database) -> int:
    async with database.read() as connection:
        query = select(func.count()).select_from(tables.report)
        return int((await connection.execute(query)).scalar_one())


async def test_report_is_read_by_administrators_and_settled_with_one_click(
    visitor: Visitor, rasa: FakeRasa, administrator: Member
) -> None:
    assert "Aucune erreur signalée" in (await administrator.get("/admin/")).text
    seq = await answered(visitor, rasa)
    words = "Le numéro est <b>418 555-0199</b>"
    status, body = await report(visitor, {"seq": seq, "resource": CARD["id"], "text": words})
    assert (status, body) == (201, {})
    shown = html.unescape((await administrator.get("/admin/")).text)
    assert "1 erreur signalée attend" in shown
    assert f"«\u00a0{words}\u00a0»" in shown
    assert "Cégep de Rimouski" in shown
    assert visitor.id not in shown
    action = shown.split('action="/admin/signalements/')[1].split('"')[0]
    settled = await administrator.post(f"/admin/signalements/{action}")
    assert settled.status == 200
    assert words not in html.unescape(settled.text)
    assert "Aucune erreur signalée" in settled.text
    assert (await administrator.post(f"/admin/signalements/{action}")).status == 200


async def test_words_of_a_report_are_never_html(
    visitor: Visitor, rasa: FakeRasa, administrator: Member
) -> None:
    seq = await answered(visitor, rasa)
    await report(visitor, {"seq": seq, "text": "<script>alert(1)</script>"})
    assert "<script>alert" not in (await administrator.get("/admin/")).text


async def test_report_needs_neither_words_nor_a_card_and_counts_once(
    visitor: Visitor, rasa: FakeRasa, database: Database
) -> None:
    seq = await answered(visitor, rasa)
    assert (await report(visitor, {"seq": seq}))[0] == 201
    assert (await report(visitor, {"seq": seq, "resource": None, "text": "  "}))[0] == 201
    assert await count(database) == 1
    assert (await report(visitor, {"seq": seq, "resource": CARD["id"]}))[0] == 201
    assert await count(database) == 2


async def test_report_goes_with_the_conversation_and_is_in_what_she_takes_away(
    visitor: Visitor, rasa: FakeRasa, database: Database
) -> None:
    seq = await answered(visitor, rasa)
    await report(visitor, {"seq": seq, "text": "Ce n’est plus là."})
    async with visitor.client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        exported = await response.json()
    (told,) = exported["reports"]
    assert (told["seq"], told["resource"], told["text"]) == (seq, None, "Ce n’est plus là.")
    async with visitor.client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    assert await count(database) == 0
    assert (await report(visitor, {"seq": seq}))[0] == 410


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"seq": 999}, 400),
        ({"seq": 0}, 400),
        ({"seq": 2**63}, 400),
        ({"seq": "1"}, 400),
        ({}, 400),
        ({"seq": 1, "resource": "inconnue"}, 400),
        ({"seq": 1, "resource": "\u0000"}, 400),
        ({"seq": 1, "text": "a\u0000"}, 400),
        ({"seq": 1, "text": "\ud800"}, 400),
        ({"seq": 1, "text": "a" * 1001}, 413),
        ({"seq": 1, "text": "a", "more": 1}, 400),
        ([], 400),
    ],
)
async def test_what_cannot_be_reported_is_a_problem_in_french(
    visitor: Visitor, database: Database, body: Any, status: int
) -> None:
    got, problem = await report(visitor, body)
    assert (got, problem["status"]) == (status, status)
    assert problem["detail"].endswith(".")
    assert await count(database) == 0


async def test_longest_report_is_kept(visitor: Visitor, database: Database) -> None:
    assert (await report(visitor, {"seq": 1, "text": "a" * 1000}))[0] == 201
    assert await count(database) == 1


async def test_visitors_own_message_has_no_error_of_maries(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    seq = await answered(visitor, rasa)
    assert (await report(visitor, {"seq": seq - 1}))[0] == 400


async def test_nobody_reports_in_the_conversation_of_another(
    client: Client, visitor: Visitor, database: Database
) -> None:
    other = await Visitor.arrive(client)
    other.url = visitor.url
    assert (await report(other, {"seq": 1}))[0] == 404
    assert await count(database) == 0


@pytest.mark.usefixtures("no_time_passes")
async def test_reporting_without_end_is_slowed_down(visitor: Visitor) -> None:
    for number in range(100):
        status, _ = await report(visitor, {"seq": 1, "text": str(number)})
        if status == 429:
            return
    pytest.fail("no limit")
