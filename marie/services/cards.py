"""What administrators do to the directory: edit, verify, retire, merge, add, and take back.

Each act is one transaction: it checks that the card is still what the person saw, lays edits over
the entries, logs what differs field by field, and grows the version that publishing follows.
"""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock, local_date
from marie.domain.people import Staff
from marie.knowledge.edits import (
    NONE,
    Conflict,
    Edits,
    FieldChange,
    Verified,
    conflicts,
    differences,
    edited,
    mark,
    settled,
    told_mark,
    value_of,
    with_values,
)
from marie.knowledge.merging import Duplicate, alike_pairs
from marie.knowledge.resources import Resource
from marie.services.edit_states import State, put_back, write_states
from marie.services.imports import ChangedSince, UnknownBatch
from marie.store import card_batches, card_lists
from marie.store import cards as store
from marie.store import directory as directory_store
from marie.store.engine import Database
from marie.store.staff import record

HAND = "hand"
"""The origin and scope of cards that people added: no file tells them, none forgets them."""

MOST_AT_ONCE = 5000
"""Cards that one act may change."""


class UnknownCard(Exception):
    """No entry has this id."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the card since it was read; `now` is what it says."""

    def __init__(self, now: Resource) -> None:
        super().__init__(now.id)
        self.now = now


class TooMany(Exception):
    """More cards than one act may change."""


class NotAlike(Exception):
    """Two entries cannot be merged: one is unknown, or they are one already."""


@dataclass(frozen=True, kw_only=True)
class File:
    """A card with all that is known of it.

    `said`: what Marie says of this entry. `told`: what its source says. `duplicates`: what is told
    inside it; `merged`: the card in which it is told. `mark`: what two people who edit it compare.
    """

    said: Resource
    told: Resource
    edits: Edits
    origin: str
    merged: str | None
    duplicates: tuple[Resource, ...]
    conflicts: tuple[Conflict, ...]
    mark: str
    past: tuple[card_batches.Past, ...]


async def read(database: Database, card_id: str) -> File:
    """A card's file; `UnknownCard`."""
    async with database.read() as connection:
        telling = (await store.read_tellings(connection, [card_id])).get(card_id)
        if telling is None:
            raise UnknownCard
        inside = await store.read_tellings(connection, await store.merged_into(connection, card_id))
        past = await card_batches.edits_past(connection, card_id)
        imported = await card_batches.imports_past(connection, card_id)
    said = edited(telling.resource, telling.edits)
    for each, before, after in imported:
        changed = [[c.field, c.before, c.after] for c in differences(before, after)]
        shown = changed if before is not None and after is not None else []
        past.append(dataclasses.replace(each, fields=shown))
    past.sort(key=lambda each: each.at, reverse=True)
    return File(
        said=said,
        told=telling.resource,
        edits=telling.edits or NONE,
        origin=telling.origin,
        merged=telling.merged,
        duplicates=tuple(edited(each.resource, each.edits) for each in inside.values()),
        conflicts=conflicts(telling.resource, telling.edits),
        mark=mark(said),
        past=tuple(past),
    )


async def name_of(connection: AsyncConnection, card_id: str) -> str:
    """What a card is called."""
    return (await _one(connection, card_id)).resource.name


async def save(
    database: Database,
    card_id: str,
    values: Mapping[str, Any],
    *,
    basis: str,
    verified: bool,
    note: str,
    by: Staff,
    clock: Clock,
) -> bool:
    """Write a card's fields; whether anything changed.

    `values`: by field, as JSON has them. `basis`: the mark of the card that was read;
    `ChangedMeanwhile` when it is another now. `verified`: compared with the official page today.
    """
    async with database.write() as connection:
        telling = await _one(connection, card_id)
        now = edited(telling.resource, telling.edits)
        if mark(now) != basis:
            raise ChangedMeanwhile(now)
        changed = {field: value for field, value in values.items() if value != value_of(now, field)}
        edits = with_values(telling.resource, telling.edits or NONE, changed)
        if verified:
            edits = _verified(edits, telling.resource, local_date(clock()))
        state = State(edits=edits, merged=telling.merged)
        act = _Act("edit", note=note, by=by, clock=clock)
        return await act.do(connection, {card_id: telling}, {card_id: state}) is not None


async def add(
    database: Database, resource: Resource, *, verified: bool, by: Staff, clock: Clock
) -> str:
    """Add a card that a person wrote, its source said; its id."""
    async with database.write() as connection:
        known = await store.read_tellings(connection, [resource.id])
        if known:
            resource = replace(resource, id=f"{resource.id[:140]}-{secrets.token_hex(3)}")
        entry = directory_store.Entry(resource, HAND, HAND)
        await directory_store.write_entries(connection, [entry], {resource.id: resource})
        edits = _verified(NONE, resource, local_date(clock())) if verified else NONE
        # Before it was added it was not said: that is what undoing puts back.
        await store.write_edits(connection, {resource.id: Edits(hidden=True)})
        before = await _one(connection, resource.id)
        await _Act("add", note="", by=by, clock=clock).do(
            connection, {resource.id: before}, {resource.id: State(edits=edits)}
        )
    return resource.id


