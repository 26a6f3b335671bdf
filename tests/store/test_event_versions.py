"""Versions of an event on both engines: written with its row, one at a time, apart from items."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from marie.clock import MONTREAL
from marie.domain.people import Staff
from marie.knowledge.event_checks import AHEAD, BadEvent, check_draft
from marie.knowledge.revisions import Revision, State, merged
from marie.services import event_versions, events
from marie.services.event_versions import Basis, content_of, draft_of
from marie.services.revisions import MAX_WHY, ChangedMeanwhile
from marie.store import events as event_store
from marie.store import revisions
from marie.store.engine import Database
from tests.store.test_events import (
    DRAFT,
    NOW,
    REGIONS,
    ask,
    begin,
    now,
    planned,
    planner,
    seats,
    store_staff,
    tell,
)


async def history(store: Database, event_id: str) -> list[Revision]:
    async with store.read() as connection:
        return await revisions.history(connection, "event", event_id)


async def change(
    store: Database, event_id: str, by: Staff, basis: Basis | None = None, **changes: Any
) -> None:
    await events.change(
        store,
        event_id,
        replace(DRAFT, **changes),
        regions=REGIONS,
        by=by,
        clock=now,
        step=None,
        basis=basis or Basis(),
    )


async def ground(store: Database, event_id: str) -> str:
    return (await event_versions.standing(store, event_id)).ground


def test_content_is_plain_values_and_gives_the_draft_back() -> None:
    there = replace(DRAFT, starts_at=DRAFT.starts_at.astimezone(MONTREAL))
    assert content_of(there) == content_of(DRAFT)
    assert draft_of(content_of(there)) == DRAFT


async def test_every_change_is_a_version_and_the_newest_is_what_the_row_says(
    store: Database,
) -> None:
    event_id = await planned(store)
    chief = await store_staff(store)
    await change(store, event_id, chief, Basis(why="a" * (MAX_WHY + 1)), place="Matane")
    newest, first = await history(store, event_id)
    known, _ = await events.one(store, event_id)
    assert (first.content, newest.content) == (content_of(DRAFT), content_of(known.draft))
    assert (newest.based_on, newest.note) == (first.id, "announce")
    assert newest.why == "a" * MAX_WHY
    assert (await event_versions.standing(store, event_id)).revision == newest


async def test_saving_what_is_said_already_writes_no_version(store: Database) -> None:
    event_id = await planned(store)
    chief = await store_staff(store)
    await change(store, event_id, chief, Basis(ground="nothing that was ever said"))
    assert len(await history(store, event_id)) == 1


async def test_of_two_who_save_at_once_one_is_said_and_the_other_is_kept_beside_it(
    store: Database,
) -> None:
    event_id = await planned(store)
    chief = await store_staff(store)
    basis = Basis(ground=await ground(store, event_id))
    found = await asyncio.gather(
        *(change(store, event_id, chief, basis, place=each) for each in ("Amqui", "Matane")),
        return_exceptions=True,
    )
    (refused,) = [each for each in found if each is not None]
    assert isinstance(refused, ChangedMeanwhile)
    kept, said, first = await history(store, event_id)
    assert (kept.id, kept.state, kept.based_on) == (refused.ours, State.DRAFT, first.id)
    assert refused.theirs == said
    known, _ = await events.one(store, event_id)
    assert said.content == content_of(known.draft)
    assert {(kept.content or {})["place"], known.draft.place} == {"Amqui", "Matane"}


async def test_seats_are_given_while_versions_are_written(store: Database) -> None:
    event_id = await planned(store, capacity=5)
    chief = await store_staff(store)
    people = [await begin(store) for _ in range(6)]
    await asyncio.gather(
        *(ask(store, each, event_id) for each in people),
        *(change(store, event_id, chief, capacity=5, place=each) for each in ("Amqui", "Matane")),
    )
    taken = [seat for seat, _ in await seats(store, event_id)]
    assert (taken.count("seat"), len(taken)) == (5, 6)
    assert len(await history(store, event_id)) == 3


async def test_restored_day_is_told_and_restored_capacity_gives_seats_to_who_waits(
    store: Database,
) -> None:
    event_id = await planned(store)
    chief = await store_staff(store)
    await change(store, event_id, chief, capacity=1, starts_at=NOW + timedelta(days=19))
    await ask(store, await begin(store), event_id)
    await ask(store, await begin(store), event_id)
    first = (await history(store, event_id))[-1]
    assert first.content is not None
    basis = Basis(ground=await ground(store, event_id), origin="restore")
    again = draft_of(first.content)
    assert await events.hearing(store, event_id, again) == 2
    await change(store, event_id, chief, basis, capacity=again.capacity, starts_at=again.starts_at)
    assert [seat for seat, _ in await seats(store, event_id)] == ["seat", "seat"]
    assert len(await tell(store)) == 2
    assert [each.origin for each in await history(store, event_id)] == ["restore", "form", "form"]
    with pytest.raises(BadEvent) as error:
        await change(store, event_id, chief, capacity=1)
    assert error.value.problems == {"capacity": "below_taken"}
    assert len(await history(store, event_id)) == 3


async def test_version_is_none_of_what_marie_says_as_an_item(store: Database) -> None:
    event_id = await planned(store)
    async with store.read() as connection:
        assert await revisions.spoken(connection, "event", event_id) is not None
        assert await revisions.all_spoken(connection) == []
        assert await revisions.version(connection) == 0


async def test_cancelling_is_the_last_version_and_dropping_a_draft_leaves_none(
    store: Database,
) -> None:
    event_id = await planned(store)
    chief = await store_staff(store)
    await events.cancel(store, event_id, by=chief, clock=now, why="Trop peu de monde")
    newest, _ = await history(store, event_id)
    assert (newest.content, newest.note, newest.why) == (None, "cancel", "Trop peu de monde")
    with pytest.raises(event_store.UnknownEvent):
        await change(store, event_id, chief, place="Matane")
    draft = await events.plan(store, DRAFT, regions=REGIONS, by=chief, clock=now, step="draft")
    await change(store, draft, chief, place="Matane")
    await events.cancel(store, draft, by=chief, clock=now)
    assert await history(store, draft) == []


async def test_announcement_is_a_version_that_another_person_must_have_seen(
    store: Database,
) -> None:
    chief = await planner(store)
    draft = await events.plan(store, DRAFT, regions=REGIONS, by=chief, clock=now, step="draft")
    seen = Basis(ground=await ground(store, draft))
    await events.change(store, draft, DRAFT, regions=REGIONS, by=chief, clock=now)
    assert [each.note for each in await history(store, draft)] == ["announce", "draft"]
    with pytest.raises(ChangedMeanwhile):
        await change(store, draft, chief, seen, place="Matane")


async def test_scheduled_event_is_not_moved_before_its_announcement(store: Database) -> None:
    chief = await planner(store)
    at = NOW + timedelta(days=10)
    event_id = await events.plan(
        store, DRAFT, regions=REGIONS, by=chief, clock=now, step="schedule", announce_at=at
    )
    with pytest.raises(BadEvent) as error:
        await change(store, event_id, chief, starts_at=at)
    assert error.value.problems == {"publish_on": "too_late"}


def test_texts_of_two_people_are_put_together_field_by_field() -> None:
    theirs = content_of(replace(DRAFT, place="Matane"))
    ours = content_of(replace(DRAFT, description="Repas"))
    together, both = merged(content_of(DRAFT), theirs, ours)
    assert draft_of(together) == replace(DRAFT, place="Matane", description="Repas")
    assert both == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"title": "<b>Deux</b> jours"}, {"title": "html"}),
        ({"place": "</p>Rimouski"}, {"place": "html"}),
        ({"organizer": "<!-- PROMIS"}, {"organizer": "html"}),
        ({"description": "<script>alert(1)</script>"}, {"description": "html"}),
        ({"description": "a\x00b"}, {"description": "invisible"}),
        ({"description": "prix < 20 $ et > 10 $"}, {}),
        ({"url": "javascript:alert(1)"}, {"url": "url"}),
        ({"url": "data:text/html,a"}, {"url": "url"}),
        ({"url": "https://promis.qc.ca/un deux"}, {"url": "url"}),
        ({"url": "https://www.promis.qc.ca"}, {}),
        ({"starts_at": NOW}, {"starts_at": "past"}),
        ({"starts_at": NOW + timedelta(milliseconds=1)}, {}),
        ({"ends_at": NOW + AHEAD}, {}),
        ({"ends_at": NOW + AHEAD + timedelta(milliseconds=1)}, {"ends_at": "far"}),
    ],
)
def test_what_cannot_be_said_of_an_event_is_named(
    change: dict[str, Any], problem: dict[str, str]
) -> None:
    found: dict[str, str] = {}
    try:
        check_draft(replace(DRAFT, **change), regions=REGIONS, now=NOW)
    except BadEvent as error:
        found = error.problems
    assert found == problem


def test_event_that_has_begun_is_still_corrected_but_not_moved_into_the_past() -> None:
    begun = replace(DRAFT, starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    check_draft(replace(begun, description="Repas"), regions=REGIONS, now=NOW, before=begun)
    with pytest.raises(BadEvent):
        check_draft(
            replace(begun, starts_at=NOW - timedelta(hours=2)),
            regions=REGIONS,
            now=NOW,
            before=begun,
        )
