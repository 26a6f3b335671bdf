"""Openings: what importing a list would change, applying it in one transaction, undoing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from marie.clock import Clock
from marie.guidance.matching import Opening
from marie.knowledge.importers.openings import ListRead
from marie.knowledge.openings import publish
from marie.services.imports import ChangedSince, FileRead, UnknownBatch
from marie.store import openings as store
from marie.store.engine import Database


@dataclass(frozen=True, kw_only=True)
class Diff:
    """What applying a list would change; `gone`: known of the list and not in the file."""

    new: tuple[Opening, ...]
    changed: tuple[tuple[Opening, Opening], ...]
    gone: tuple[Opening, ...]
    unchanged: int

    @property
    def changes_nothing(self) -> bool:
        """Whether applying it would leave everything as it is."""
        return not (self.new or self.changed or self.gone)

    @property
    def summary(self) -> dict[str, int]:
        """Counts, for people and for the log."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "gone": len(self.gone),
        }


def compare(read: ListRead, known: Mapping[str, Opening]) -> Diff:
    """A list beside what is known of it; the day of reading alone is no change."""
    changed = [
        (known[each.id], each)
        for each in read.openings.values()
        if each.id in known and replace(known[each.id], read_on=each.read_on) != each
    ]
    new = [each for each in read.openings.values() if each.id not in known]
    return Diff(
        new=tuple(new),
        changed=tuple(changed),
        gone=tuple(each for each in known.values() if each.id not in read.openings),
        unchanged=len(read.openings) - len(new) - len(changed),
    )


async def prepare(database: Database, read: ListRead) -> Diff:
    """What applying a list would change now."""
    async with database.read() as connection:
        return compare(read, await store.read_openings(connection, read.name))


async def apply(
    database: Database, read: ListRead, file: FileRead, *, by: str, clock: Clock
) -> tuple[int | None, Diff]:
    """Apply a list in one transaction; the import's number (None: nothing changed), the diff."""
    async with database.write() as connection:
        diff = compare(read, await store.read_openings(connection, read.name))
        if diff.changes_nothing:
            return None, diff
        await store.write_openings(connection, list(read.openings.values()))
        await store.delete_openings(connection, [each.id for each in diff.gone])
        changes = [
            *(store.Change(each.id, None, each) for each in diff.new),
            *(store.Change(after.id, before, after) for before, after in diff.changed),
            *(store.Change(each.id, each, None) for each in diff.gone),
        ]
        values = {
            "listed": read.name,
            "file": file.name,
            "sha256": file.sha256,
            "applied_at": clock(),
            "applied_by": by,
            "summary": diff.summary,
        }
        return await store.add_batch(connection, values, changes), diff


async def undo(database: Database, batch_id: int, *, clock: Clock) -> int:
    """Put back what an import changed; how many. `UnknownBatch`, `ChangedSince`."""
    async with database.write() as connection:
        batches = {each.id: each for each in await store.read_batches(connection)}
        if batch_id not in batches or batches[batch_id].undone_at is not None:
            raise UnknownBatch
        if later := await store.later_batches(connection, batch_id):
            raise ChangedSince(later)
        changes = await store.read_changes(connection, batch_id)
        added = [each.opening_id for each in changes if each.before is None]
        await store.delete_openings(connection, added)
        back = [each.before for each in changes if each.before is not None]
        await store.write_openings(connection, back)
        await store.mark_undone(connection, batch_id, clock())
    return len(changes)


async def publish_openings(database: Database, data: Path) -> int:
    """Publish what the database holds; how many openings."""
    async with database.read() as connection:
        openings = await store.read_openings(connection)
    publish(data, list(openings.values()))
    return len(openings)