async def verify(database: Database, ids: Sequence[str], *, by: Staff, clock: Clock) -> int | None:
    """Somebody compared these with their official pages today; the batch's number."""
    today = local_date(clock())

    def state(telling: store.Telling) -> State:
        edits = _verified(telling.edits or NONE, telling.resource, today)
        return State(edits=edits, merged=telling.merged)

    return await _many(database, ids, state, _Act("verify", by=by, clock=clock))


async def retire(
    database: Database, ids: Sequence[str], *, note: str = "", by: Staff, clock: Clock
) -> int | None:
    """Say these no more; the batch's number."""

    def state(telling: store.Telling) -> State:
        edits = replace(telling.edits or NONE, hidden=True)
        return State(edits=edits, merged=telling.merged)

    return await _many(database, ids, state, _Act("hide", note=note, by=by, clock=clock))


async def restore(database: Database, ids: Sequence[str], *, by: Staff, clock: Clock) -> int | None:
    """Say these again; the batch's number."""

    def state(telling: store.Telling) -> State:
        edits = replace(telling.edits or NONE, hidden=False)
        return State(edits=edits, merged=telling.merged)

    return await _many(database, ids, state, _Act("restore", by=by, clock=clock))


async def set_kind(
    database: Database, ids: Sequence[str], kind: str, *, by: Staff, clock: Clock
) -> int | None:
    """Give these a kind; the batch's number."""
    return await _set(database, ids, {"kind": kind}, _Act("kind", note=kind, by=by, clock=clock))


async def set_region(
    database: Database, ids: Sequence[str], region: str | None, *, by: Staff, clock: Clock
) -> int | None:
    """Give a region to those of these that stand in no municipality, which says its own."""
    async with database.read() as connection:
        tellings = await store.read_tellings(connection, ids)
    free = [
        key
        for key, each in tellings.items()
        if edited(each.resource, each.edits).municipality is None
    ]
    act = _Act("region", note=region or "QC", by=by, clock=clock)
    return await _set(database, free, {"region": region}, act)


async def settle(
    database: Database, card_id: str, field: str, *, keep: bool, by: Staff, clock: Clock
) -> None:
    """Decide between what a person wrote of a field and what its source says of it since."""
    async with database.write() as connection:
        telling = await _one(connection, card_id)
        if telling.edits is None or field not in telling.edits.mine:
            return
        edits = settled(telling.resource, telling.edits, field, keep=keep)
        act = _Act("keep" if keep else "take", note=field, by=by, clock=clock)
        state = State(edits=edits, merged=telling.merged)
        await act.do(connection, {card_id: telling}, {card_id: state})


async def undo(database: Database, batch_id: int, *, by: Staff, clock: Clock) -> int:
    """Put back what a batch did; to how many cards. `UnknownBatch`, `ChangedSince`."""
    async with database.write() as connection:
        batch = await card_batches.read_edit_batch(connection, batch_id)
        if batch is None or batch.undone_at is not None:
            raise UnknownBatch
        if later := await card_batches.later_edit_batches(connection, batch_id):
            raise ChangedSince(later)
        count = await put_back(connection, batch_id, at=clock())
        await directory_store.grow_version(connection)
        await record(
            connection,
            at=clock(),
            staff_id=by.id,
            action="undo_directory_edit",
            subject=str(batch_id),
        )
    return count


# Two that are one


async def alike(database: Database) -> list[Duplicate]:
    """Cards that may be one, the likeliest first; some seconds for many."""
    async with database.read() as connection:
        told = await store.read_told(connection)
        over = await store.read_edits(connection)
        merges = await directory_store.read_merges(connection)
        distinct = await store.read_distinct(connection)
        _, listed = await card_lists.find(
            connection, card_lists.Wanted(), periods={}, today=date.max, limit=None
        )
    said = {each.id: each.origin for each in listed}

    def look() -> list[Duplicate]:
        resources = [
            edited(each, over.get(each.id))
            for each in store.decoded(told)
            if each.id in said and each.id not in merges
        ]
        return [
            pair
            for pair in alike_pairs(resources, said)
            if tuple(sorted((pair.duplicate, pair.kept))) not in distinct
        ]

    return await asyncio.to_thread(look)


async def pair(database: Database, duplicate: str, kept: str) -> tuple[Resource, Resource]:
    """Two cards side by side; `NotAlike` when they cannot be merged."""
    async with database.read() as connection:
        tellings = await store.read_tellings(connection, [duplicate, kept])
    if duplicate == kept or not {duplicate, kept} <= tellings.keys():
        raise NotAlike
    if tellings[duplicate].merged or tellings[kept].merged:
        raise NotAlike
    one, other = tellings[duplicate], tellings[kept]
    return edited(one.resource, one.edits), edited(other.resource, other.edits)


