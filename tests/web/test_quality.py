"""Opinions of visitors and the quality page: counted once, and true after an erasure."""

from __future__ import annotations

import csv
import html
import io
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from marie import clock
from marie.domain.messages import Content
from marie.domain.people import Role
from marie.domain.replies import Reply
from marie.services import quality
from marie.store.engine import Database
from marie.store.quality_tables import opinion, quality_count
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa
from tests.staff import Member, add_account, browser_of, open_session

PAGE = "/admin/qualite"


@pytest.fixture
async def administrator(client: Client, database: Database) -> AsyncIterator[Member]:
    """A signed-in administrator."""
    staff = await add_account(database, "chef", role=Role.ADMINISTRATOR)
    async with browser_of(client, "chef") as member:
        member.carry(await open_session(database, staff))
        yield member


async def ask(visitor: Visitor, rasa: FakeRasa, content: Content) -> int:
    """A question that Marie answers with this; the number of her message."""
    rasa.script = lambda turn: Reply(messages=(content,))
    status, answer = await visitor.post(
        {"client_id": str(uuid.uuid4()), "text": "Une question?"}, wait=20
    )
    assert status == 200
    seq: int = answer["messages"][-1]["seq"]
    return seq


SOURCE = {
    "title": "Source",
    "url": "https://www.quebec.ca",
    "read_on": "2020-01-01",
    "verified_on": None,
}
PRICE = Content(
    text="9,65 $ par jour.",
    topic="childcare.cost",
    entry="childcare-cost",
    sources=(SOURCE,),
)
PERSON = Content(text="Je vous mets en lien.", topic="handoff")
UNCLEAR = Content(text="Pouvez-vous le dire autrement?", topic="clarify")


async def opine(visitor: Visitor, body: Any) -> int:
    async with visitor.client.post(
        f"{visitor.url}/opinions", json=body, headers=visitor.headers
    ) as response:
        return response.status


async def erase(visitor: Visitor) -> None:
    async with visitor.client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204


async def counts(member: Member) -> dict[tuple[str, str], int]:
    """Measure and entry to number, of the CSV."""
    shown = await member.get(f"{PAGE}.csv")
    assert shown.status == 200
    rows = csv.DictReader(io.StringIO(shown.text.removeprefix("\ufeff")))
    return {(row["Mesure"], row["Fiche"] or row["Sujet"]): int(row["Nombre"]) for row in rows}


async def test_opinion_is_kept_masked_and_may_change(
    visitor: Visitor, rasa: FakeRasa, database: Database
) -> None:
    seq = await ask(visitor, rasa, PRICE)
    assert await opine(visitor, {"seq": seq, "helpful": True}) == 204
    words = "Écrivez-moi à awa@example.org"
    assert await opine(visitor, {"seq": seq, "helpful": False, "reason": words}) == 204
    async with database.read() as connection:
        (row,) = (await connection.execute(select(opinion))).all()
        numbers = {
            each.measure: each.number
            for each in await connection.execute(select(quality_count))
            if each.number
        }
    assert (row.helpful, row.reason) == (False, "Écrivez-moi à [courriel]")
    assert numbers == {"unhelpful": 1}


async def test_opinion_of_what_marie_did_not_say_is_refused(
    visitor: Visitor, rasa: FakeRasa
) -> None:
    seq = await ask(visitor, rasa, PRICE)
    assert await opine(visitor, {"seq": seq - 1, "helpful": True}) == 400
    assert await opine(visitor, {"seq": 99, "helpful": True}) == 400
    assert await opine(visitor, {"seq": seq}) == 400
    assert await opine(visitor, {"seq": seq, "helpful": True, "reason": "x" * 501}) == 413


async def test_counts_are_the_same_before_and_after_the_job_and_an_erasure(
    visitor: Visitor, rasa: FakeRasa, administrator: Member, database: Database
) -> None:
    seq = await ask(visitor, rasa, PRICE)
    await opine(visitor, {"seq": seq, "helpful": True, "reason": "Clair"})
    await ask(visitor, rasa, PERSON)
    await ask(visitor, rasa, UNCLEAR)
    before = await counts(administrator)
    assert before[("Réponses", "childcare-cost")] == 1
    assert before[("Réponses à revoir", "childcare-cost")] == 1
    assert before[("Suivies de « parler à quelqu’un »", "childcare-cost")] == 1
    assert before[("Avis « aide »", "childcare-cost")] == 1
    assert before[("Non comprises", "clarify")] == 1
    shown = read((await administrator.get(PAGE)).text)
    assert "« Clair »" in shown
    later = lambda: clock.now() + quality.MARGIN * 2  # noqa: E731
    for _ in range(2):
        await quality.count_on(database, review_every=dict, clock=later)
        assert await counts(administrator) == before
    await erase(visitor)
    assert await counts(administrator) == before
    assert "« Clair »" not in read((await administrator.get(PAGE)).text)


async def test_erasure_before_the_job_leaves_the_counts(
    visitor: Visitor, rasa: FakeRasa, administrator: Member, database: Database
) -> None:
    await ask(visitor, rasa, PRICE)
    before = await counts(administrator)
    await erase(visitor)
    assert await counts(administrator) == before
    await quality.count_on(database, review_every=dict, clock=clock.now)
    assert await counts(administrator) == before


async def test_period_is_filtered_and_what_cannot_be_is_said(administrator: Member) -> None:
    assert (await administrator.get(f"{PAGE}?periode=7&pas=jour")).status == 200
    shown = await administrator.get(f"{PAGE}?du=2027-02-30&au=2027-03-01")
    assert shown.status == 400
    assert "Une date s’écrit" in html.unescape(shown.text)


def read(shown: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\xa0", " "))
