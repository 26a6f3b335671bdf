"""Imports: compare what was read with what is there, apply it in one transaction, undo it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.domain.people import Staff
from marie.knowledge.edits import Conflict, Edits, conflicts, edited, settled, value_of
from marie.knowledge.importers.diff import Diff, Known, compare
from marie.knowledge.importers.model import Figure, Parsed, Progress
from marie.knowledge.merging import Duplicate, spoken
from marie.knowledge.resources import Resource
from marie.services.edit_states import State, put_back
from marie.store import card_batches, cards
from marie.store import directory as store
from marie.store.engine import Database
from marie.store.staff import record

MOST_GONE = 0.2
"""A file that loses more than this share of what it told before is taken for a truncated one."""


class TooManyGone(Exception):
    """Much of what the file told before is not in it; `share` of it."""

    def __init__(self, share: float) -> None:
        super().__init__(f"{share:.0%}")
        self.share = share


class ChangedSince(Exception):
    """A later import changed what this one wrote: that one is undone first."""

    def __init__(self, batches: list[int]) -> None:
        super().__init__(", ".join(map(str, batches)))
        self.batches = batches


class UnknownBatch(Exception):
    """No such import, or it was undone."""


@dataclass(frozen=True, kw_only=True)
class Settling:
    """Who decided of which fields that people wrote, by id and field.

    `taken`: left to the file; `kept`: said as the person wrote them. The others wait.
    """

    by: Staff
    taken: frozenset[tuple[str, str]] = frozenset()
    kept: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """Which file was read, for the log of imports."""

    name: str
    sha256: str


async def prepare(
    database: Database, parsed: Parsed, progress: Progress = lambda done, whole: None
) -> Diff:
    """What applying a file would change now."""
    async with database.read() as connection:
        entries = await store.read_entries(connection)
        return await _compared(connection, parsed, entries, progress)


async def conflicts_of(database: Database, diff: Diff) -> tuple[Conflict, ...]:
    """Fields that a person wrote and of which the file says something new.

    Hers go on being said unless she takes the file's.
    """
    ids = [each.before.id for each in diff.changed]
    async with database.read() as connection:
        over = await cards.read_edits(connection, ids)
    return tuple(_conflicts(diff, over))


def check_gone(diff: Diff) -> None:
    """`TooManyGone` when a file seems to be cut off."""
    share = len(diff.gone) / max(diff.known_in_scopes, 1)
    if len(diff.gone) > 5 and share > MOST_GONE:
        raise TooManyGone(share)


async def apply(
    database: Database,
    parsed: Parsed,
    file: FileRead,
    *,
    by: str,
    clock: Clock,
    merge: Collection[Duplicate] | None = None,
    settling: Settling | None = None,
) -> tuple[int | None, Diff]:
    """Apply a file in one transaction; the batch's number (None: nothing changed) and the diff.

    It is compared inside the transaction: what somebody else applied meanwhile counts.
    `merge`: duplicates that are one; those that are sure when it is not said. `settling`: what to
    do with the fields that a person wrote; without it, they wait for somebody to decide.
    """
    async with database.write() as connection:
        entries = await store.read_entries(connection)
        diff = await _compared(connection, parsed, entries)
        if diff.changes_nothing and not parsed.figures:
            return None, diff
        written = _written(diff, entries)
        resources = {key: each.resource for key, each in entries.items()}
        resources |= {each.resource.id: each.resource for each in written}
        await store.write_entries(connection, written, resources)
        await store.delete_entries(connection, [each.resource.id for each in diff.gone])
        batch = await store.add_batch(
            connection,
            origin=parsed.origin,
            file=file.name,
            sha256=file.sha256,
            applied_at=clock(),
            applied_by=by,
            summary=diff.summary | {"figures": len(parsed.figures)},
            changes=_changes(diff, entries),
        )
        chosen = [each for each in diff.duplicates if each.sure] if merge is None else merge
        await store.add_merges(connection, {one.duplicate: one.kept for one in chosen}, batch)
        await _write_figures(connection, parsed.figures, batch)
        if settling is not None:
            await _settle(connection, diff, settling, batch, clock())
        await store.grow_version(connection)
    return batch, diff


def rejected_path(data: Path, batch_id: int) -> Path:
    """Where the rejected rows of an import are kept, when there were any."""
    return data / "imports" / f"rejets-{batch_id}.csv"


async def undo(database: Database, batch_id: int, *, clock: Clock, by: Staff | None = None) -> int:
    """Put back what a batch changed; how many resources. `UnknownBatch`, `ChangedSince`."""
    async with database.write() as connection:
        batches = {each.id: each for each in await store.read_batches(connection)}
        batch = batches.get(batch_id)
        if batch is None or batch.undone_at is not None:
            raise UnknownBatch
        if later := await store.later_batches(connection, batch_id):
            raise ChangedSince(later)
        changes = await store.read_changes(connection, batch_id)
        back = [
            store.Entry(change.before, *change.owner)
            for change in changes
            if change.before is not None
        ]
        entries = await store.read_entries(connection)
        resources = {key: each.resource for key, each in entries.items()}
        resources |= {each.resource.id: each.resource for each in back}
        await store.delete_entries(
            connection, [change.entry_id for change in changes if change.before is None]
        )
        await store.write_entries(connection, back, resources)
        await store.mark_undone(connection, batch_id, clock())
        for settled_then in await card_batches.edit_batches_of(connection, batch_id):
            await put_back(connection, settled_then, at=clock())
        await store.grow_version(connection)
        if by is not None:
            await record(
                connection,
                at=clock(),
                staff_id=by.id,
                action="undo_import",
                subject=str(batch_id),
            )
    return len(changes)


async def merge(database: Database, duplicate: str, kept: str) -> bool:
    """Speak two entries as one from now on; False when one of them is unknown."""
    async with database.write() as connection:
        entries = await store.read_entries(connection)
        if duplicate == kept or not {duplicate, kept} <= entries.keys():
            return False
        await store.add_merges(connection, {duplicate: kept}, None)
        await store.grow_version(connection)
    return True


async def _compared(
    connection: AsyncConnection,
    parsed: Parsed,
    entries: Mapping[str, store.Entry],
    progress: Progress = lambda done, whole: None,
) -> Diff:
    known = {key: Known(each.resource, each.origin, each.scope) for key, each in entries.items()}
    merges = await store.read_merges(connection)
    dead = await store.read_dead_links(connection)
    over = await cards.read_edits(connection)
    hidden = [key for key, each in over.items() if each.hidden]
    written = {key: edited(each.resource, over.get(key)) for key, each in entries.items()}
    said = spoken(written, merges, dead, hidden)
    return compare(parsed, known, {each.id: each for each in said}, progress)


def _conflicts(diff: Diff, over: Mapping[str, Edits]) -> Iterator[Conflict]:
    for changed in diff.changed:
        edits = over.get(changed.before.id)
        if edits is None:
            continue
        for each in conflicts(changed.record.resource, edits):
            if value_of(changed.before, each.field) != each.theirs:
                yield each


async def _settle(
    connection: AsyncConnection, diff: Diff, settling: Settling, batch: int, at: datetime
) -> None:
    """What a person decided of the fields that she wrote, undone with the import."""
    over = await cards.read_edits(connection, [each.before.id for each in diff.changed])
    after = {each.before.id: each.record.resource for each in diff.changed}
    told: dict[str, Edits] = {}
    changed: dict[str, list[Any]] = {}
    for each in _conflicts(diff, over):
        if (each.id, each.field) not in settling.taken | settling.kept:
            continue
        keep = (each.id, each.field) in settling.kept
        edits = told.get(each.id) or over[each.id]
        told[each.id] = settled(after[each.id], edits, each.field, keep=keep)
        if not keep:
            changed.setdefault(each.id, []).append([each.field, each.mine, each.theirs])
    if not told:
        return
    await cards.write_edits(connection, told)
    await card_batches.add_edit_batch(
        connection,
        at=at,
        staff_id=settling.by.id,
        action="settled",
        note=str(batch),
        import_id=batch,
        changes=[
            card_batches.EditChange(
                entry_id=key,
                before=State(edits=over[key]).kept(),
                after=State(edits=edits).kept(),
                fields=changed.get(key, []),
            )
            for key, edits in told.items()
        ],
    )


def _written(diff: Diff, entries: Mapping[str, store.Entry]) -> list[store.Entry]:
    fresh = [store.Entry(each.resource, diff.origin, each.scope) for each in diff.new]
    for changed in (*diff.changed, *diff.read):
        record = changed.record
        there = entries[record.resource.id]
        own = there.origin == diff.origin
        scope = record.scope if own else there.scope
        kept = replace(record.resource, parent=record.resource.parent or there.resource.parent)
        fresh.append(store.Entry(kept, there.origin, scope))
    return fresh


def _changes(diff: Diff, entries: Mapping[str, store.Entry]) -> list[store.Change]:
    def change(
        action: str, entry_id: str, before: Resource | None, after: Resource | None
    ) -> store.Change:
        there = entries.get(entry_id)
        owner = (there.origin, there.scope) if there else (diff.origin, "")
        return store.Change(
            entry_id=entry_id, action=action, owner=owner, before=before, after=after
        )

    return [
        *(change("new", each.resource.id, None, each.resource) for each in diff.new),
        *(
            change("changed", each.before.id, each.before, each.record.resource)
            for each in diff.changed
        ),
        *(change("read", each.before.id, each.before, each.record.resource) for each in diff.read),
        *(change("gone", each.resource.id, each.resource, None) for each in diff.gone),
    ]


async def _write_figures(
    connection: AsyncConnection, figures: tuple[Figure, ...], batch: int
) -> None:
    await store.add_figures(
        connection,
        [
            {
                "region": each.region,
                "indicator": each.indicator,
                "period": each.period,
                "value": each.value,
                "source_title": each.source.title,
                "source_url": each.source.url,
                "read_on": each.source.read_on,
                "batch_id": batch,
            }
            for each in figures
        ],
    )