def pair_mark(one: Resource, other: Resource) -> str:
    """What two people who merge the same pair began from."""
    return hashlib.sha256(f"{mark(one)}{mark(other)}".encode()).hexdigest()[:16]


async def merge(
    database: Database,
    duplicate: str,
    kept: str,
    *,
    chosen: Collection[str],
    basis: str,
    by: Staff,
    clock: Clock,
) -> int | None:
    """Say two cards as one under the id of `kept`; the batch's number.

    `chosen`: fields that are said as the duplicate says them. `NotAlike`, `ChangedMeanwhile`.
    """
    async with database.write() as connection:
        inside = await store.merged_into(connection, duplicate)
        tellings = await store.read_tellings(connection, [duplicate, kept, *inside])
        if duplicate == kept or not {duplicate, kept} <= tellings.keys():
            raise NotAlike
        one, other = tellings[duplicate], tellings[kept]
        if one.merged or other.merged:
            raise NotAlike
        theirs = edited(one.resource, one.edits)
        ours = edited(other.resource, other.edits)
        if pair_mark(theirs, ours) != basis:
            raise ChangedMeanwhile(ours)
        values = {field: value_of(theirs, field) for field in chosen}
        states = {
            kept: State(edits=with_values(other.resource, other.edits or NONE, values)),
            # What was told inside the duplicate is told inside the kept one from now on.
            **{
                each: State(edits=tellings[each].edits or NONE, merged=kept)
                for each in (duplicate, *inside)
                if each in tellings
            },
        }
        act = _Act("merge", note=f"{duplicate} → {kept}", by=by, clock=clock)
        return await act.do(connection, tellings, states)


async def split(database: Database, duplicate: str, *, by: Staff, clock: Clock) -> int | None:
    """Say a merged card by itself again; the batch's number."""
    async with database.write() as connection:
        telling = await _one(connection, duplicate)
        state = State(edits=telling.edits or NONE)
        act = _Act("split", note=telling.merged or "", by=by, clock=clock)
        return await act.do(connection, {duplicate: telling}, {duplicate: state})


async def set_distinct(
    database: Database, one: str, other: str, *, by: Staff, clock: Clock
) -> None:
    """These two look alike and are two."""
    async with database.write() as connection:
        await store.add_distinct(connection, one, other)
        await record(
            connection, at=clock(), staff_id=by.id, action="directory_distinct", subject=one
        )


# How an act is done


class _Act:
    """Somebody does something to cards: states are written, logged and heard."""

    def __init__(self, action: str, *, note: str = "", by: Staff, clock: Clock) -> None:
        self.action = action
        self.note = note
        self.by = by
        self.clock = clock

    async def do(
        self,
        connection: AsyncConnection,
        tellings: Mapping[str, store.Telling],
        states: Mapping[str, State],
    ) -> int | None:
        """The batch's number; None when nothing changes."""
        changes = []
        for key, state in states.items():
            before = State.of(tellings[key])
            if before == state:
                continue
            told = tellings[key].resource
            differs = differences(edited(told, before.edits), edited(told, state.edits))
            changes.append(
                card_batches.EditChange(
                    entry_id=key,
                    before=before.kept(),
                    after=state.kept(),
                    fields=[_listed(each) for each in differs],
                )
            )
        if not changes:
            return None
        await write_states(connection, {each.entry_id: states[each.entry_id] for each in changes})
        now = self.clock()
        batch = await card_batches.add_edit_batch(
            connection,
            at=now,
            staff_id=self.by.id,
            action=self.action,
            note=self.note[:500],
            changes=changes,
        )
        await directory_store.grow_version(connection)
        await record(
            connection,
            at=now,
            staff_id=self.by.id,
            action=f"directory_{self.action}",
            subject=changes[0].entry_id if len(changes) == 1 else str(batch),
        )
        return batch


def _listed(change: FieldChange) -> list[Any]:
    return [change.field, change.before, change.after]


def _verified(edits: Edits, told: Resource, today: date) -> Edits:
    return replace(edits, verified=Verified(on=today, telling=told_mark(told)))


async def _one(connection: AsyncConnection, card_id: str) -> store.Telling:
    found = (await store.read_tellings(connection, [card_id])).get(card_id)
    if found is None:
        raise UnknownCard
    return found


async def _many(
    database: Database,
    ids: Sequence[str],
    state: Callable[[store.Telling], State],
    act: _Act,
) -> int | None:
    if len(ids) > MOST_AT_ONCE:
        raise TooMany
    async with database.write() as connection:
        tellings = await store.read_tellings(connection, ids)
        return await act.do(
            connection, tellings, {key: state(each) for key, each in tellings.items()}
        )


async def _set(
    database: Database, ids: Sequence[str], values: Mapping[str, Any], act: _Act
) -> int | None:
    def state(telling: store.Telling) -> State:
        edits = with_values(telling.resource, telling.edits or NONE, values)
        return State(edits=edits, merged=telling.merged)

    return await _many(database, ids, state, act)
