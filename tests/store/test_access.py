"""The condition of the lists says what the rule says, for every way a conversation can stand."""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import insert, select, update

from marie import clock
from marie.domain.access import Standing, may_see
from marie.domain.assignment import Kind
from marie.domain.conversation import AlreadyClaimed, Conversation, ConversationId, StaffId, State
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.messages import Content
from marie.domain.people import Role, Staff
from marie.services import assignment, counsellor
from marie.services.live import Hub
from marie.store import access, conversations, leads, participants, tables
from marie.store import assignment as ledger
from marie.store.console_tables import participant
from marie.store.conversations import UnknownConversation
from marie.store.engine import Database
from tests.staff import add_account

REQUEST = HandoverRequest(
    name=None, email=None, phone=None, need="", regions=(), profile={}, consent="Oui"
)


async def stands(
    store: Database, standing: Standing, *, older: str | None = None
) -> ConversationId:
    """A conversation that stands so; `older`: who held a lead of it before."""
    conversation_id = ConversationId(secrets.token_hex(16))
    now = clock.now()
    async with store.write() as connection:
        conversation = Conversation(
            id=conversation_id, created_at=now, state=standing.state, owner=standing.owner
        )
        await conversations.add(connection, conversation, token_hash=secrets.token_hex(32))
        for days, holder in ((2, older), (1, standing.holder)):
            if not standing.has_lead:
                continue
            lead = Lead(
                id=secrets.token_hex(16),
                conversation_id=conversation_id,
                created_at=now - timedelta(days=days),
                request=REQUEST,
                organization=holder,
            )
            await leads.add(connection, lead)
            await leads.share(connection, lead.id, at=now)
            if days == 1 and not standing.shared:
                await connection.execute(
                    update(tables.lead).where(tables.lead.c.id == lead.id).values(shared_at=None)
                )
        for each in standing.participants:
            await connection.execute(
                insert(participant).values(
                    conversation_id=conversation_id, staff_id=each, invited_by=each, at=now
                )
            )
    return conversation_id


async def test_lists_and_single_looks_follow_the_rule(store: Database) -> None:
    chief = await add_account(store, "chief", role=Role.ADMINISTRATOR)
    bound = await add_account(store, "bound", role=Role.ADMINISTRATOR, organization="promis")
    nadia = await add_account(store, "nadia", organization="promis")
    samuel = await add_account(store, "samuel", organization="inici")
    staff = (chief, bound, nadia, samuel)
    made: list[tuple[ConversationId, Standing]] = []
    for state, owner, inside, holder, shared in product(
        State, (None, nadia.id), ((), (samuel.id,)), ("none", None, "promis", "inici"), (0, 1)
    ):
        if holder == "none" and shared:
            continue
        standing = Standing(
            state=state,
            owner=owner,
            participants=frozenset(StaffId(each) for each in inside),
            has_lead=holder != "none",
            holder=None if holder == "none" else holder,
            shared=bool(shared),
        )
        made.append((await stands(store, standing, older="inici"), standing))
    talk = tables.conversation.c
    async with store.read() as connection:
        for each in staff:
            listed = set(await connection.scalars(select(talk.id).where(access.visible_to(each))))
            expected = {id_ for id_, standing in made if may_see(each, standing)}
            assert listed == expected, each.username
            assert 0 < len(expected) <= len(made)
            for id_, standing in made[::7]:
                assert await access.may_see(connection, each, id_) == may_see(each, standing)


async def claim(store: Database, conversation_id: ConversationId, by: Staff) -> None:
    await counsellor.claim(
        store, Hub(), conversation_id, by=by, joined=Content(text="Bonjour"), clock=clock.now
    )


async def test_lead_of_the_common_queue_is_counted_for_the_organisation_that_takes_it(
    store: Database,
) -> None:
    conversation_id = await stands(store, Standing(state=State.WAITING), older=None)
    async with store.write() as connection:
        lead = Lead(
            id=secrets.token_hex(16),
            conversation_id=conversation_id,
            created_at=clock.now(),
            request=REQUEST,
        )
        await leads.add(connection, lead)
        assert await assignment.assign(connection, lead) == "collectif"
    nadia = await add_account(store, "nadia", organization="promis")
    samuel = await add_account(store, "samuel", organization="inici")
    with pytest.raises(UnknownConversation):
        await claim(store, conversation_id, nadia)
    async with store.write() as connection:
        await leads.share(connection, lead.id, at=clock.now())
    await claim(store, conversation_id, nadia)
    with pytest.raises(AlreadyClaimed):
        await claim(store, conversation_id, samuel)
    async with store.read() as connection:
        held = await leads.latest(connection, conversation_id)
        lines = await ledger.of_conversation(connection, conversation_id)
        assert await access.may_ask_for(connection, samuel, conversation_id)
        assert not await access.may_see(connection, samuel, conversation_id)
    assert held is not None
    assert held.organization == "promis"
    assert [(each.kind, each.organization, each.moved_from) for each in lines] == [
        (Kind.ASSIGNED, "collectif", None),
        (Kind.REASSIGNED, "promis", "collectif"),
    ]
    account = (await assignment.overview(store)).account
    assert [account.held(each) for each in ("collectif", "inici", "promis")] == [0, 0, 1]


async def test_lead_of_nobody_is_whose_counsellor_takes_it(store: Database) -> None:
    nadia = await add_account(store, "nadia", organization="promis")
    chief = await add_account(store, "chief", role=Role.ADMINISTRATOR)
    for by, holder in ((chief, None), (nadia, "promis")):
        standing = Standing(state=State.WAITING, has_lead=True)
        conversation_id = await stands(store, standing)
        await claim(store, conversation_id, by)
        async with store.read() as connection:
            lead = await leads.latest(connection, conversation_id)
            assert lead is not None
            assert lead.organization == holder
            assert not await participants.of_conversation(connection, conversation_id)
