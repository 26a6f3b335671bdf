"""The numbered log and what hangs on it, on both engines."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from datetime import datetime, timezone
from typing import Any

import pytest
from sqlalchemy import select, text

from marie import clock
from marie.domain.conversation import AlreadyClaimed, ConversationId, State
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.messages import BadMessage, ClientIdReused, Content, Turn
from marie.domain.people import Role, Staff
from marie.services import accounts, counsellor, visitor
from marie.services.lists import Lists
from marie.services.live import Hub
from marie.services.visitor import Started
from marie.store import conversations, leads, tables
from marie.store.conversations import Erased, UnknownConversation
from marie.store.engine import Database

HUB = Hub()
GREETING = Content(
    text="Bonjour",
    topic="greeting",
    quick_replies=({"title": "Une personne", "payload": "/handoff"},),
)


async def begin(store: Database) -> Started:
    return await visitor.start_conversation(
        store, greeting=GREETING, marie="Marie", clock=clock.now
    )


async def say(
    store: Database, to: Started, words: str | None = None, **more: Any
) -> visitor.Received:
    body = {"client_id": str(uuid.uuid4()), "payload": None, **more}
    return await visitor.receive_message(
        store, HUB, to.conversation_id, text=words, clock=clock.now, **body
    )


async def wait_for_person(store: Database, started: Started, *, email: str) -> None:
    async with store.write() as connection:
        conversation = await conversations.load(connection, started.conversation_id, lock=True)
        await leads.add(
            connection,
            Lead(
                id=secrets.token_hex(16),
                conversation_id=started.conversation_id,
                created_at=clock.now(),
                request=HandoverRequest(
                    name="N.",
                    email=email,
                    phone=None,
                    need="Bail",
                    regions=("Estrie", "Côte-Nord"),
                    profile={"enfants": 2},
                    consent="J’accepte.",
                ),
            ),
        )
        await conversations.save(connection, conversation.ask_for_person(clock.now()))


async def staff(store: Database, name: str) -> Staff:
    return await accounts.create(
        store,
        username=name,
        name=name,
        role=Role.COUNSELLOR,
        organization="promis",
        password="un mot de passe long",
        must_change_password=False,
        clock=clock.now,
    )


async def test_log_reads_back_as_it_was_written(store: Database) -> None:
    started = await begin(store)
    words = "« É\u00a0» \U0001f9ab \u202e \\ ' \" {} %s ; -- <b>"
    assert (await say(store, started, words)).seq == 2
    async with store.read() as connection:
        greeting, said = await conversations.messages_after(connection, started.conversation_id)
    assert greeting == started.messages[0]
    assert greeting.content.quick_replies == GREETING.quick_replies
    assert said.content.text == words
    assert said.turn is Turn.PENDING
    assert said.at.tzinfo is not None


async def test_moments_keep_their_milliseconds(store: Database) -> None:
    moment = datetime(2027, 3, 14, 1, 59, 59, 999_000, tzinfo=timezone.utc)
    started = await visitor.start_conversation(
        store, greeting=GREETING, marie="Marie", clock=lambda: moment
    )
    async with store.read() as connection:
        conversation = await conversations.load(connection, started.conversation_id)
    assert conversation.created_at == moment


async def test_numbers_have_no_holes_when_twenty_write_at_once(store: Database) -> None:
    started = await begin(store)
    received = await asyncio.gather(*(say(store, started, f"m {n}") for n in range(20)))
    assert sorted(each.seq for each in received) == list(range(2, 22))
    async with store.read() as connection:
        log = await conversations.messages_after(connection, started.conversation_id)
    assert [message.seq for message in log] == list(range(1, 22))


async def test_same_client_id_sent_ten_times_at_once_is_one_message(store: Database) -> None:
    started = await begin(store)
    client_id = str(uuid.uuid4())
    received = await asyncio.gather(
        *(say(store, started, "Bonjour", client_id=client_id) for _ in range(10))
    )
    assert {each.seq for each in received} == {2}
    with pytest.raises(ClientIdReused):
        await say(store, started, "Bonsoir", client_id=client_id)
    with pytest.raises(ClientIdReused):
        await say(store, started, client_id=client_id, payload="/handoff")


async def test_only_what_was_offered_in_this_conversation_can_be_pressed(store: Database) -> None:
    started = await begin(store)
    assert (await say(store, started, payload="/handoff")).seq == 2
    with pytest.raises(BadMessage):
        await say(store, started, payload="/restart")


async def test_refused_message_leaves_no_trace_and_no_hole(store: Database) -> None:
    started = await begin(store)
    for bad in ("", "nul \x00", "a" * 4_001):
        with pytest.raises(BadMessage):
            await say(store, started, bad)
    assert (await say(store, started, "Bonjour")).seq == 2


async def test_token_opens_its_conversation_only(store: Database) -> None:
    one, other = await begin(store), await begin(store)
    assert await visitor.authenticate(store, one.conversation_id, one.token)
    for conversation_id, token in (
        (one.conversation_id, other.token),
        (one.conversation_id, ""),
        ("0" * 32, one.token),
    ):
        with pytest.raises(UnknownConversation):
            await visitor.authenticate(store, conversation_id, token)


async def test_one_of_two_who_claim_at_once_has_the_conversation(store: Database) -> None:
    first, second = await staff(store, "awa"), await staff(store, "lea")
    for _ in range(5):
        started = await begin(store)
        await wait_for_person(store, started, email="n@example.org")

        async def claim(by: Staff, conversation_id: ConversationId) -> None:
            await counsellor.claim(
                store,
                HUB,
                conversation_id,
                by=by,
                joined=Content(text="Une personne est là."),
                clock=clock.now,
            )

        results = await asyncio.gather(
            claim(first, started.conversation_id),
            claim(second, started.conversation_id),
            return_exceptions=True,
        )
        assert [type(each) for each in results if each is not None] == [AlreadyClaimed]
        opened = await counsellor.open_conversation(store, started.conversation_id, first)
        assert opened.conversation.state is State.COUNSELLOR
        assert [each.author for each in opened.messages] == ["marie", "system"]
        assert opened.lead is not None
        assert opened.lead.request.regions == ("Estrie", "Côte-Nord")


async def test_the_one_who_waits_longest_is_listed_first(store: Database) -> None:
    started = [await begin(store) for _ in range(3)]
    for number in (2, 0, 1):
        await wait_for_person(store, started[number], email=f"{number}@example.org")
        await asyncio.sleep(0.003)
    listed = (await Lists(store).of(await staff(store, "nadia"))).waiting
    assert [each.line.id for each in listed] == [
        started[number].conversation_id for number in (2, 0, 1)
    ]
    assert [each.lead.request.email for each in listed if each.lead] == [
        f"{number}@example.org" for number in (2, 0, 1)
    ]


async def test_pending_turns_are_found_oldest_first(store: Database) -> None:
    started = [await begin(store) for _ in range(3)]
    for number in (1, 2, 0):
        await say(store, started[number], "Bonjour")
        await asyncio.sleep(0.003)
    async with store.write() as connection:
        await conversations.mark_turn(connection, started[2].conversation_id, 2, Turn.ANSWERED)
    async with store.read() as connection:
        found = await conversations.conversations_with_pending(
            connection, before=clock.now(), after=clock.now()
        )
    assert found == [started[1].conversation_id, started[0].conversation_id]


async def test_erasure_leaves_the_token_s_hash_alone_in_every_table(store: Database) -> None:
    started = await begin(store)
    secret = "zyzzyva@example.org"
    await say(store, started, f"Je suis {secret}")
    await wait_for_person(store, started, email=secret)
    async with store.write() as connection:
        await leads.add_miss(
            connection,
            miss_id=secrets.token_hex(16),
            conversation_id=started.conversation_id,
            at=clock.now(),
            text=secret,
            place=None,
            nearest=[],
        )
    assert await rows_with(store, secret) == {"message", "lead", "miss"}
    await visitor.erase(store, HUB, started.conversation_id, token=started.token, clock=clock.now)
    assert await rows_with(store, secret) == set()
    assert await rows_with(store, started.conversation_id) == {"erased"}
    assert await rows_with(store, started.token) == set()
    with pytest.raises(Erased):
        await visitor.authenticate(store, started.conversation_id, started.token)
    with pytest.raises(UnknownConversation):
        await say(store, started, "Encore")


async def test_transaction_that_fails_leaves_nothing(store: Database) -> None:
    started = await begin(store)

    async def fail() -> None:
        async with store.write() as connection:
            await conversations.mark_turn(connection, started.conversation_id, 1, Turn.COUNSELLOR)
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        await fail()
    async with store.read() as connection:
        message = await conversations.message_at(connection, started.conversation_id, 1)
    assert message is not None
    assert message.turn is None


async def test_reading_does_not_see_half_of_what_is_being_written(store: Database) -> None:
    """State and messages of one reading are of the same instant."""
    started = await begin(store)
    async with store.read() as reader:
        before = await conversations.messages_after(reader, started.conversation_id)
        await say(store, started, "Bonjour")
        conversation = await conversations.load(reader, started.conversation_id)
    assert conversation.last_seq == len(before) == 1


async def test_engine_survives_many_readers_and_writers(store: Database) -> None:
    started = [await begin(store) for _ in range(8)]

    async def talk(with_whom: Started) -> None:
        for n in range(4):
            await say(store, with_whom, f"m {n}")
            await visitor.read_on(store, with_whom.conversation_id, 0)
            await visitor.acknowledge(store, HUB, with_whom.conversation_id, n + 2)

    await asyncio.gather(*map(talk, started))
    async with store.read() as connection:
        assert await connection.scalar(text("SELECT COUNT(*) FROM message")) == 8 * 5


async def rows_with(store: Database, words: str) -> set[str]:
    """The tables in which `words` stand somewhere."""
    found = set()
    async with store.read() as connection:
        for table in tables.metadata.sorted_tables:
            rows = await connection.execute(select(table))
            if any(words in str(value) for row in rows for value in row):
                found.add(table.name)
    return found
