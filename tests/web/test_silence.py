"""What people say stands in no log, also when something fails on the way."""

from __future__ import annotations

import io
import logging
import uuid
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError

from marie import logs
from marie.store import conversations
from tests.conftest import Client, MakeClient, Visitor
from tests.fakes import FakeRasa

WORD = "coquelicot"
PRIVATE = (f"Je m’appelle {WORD}.", f"{WORD}@exemple.qc.ca", "514 555-0142")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, as the processes write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLines())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


async def say_all(visitor: Visitor) -> None:
    for text in (*PRIVATE, "/handoff", WORD * 5000):
        await visitor.post({"client_id": str(uuid.uuid4()), "text": text})
    await visitor.post({"client_id": WORD, "text": WORD})
    await visitor.post({"client_id": str(uuid.uuid4()), "text": WORD, WORD: WORD})
    async with visitor.client.ws_connect(f"{visitor.url}/socket") as ws:
        await ws.send_json({"token": visitor.token})
        await ws.send_str(f'{{"send": {WORD}')
        await ws.send_json({"send": {"client_id": str(uuid.uuid4()), "text": f"encore {WORD}"}})
        while "sent" not in await ws.receive_json(timeout=10):
            pass


def check(written: io.StringIO, visitor: Visitor) -> None:
    text = written.getvalue()
    assert visitor.id in text, "nothing was logged at all"
    for private in (WORD, "555-0142", visitor.token):
        assert private not in text


async def test_whole_conversation_leaves_no_word_address_or_token_in_the_logs(
    visitor: Visitor, written: io.StringIO
) -> None:
    await say_all(visitor)
    await visitor.post({"client_id": str(uuid.uuid4()), "text": WORD}, wait=25)
    async with visitor.client.get(f"{visitor.url}/export", headers=visitor.headers) as response:
        assert WORD in await response.text()
    async with visitor.client.delete(visitor.url, headers=visitor.headers) as response:
        assert response.status == 204
    check(written, visitor)


async def test_neither_does_one_that_rasa_fails(
    visitor: Visitor, rasa: FakeRasa, written: io.StringIO
) -> None:
    rasa.down = True
    await say_all(visitor)
    check(written, visitor)


async def test_neither_does_one_that_the_database_refuses(
    visitor: Visitor, written: io.StringIO
) -> None:
    await say_all(visitor)
    failed = OperationalError(
        "INSERT", {"text": WORD}, Exception("disk full"), hide_parameters=True
    )
    with patch.object(conversations, "append", side_effect=failed):
        status, _ = await visitor.post({"client_id": str(uuid.uuid4()), "text": WORD})
    assert status == 503
    check(written, visitor)


async def test_engine_hides_what_is_written_from_its_own_errors(make_client: MakeClient) -> None:
    from sqlalchemy import text

    from marie.web.keys import DATABASE

    client: Client = await make_client()
    with pytest.raises(OperationalError) as told:
        async with client.app[DATABASE].read() as connection:
            await connection.execute(text("SELECT :word FROM nowhere"), {"word": WORD})
    assert WORD not in str(told.value)
