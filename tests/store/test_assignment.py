"""Leads are shared out fairly in the database, whatever happens at the same moment."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone

import pytest

from marie import clock
from marie.domain.assignment import Account, AllQuotasZero, Kind, UnknownOrganization
from marie.domain.leads import HandoverRequest, Lead
from marie.domain.messages import Content
from marie.domain.people import Role, Staff
from marie.domain.qualification import LeadFile
from marie.knowledge.organizations import Organization, Organizations
from marie.services import accounts, assignment, visitor
from marie.services.live import Hub
from marie.services.visitor import Started
from marie.store import assignment as ledger
from marie.store import conversations, leads
from marie.store.engine import Database, create_engine

HUB = Hub()
GREETING = Content(text="Bonjour", topic="greeting")
ORGANIZATIONS = ("collectif", "inici", "promis")


async def begin(store: Database) -> Started:
    return await visitor.start_conversation(
        store, greeting=GREETING, marie="Marie", clock=clock.now
    )


async def hand_over(store: Database, started: Started | None = None) -> Started:
    """What the gateway does with a reply that asks for a person."""
    started = started or await begin(store)
    async with store.write() as connection:
        conversation = await conversations.load(connection, started.conversation_id, lock=True)
        now = clock.now()
        lead = Lead(
            id=secrets.token_hex(16),
            conversation_id=conversation.id,
            created_at=now,
            request=HandoverRequest(
                name=None,
                email=None,
                phone=None,
                need="Bail",
                regions=(),
                profile={},
                consent="J’accepte.",
            ),
        )
        await leads.add(connection, lead)
        await assignment.assign(connection, lead)
        await conversations.save(connection, conversation.ask_for_person(now))
    return started


async def withdraw(store: Database, started: Started) -> None:
    async with store.write() as connection:
        conversation = await conversations.load(connection, started.conversation_id, lock=True)
        await assignment.give_back(connection, conversation, now=clock.now())
        await conversations.save(connection, conversation.withdraw())


async def organization_of(store: Database, started: Started) -> str:
    async with store.read() as connection:
        lead = await leads.latest(connection, started.conversation_id)
    assert lead is not None
    assert lead.organization is not None
    return lead.organization


async def supervisor(store: Database) -> Staff:
    return await accounts.create(
        store,
        username=secrets.token_hex(4),
        name="Sol",
        role=Role.SUPERVISOR,
        organization=None,
        password="un mot de passe long",
        must_change_password=False,
        clock=clock.now,
    )


async def assert_never_off_by_one(store: Database) -> Account:
    """Replay every line of the newest period: places stay within one of what is due."""
    async with store.read() as connection:
        period = await ledger.current_period(connection)
        assert period is not None
        lines = await ledger.entries(connection, period.id)
        stored = await ledger.account(connection, period)
    account = Account(quotas=period.quotas)
    for line in lines:
        account = account.after(line.kind, line.organization, moved_from=line.moved_from)
        assert max(abs(account.deviation(each)) for each in period.quotas) < 1
    assert account == stored
    return account


async def test_fifty_hand_overs_at_once_are_shared_out_fairly(store: Database) -> None:
    started = await asyncio.gather(*(begin(store) for _ in range(50)))
    await asyncio.gather(*(hand_over(store, each) for each in started))
    account = await assert_never_off_by_one(store)
    assert account.total == 50
    got = Counter([await organization_of(store, each) for each in started])
    assert sorted(got.values()) == [16, 17, 17]
    assert {each: account.held(each) for each in ORGANIZATIONS} == got


async def test_hand_overs_withdrawals_and_moves_at_once_come_back_to_the_shares(
    store: Database,
) -> None:
    by = await supervisor(store)
    started = [await hand_over(store) for _ in range(12)]
    fresh = [await begin(store) for _ in range(8)]
    await asyncio.gather(
        *(hand_over(store, each) for each in fresh),
        *(withdraw(store, each) for each in started[:4]),
        *(
            assignment.reassign(store, HUB, each.conversation_id, "promis", by=by, clock=clock.now)
            for each in started[6:9]
        ),
    )
    await assert_never_off_by_one(store)
    for _ in range(12):
        await hand_over(store)
    account = await assert_never_off_by_one(store)
    assert not any(account.ahead.values())
    assert sum(account.held(each) for each in ORGANIZATIONS) == 12 + 8 - 4 + 12


async def test_a_restart_goes_on_where_the_ledger_stands(store: Database, store_url: str) -> None:
    first = [await organization_of(store, await hand_over(store)) for _ in range(2)]
    again = Database(create_engine(store_url))
    first.append(await organization_of(again, await hand_over(again)))
    await again.close()
    assert sorted(first) == list(ORGANIZATIONS)


async def test_withdrawn_request_leaves_its_place_to_the_next(store: Database) -> None:
    started = [await hand_over(store) for _ in range(3)]
    gone = await organization_of(store, started[1])
    await withdraw(store, started[1])
    assert await organization_of(store, await hand_over(store)) == gone
    await assert_never_off_by_one(store)


async def test_erased_request_leaves_its_place_and_the_ledger_without_a_name(
    store: Database,
) -> None:
    started = [await hand_over(store) for _ in range(3)]
    gone = await organization_of(store, started[2])
    await visitor.erase(
        store, HUB, started[2].conversation_id, token=started[2].token, clock=clock.now
    )
    assert await organization_of(store, await hand_over(store)) == gone


async def test_somebody_who_asks_again_keeps_her_organization_and_counts_once(
    store: Database,
) -> None:
    started = await hand_over(store)
    mine = await organization_of(store, started)
    await hand_over(store, started)
    assert await organization_of(store, started) == mine
    account = await assert_never_off_by_one(store)
    assert account.total == 1
    await withdraw(store, started)
    assert (await assert_never_off_by_one(store)).held(mine) == 0


async def test_withdrawing_after_a_person_answered_once_leaves_what_was_counted(
    store: Database,
) -> None:
    started = await hand_over(store)
    mine = await organization_of(store, started)
    async with store.write() as connection:
        conversation = await conversations.load(connection, started.conversation_id, lock=True)
        await conversations.save(
            connection, conversation.withdraw()
        )  # as if it had been handed back
    await asyncio.sleep(0.003)
    await hand_over(store, started)
    await withdraw(store, started)
    assert (await assert_never_off_by_one(store)).held(mine) == 1


async def test_moved_lead_is_made_good_by_the_next_one(store: Database) -> None:
    by = await supervisor(store)
    started = [await hand_over(store) for _ in range(3)]
    moved = started[0]
    before = await organization_of(store, moved)
    to = next(each for each in ORGANIZATIONS if each != before)
    for _ in range(2):  # pressed twice it is moved once
        await assignment.reassign(store, HUB, moved.conversation_id, to, by=by, clock=clock.now)
    assert await organization_of(store, moved) == to
    assert await organization_of(store, await hand_over(store)) == before
    with pytest.raises(UnknownOrganization):
        await assignment.reassign(store, HUB, moved.conversation_id, "x", by=by, clock=clock.now)
    nobody = await begin(store)
    with pytest.raises(assignment.NoSuchLead):
        await assignment.reassign(store, HUB, nobody.conversation_id, to, by=by, clock=clock.now)


async def test_quotas_begin_a_new_account_and_two_zeros_leave_one(store: Database) -> None:
    by = await supervisor(store)
    await hand_over(store)
    quotas = {"collectif": 0, "inici": 0, "promis": 3}
    for _ in range(2):
        await assignment.set_quotas(store, quotas, by=by, clock=clock.now)
    got = {await organization_of(store, await hand_over(store)) for _ in range(4)}
    assert got == {"promis"}
    assert (await assert_never_off_by_one(store)).total == 4
    async with store.read() as connection:
        assert [each.quotas for each in await ledger.periods(connection)] == [
            quotas,
            dict.fromkeys(ORGANIZATIONS, 1),
        ]


async def test_all_quotas_zero_is_refused_and_changes_nothing(store: Database) -> None:
    by = await supervisor(store)
    with pytest.raises(AllQuotasZero):
        await assignment.set_quotas(store, dict.fromkeys(ORGANIZATIONS, 0), by=by, clock=clock.now)
    with pytest.raises(UnknownOrganization):
        await assignment.set_quotas(store, {"ailleurs": 1}, by=by, clock=clock.now)
    assert await organization_of(store, await hand_over(store)) in ORGANIZATIONS


async def test_lead_that_no_quota_is_left_for_waits_in_the_common_queue(store: Database) -> None:
    by = await supervisor(store)
    async with store.write() as connection:
        zeros = dict.fromkeys(ORGANIZATIONS, 0)
        await ledger.begin_period(connection, zeros, staff_id=by.id, at=clock.now())
    started = await hand_over(store)
    async with store.read() as connection:
        lead = await leads.latest(connection, started.conversation_id)
        assert lead is not None
        assert lead.organization is None
        assert (await conversations.load(connection, started.conversation_id)).waiting_since


async def test_withdrawal_from_a_closed_account_does_not_touch_the_new_one(
    store: Database,
) -> None:
    by = await supervisor(store)
    started = await hand_over(store)
    quotas = {"collectif": 1, "inici": 1, "promis": 2}
    await assignment.set_quotas(store, quotas, by=by, clock=clock.now)
    await withdraw(store, started)
    await hand_over(store)
    account = await assert_never_off_by_one(store)
    assert not any(account.ahead.values())


async def test_free_counsellor_breaks_the_tie(store: Database) -> None:
    await accounts.create(
        store,
        username="lea",
        name="Léa",
        role=Role.COUNSELLOR,
        organization="promis",
        password="un mot de passe long",
        must_change_password=False,
        clock=clock.now,
    )
    assert await organization_of(store, await hand_over(store)) == "promis"
    async with store.read() as connection:
        period = await ledger.current_period(connection)
        assert period is not None
        (line,) = await ledger.entries(connection, period.id)
    assert line.kind is Kind.ASSIGNED
    assert line.why["because"] == ["room"]
    assert line.why["candidates"] == list(ORGANIZATIONS)


async def test_organization_that_knowledge_names_is_stored_and_gets_nothing_yet(
    store: Database,
) -> None:
    await hand_over(store)
    known = Organizations(
        talks_at_once=5, organizations=(Organization(id="nouvel", name="Nouvel organisme"),)
    )
    await assignment.add_known(store, known)
    shown = await assignment.overview(store)
    assert shown.names["nouvel"] == "Nouvel organisme"
    got = {await organization_of(store, await hand_over(store)) for _ in range(6)}
    assert got == set(ORGANIZATIONS)


async def test_language_region_and_hours_break_the_tie_in_that_order(store: Database) -> None:
    noon = datetime(2026, 11, 23, 17, 0, tzinfo=timezone.utc)  # a Monday in Montréal
    known = Organizations(
        talks_at_once=1,
        organizations=(
            Organization(id="collectif", name="C", hours={"monday": ("09:00", "17:00")}),
            Organization(id="inici", name="I", regions=("01",)),
            Organization(id="promis", name="P", languages=("es",)),
        ),
    )
    got = []
    for languages, regions in (((), ()), (("ar",), ("01",)), (("es",), ("01",))):
        started = await begin(store)
        file = LeadFile(
            told=(),
            regions=regions,
            languages=languages,
            programs=(),
            points=(),
            score=0,
            stage="exploring",
            missing=(),
            route="emplois-en-regions",
        )
        async with store.write() as connection:
            lead = Lead(
                id=secrets.token_hex(16),
                conversation_id=started.conversation_id,
                created_at=noon,
                request=HandoverRequest(
                    name=None,
                    email=None,
                    phone=None,
                    need="Bail",
                    regions=(),
                    profile={},
                    consent="J’accepte.",
                    file=file,
                ),
            )
            await leads.add(connection, lead)
            got.append(await assignment.assign(connection, lead, organizations=known))
    assert got == ["collectif", "inici", "promis"]
    async with store.read() as connection:
        period = await ledger.current_period(connection)
        assert period is not None
        lines = await ledger.entries(connection, period.id)
        assert await leads.latest(connection, started.conversation_id) == replace(
            lead, organization="promis"
        )
    assert [line.why["because"] for line in lines] == [["open"], ["region"], []]
