"""What Marie did not understand is kept for administrators: masked, with its place and topics."""

from __future__ import annotations

import asyncio
import threading
import uuid

import pytest
from sqlalchemy import select

from marie.domain.messages import Content
from marie.domain.replies import Miss, Reply
from marie.services import masking, turns
from marie.store import tables
from marie.store.engine import Database
from tests.conftest import Client, Visitor
from tests.fakes import FakeRasa

NEAREST = ({"name": "housing.rent", "confidence": 0.3}, {"name": "lease.end", "confidence": 0.1})


async def misses(database: Database) -> list[tuple[str, str | None, list[dict[str, object]]]]:
    miss = tables.miss
    async with database.read() as connection:
        rows = (await connection.execute(select(miss).order_by(miss.c.at))).all()
    return [(row.text, row.place, row.nearest) for row in rows]


async def say(visitor: Visitor, text: str) -> None:
    """Until it is answered."""
    status, answer = await visitor.post({"client_id": str(uuid.uuid4()), "text": text}, wait=25)
    assert status == 200, answer


@pytest.fixture
async def missing(rasa: FakeRasa) -> None:
    """A Marie who understands nothing, and knows how to hide names."""
    await asyncio.to_thread(masking.load)
    rasa.script = lambda turn: Reply(
        messages=(Content(text="Pardon?", topic="clarify"),),
        miss=Miss(
            text=turn["metadata"].get("text") or turn["message"],
            place="municipality:10043",
            nearest=NEAREST,
        ),
    )


@pytest.mark.usefixtures("missing")
async def test_miss_is_kept_masked_with_its_place_and_nearest_topics(
    visitor: Visitor, database: Database
) -> None:
    await say(
        visitor, "je suis Amina Diallo, 514 555-0142, amina@exemple.org, H2X 3K9, zxq à Rimouski"
    )
    [(text, place, nearest)] = await misses(database)
    assert "zxq à Rimouski" in text
    for secret in ("Amina", "Diallo", "514", "0142", "amina@", "H2X"):
        assert secret not in text
    assert place == "municipality:10043"
    assert nearest == list(NEAREST)


@pytest.mark.usefixtures("missing")
async def test_answer_does_not_wait_until_names_can_be_hidden(
    visitor: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading = threading.Event()
    monkeypatch.setattr(masking._finder, "find", lambda _text: loading.wait(30) and [])
    monkeypatch.setattr(turns, "MASKED_WITHIN", 0.05)
    try:
        await say(visitor, "je suis Amina Diallo")
        assert [text for text, _, _ in await misses(database)] == [masking.NOTHING_KEPT]
    finally:
        loading.set()


@pytest.mark.usefixtures("missing")
async def test_misses_are_erased_with_the_conversation(
    client: Client, visitor: Visitor, database: Database
) -> None:
    await say(visitor, "zxq")
    await say(visitor, "brrr")
    assert len(await misses(database)) == 2
    headers = {"Authorization": f"Bearer {visitor.token}"}
    assert (await client.delete(visitor.url, headers=headers)).status == 204
    assert await misses(database) == []
