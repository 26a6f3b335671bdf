"""What a purge takes and what it leaves, on both engines."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from marie import clock
from marie.domain.figures import Measure, total
from marie.knowledge.privacy import load_privacy
from marie.knowledge.waiting import Terms
from marie.services import retention
from marie.settings import ROOT
from marie.store import figures, tables
from marie.store.engine import Database
from marie.store.event_tables import event, registration
from marie.store.paper_tables import paper_link
from marie.store.retention import AT_ONCE

NOW = clock.now()
PRIVACY = load_privacy(ROOT / "knowledge")
DAYS = {each.id: each.days for each in PRIVACY.limits}


async def talk(
    store: Database, *, ago: timedelta, state: str = "marie", leads: tuple[dict[str, Any], ...] = ()
) -> str:
    """A conversation whose last message is so old."""
    talk_id = secrets.token_hex(16)
    at = NOW - ago
    async with store.write() as connection:
        await connection.execute(
            insert(tables.conversation).values(
                id=talk_id,
                token_hash=secrets.token_hex(32),
                created_at=at,
                consented_at=at,
                state=state,
                last_seq=1,
                profile={},
                focus={},
                read_visitor=0,
                read_counsellor=0,
            )
        )
        await connection.execute(
            insert(tables.message).values(
                conversation_id=talk_id,
                seq=1,
                author="visitor",
                name="",
                at=at,
                text="Bonjour",
                body={},
            )
        )
        for lead in leads:
            values = {"created_at": at, "need": "", "regions": [], "profile": {}, "consent": ""}
            await connection.execute(
                insert(tables.lead).values(
                    id=secrets.token_hex(16), conversation_id=talk_id, **(values | lead)
                )
            )
    return talk_id


async def purge(store: Database, data: Path) -> dict[str, int]:
    before = await retention.overview(store, PRIVACY, data=data, clock=lambda: NOW)
    gone = await retention.purge(store, PRIVACY, data=data, hours=Terms().hours, clock=lambda: NOW)
    said = {each.limit.id: each.count for each in before.over if not each.limit.listed}
    assert gone == said, "a dry run says what goes"
    again = await retention.purge(store, PRIVACY, data=data, hours=Terms().hours, clock=lambda: NOW)
    assert set(again.values()) == {0}
    return {name: count for name, count in gone.items() if count}


async def left(store: Database) -> set[str]:
    async with store.read() as connection:
        return set(await connection.scalars(select(tables.conversation.c.id)))


def over(limit: str) -> timedelta:
    return timedelta(days=DAYS[limit])


MOMENT = timedelta(milliseconds=1)


def settled(at: datetime) -> dict[str, Any]:
    return {"settled_at": at, "outcome": "established", "organization": "promis"}


async def test_conversation_without_lead_goes_on_its_day_and_stays_counted(
    store: Database, tmp_path: Path
) -> None:
    limit = over("conversation_without_lead")
    await talk(store, ago=limit)
    young = await talk(store, ago=limit - MOMENT)
    busy = {await talk(store, ago=limit, state=state) for state in ("waiting", "counsellor")}
    assert await purge(store, tmp_path) == {"conversation_without_lead": 1}
    assert await left(store) == {young, *busy}
    async with store.read() as connection:
        kept = await figures.kept(connection, first="2000-01-01", last="2999-01-01")
    assert total(kept, Measure.CONVERSATION) == 1


async def test_settled_lead_goes_after_its_time_and_an_unsettled_one_is_only_listed(
    store: Database, tmp_path: Path
) -> None:
    limit = over("settled_lead")
    old = NOW - limit
    await talk(store, ago=limit, leads=(settled(old),))
    kept = {
        await talk(store, ago=limit, leads=(settled(old + MOMENT),)),
        await talk(store, ago=limit - MOMENT, leads=(settled(old),)),
        await talk(store, ago=limit, leads=(settled(old), {})),
    }
    unsettled = await talk(store, ago=limit, leads=({},))
    listed = await retention.overview(store, PRIVACY, data=tmp_path, clock=lambda: NOW)
    assert {each for each, _ in listed.unsettled} - kept == {unsettled}
    assert await purge(store, tmp_path) == {"settled_lead": 1}
    assert await left(store) == {unsettled, *kept}
    async with store.read() as connection:
        counted = await figures.kept(connection, first="2000-01-01", last="2999-01-01")
    assert total(counted, Measure.ESTABLISHED) == 1


async def test_who_has_a_seat_to_come_is_not_purged(store: Database, tmp_path: Path) -> None:
    waits = await talk(store, ago=over("conversation_without_lead") * 2)
    async with store.write() as connection:
        await connection.execute(
            insert(event).values(
                id="0" * 32,
                kind="trip",
                title="",
                region="01",
                place="",
                starts_at=NOW,
                ends_at=NOW + MOMENT,
                capacity=1,
                organizer="",
                description="",
                url="",
                changes=0,
                created_at=NOW,
            )
        )
        await connection.execute(
            insert(registration).values(
                event_id="0" * 32,
                conversation_id=waits,
                number=1,
                seat="seat",
                name="",
                consent="",
                created_at=NOW,
            )
        )
    assert await purge(store, tmp_path) == {}
    assert await left(store) == {waits}


@pytest.mark.parametrize("limit", ["miss", "settled_report", "kept_link", "erased_token", "audit"])
async def test_rows_go_on_their_day_and_not_before(
    store: Database, tmp_path: Path, limit: str
) -> None:
    talk_id = await talk(store, ago=timedelta())
    async with store.write() as connection:
        for at in (NOW - over(limit), NOW - over(limit) + MOMENT):
            row: dict[str, Any] = {"id": secrets.token_hex(16), "conversation_id": talk_id}
            match limit:
                case "miss":
                    table = tables.miss
                    row |= {"at": at, "text": "", "nearest": []}
                case "settled_report":
                    table = tables.report
                    row |= {"seq": 1, "text": "", "at": at, "settled_at": at}
                case "kept_link":
                    table = paper_link
                    row["token_hash"] = row.pop("id")
                    row |= {"seq": 1, "number": 1, "created_at": at, "expires_at": at}
                case "erased_token":
                    table = tables.erased
                    row |= {"token_hash": row.pop("id"), "erased_at": at}
                case _:
                    table = tables.audit
                    row = {"at": at, "action": "open", "subject": talk_id}
            await connection.execute(insert(table).values(row))
    assert await purge(store, tmp_path) == {limit: 1}
    assert await left(store) == {talk_id}


async def test_purge_deletes_more_rows_than_one_transaction_takes(
    store: Database, tmp_path: Path
) -> None:
    old = NOW - over("audit")
    many = AT_ONCE + 1
    async with store.write() as connection:
        await connection.execute(
            insert(tables.audit), [{"at": old, "action": "open", "subject": "x"}] * many
        )
    assert await purge(store, tmp_path) == {"audit": many}


def test_hash_of_an_erased_conversation_is_kept_for_thirty_days() -> None:
    assert DAYS["erased_token"] == 30
