"""Reads and writes the directory's tables. What changes is decided in `marie.services.imports`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import delete, insert, not_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.knowledge.hsds import Row, Tables, ids_of, read_tables, reference, tables_of
from marie.knowledge.resources import HsdsIds, Resource
from marie.store import batches, cards
from marie.store.directory_tables import (
    HSDS,
    LINKS,
    directory_batch,
    directory_change,
    directory_entry,
    directory_figure,
    directory_link,
    directory_merge,
    directory_seed,
    directory_state,
)
from marie.store.rows import chunks, upsert

SHARED = ("organization", "service", "location", "service_at_location")
"""Tables of which a row may belong to several resources."""


@dataclass(frozen=True)
class Entry:
    """A resource as one source tells it."""

    resource: Resource
    origin: str
    scope: str


@dataclass(frozen=True, kw_only=True)
class Batch:
    """An import that was applied."""

    id: int
    origin: str
    file: str
    sha256: str
    applied_at: datetime
    applied_by: str
    undone_at: datetime | None
    summary: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a batch did to one entry; `before` and `after` are None where there was or is none."""

    entry_id: str
    action: str
    owner: tuple[str, str]
    """Origin and scope of the entry as it was."""
    before: Resource | None
    after: Resource | None


async def read_entries(connection: AsyncConnection) -> dict[str, Entry]:
    """Every entry by its id, in the order of the ids."""
    tables: Tables = {}
    for name, table in HSDS.items():
        result = await connection.execute(select(table).order_by(table.c.id))
        columns = tuple(result.keys())
        tables[name] = [dict(zip(columns, row, strict=True)) for row in result]
    known = {
        row.service_at_location_id or row.service_id: row
        for row in await connection.execute(select(directory_entry))
    }
    entries: dict[str, Entry] = {}
    for found, _ in read_tables(tables):
        ids = found.hsds
        row = known.get(reference(ids)) if ids else None
        if row is not None:
            resource = msgspec.structs.replace(found, id=row.id, parent=row.parent)
            entries[row.id] = Entry(_own(resource), row.origin, row.scope)
    return dict(sorted(entries.items()))


async def write_entries(
    connection: AsyncConnection, entries: Collection[Entry], parents: Mapping[str, Resource]
) -> None:
    """Write entries over what was there under their ids. `parents`: every resource by id."""
    rows: Tables = {name: [] for name in HSDS}
    listed: list[Row] = []
    services: list[str] = []
    for entry in entries:
        resource = entry.resource
        ids = ids_of(resource)
        services.append(ids.service)
        told = tables_of(resource, parents.get(resource.parent or ""))
        for name, some in told.items():
            rows[name] += some
        listed.append(_listed(entry, ids))
    for part in chunks(services):
        for name in HSDS:
            if name not in SHARED and (column := _service_column(name)) is not None:
                table = HSDS[name]
                await connection.execute(delete(table).where(table.c[column].in_(part)))
    for name, table in HSDS.items():
        await upsert(connection, table, rows[name])
    await upsert(connection, directory_entry, listed)
    await cards.write_tellings(
        connection, [(_own(entry.resource), entry.origin) for entry in entries]
    )
    await _prune(connection)


async def delete_entries(connection: AsyncConnection, ids: Iterable[str]) -> None:
    """Forget entries, with the rows that nothing else needs."""
    for some in chunks(list(ids)):
        await connection.execute(delete(directory_entry).where(directory_entry.c.id.in_(some)))
    await _prune(connection)


async def read_version(connection: AsyncConnection) -> int:
    """A number that grows with every change."""
    return (await connection.execute(select(directory_state.c.version))).scalar() or 0


async def grow_version(connection: AsyncConnection) -> None:
    """Tell every process that the directory changed."""
    version = await read_version(connection)
    if version == 0:
        await connection.execute(insert(directory_state).values(id=1, version=1))
    else:
        await connection.execute(update(directory_state).values(version=version + 1))


async def add_batch(
    connection: AsyncConnection,
    *,
    origin: str,
    file: str,
    sha256: str,
    applied_at: datetime,
    applied_by: str,
    summary: Mapping[str, int],
    changes: Sequence[Change],
) -> int:
    """Keep what a batch did; its number."""
    result = await connection.execute(
        insert(directory_batch)
        .values(
            origin=origin,
            file=file,
            sha256=sha256,
            applied_at=applied_at,
            applied_by=applied_by,
            summary=dict(summary),
        )
        .returning(directory_batch.c.id)
    )
    batch_id = int(result.scalar_one())
    if changes:
        await connection.execute(
            insert(directory_change),
            [
                {
                    "batch_id": batch_id,
                    "entry_id": change.entry_id,
                    "action": change.action,
                    "origin": change.owner[0],
                    "scope": change.owner[1],
                    "before": _builtins(change.before),
                    "after": _builtins(change.after),
                }
                for change in changes
            ],
        )
    return batch_id


async def read_batches(connection: AsyncConnection) -> list[Batch]:
    """Every batch, the latest first."""
    rows = await connection.execute(select(directory_batch).order_by(directory_batch.c.id.desc()))
    return [Batch(**row._mapping) for row in rows]


async def read_changes(connection: AsyncConnection, batch_id: int) -> list[Change]:
    """What a batch did, by the entries' ids."""
    rows = await connection.execute(
        select(directory_change)
        .where(directory_change.c.batch_id == batch_id)
        .order_by(directory_change.c.entry_id)
    )
    return [
        Change(
            entry_id=row.entry_id,
            action=row.action,
            owner=(row.origin, row.scope),
            before=_resource(row.before),
            after=_resource(row.after),
        )
        for row in rows
    ]


async def later_batches(connection: AsyncConnection, batch_id: int) -> list[int]:
    """Batches after this one, not undone, that changed an entry of it."""
    return await batches.later(
        connection, directory_batch, directory_change, directory_change.c.entry_id, batch_id
    )


async def mark_undone(connection: AsyncConnection, batch_id: int, at: datetime) -> None:
    """A batch is undone once."""
    await batches.mark_undone(connection, directory_batch, batch_id, at)
    for table in (directory_merge, directory_figure):
        await connection.execute(delete(table).where(table.c.batch_id == batch_id))


async def read_merges(connection: AsyncConnection) -> dict[str, str]:
    """The kept entry by its duplicate."""
    rows = await connection.execute(select(directory_merge))
    return {row.duplicate: row.kept for row in rows}


async def add_merges(
    connection: AsyncConnection, merges: Mapping[str, str], batch_id: int | None
) -> None:
    """Duplicates and what they are told under from now on."""
    await upsert(
        connection,
        directory_merge,
        [{"duplicate": one, "kept": kept, "batch_id": batch_id} for one, kept in merges.items()],
        key="duplicate",
    )


async def add_figures(connection: AsyncConnection, figures: Sequence[Mapping[str, Any]]) -> None:
    """Figures of regions, as a batch tells them."""
    if figures:
        await connection.execute(insert(directory_figure), list(figures))


async def read_figures(connection: AsyncConnection) -> list[Mapping[str, Any]]:
    """The figures of the regions; of several batches the latest counts."""
    rows = await connection.execute(select(directory_figure).order_by(directory_figure.c.batch_id))
    latest = {(row.region, row.indicator, row.period): dict(row._mapping) for row in rows}
    return list(latest.values())


async def read_seed(connection: AsyncConnection) -> dict[str, Resource]:
    """The seed as it was when it was last brought in, in its editors' order."""
    rows = await connection.execute(select(directory_seed).order_by(directory_seed.c.position))
    return {row.id: msgspec.convert(row.resource, Resource) for row in rows}


async def read_seed_order(connection: AsyncConnection) -> list[str]:
    """The ids of the seed, in its editors' order."""
    query = select(directory_seed.c.id).order_by(directory_seed.c.position)
    return [row.id for row in await connection.execute(query)]


async def write_seed(connection: AsyncConnection, seed: Iterable[Resource]) -> None:
    """Remember the seed."""
    await connection.execute(delete(directory_seed))
    rows = [
        {"id": each.id, "position": position, "resource": _builtins(each)}
        for position, each in enumerate(seed)
    ]
    await connection.execute(insert(directory_seed), rows)


async def read_dead_links(connection: AsyncConnection) -> set[str]:
    """Addresses to which nobody is sent any more."""
    rows = await connection.execute(select(directory_link.c.url).where(directory_link.c.dead))
    return {row.url for row in rows}


def _own(resource: Resource) -> Resource:
    """Without the identifiers that it would have anyway."""
    if resource.hsds is None:
        return resource
    own = msgspec.structs.replace(resource, hsds=None)
    return own if ids_of(own) == resource.hsds else resource


def _listed(entry: Entry, ids: HsdsIds) -> Row:
    return {
        "id": entry.resource.id,
        "kind": entry.resource.kind,
        "origin": entry.origin,
        "scope": entry.scope,
        "parent": entry.resource.parent,
        "organization_id": ids.organization,
        "service_id": ids.service,
        "location_id": ids.location,
        "service_at_location_id": ids.service_at_location,
    }


def _service_column(name: str) -> str | None:
    return next(
        (column for (table, column), to in LINKS.items() if table == name and to == "service"), None
    )


async def _prune(connection: AsyncConnection) -> None:
    """Rows of the shared tables that no entry needs any more; what hangs on them goes too."""
    for name in reversed(SHARED):
        table = HSDS[name]
        needed = directory_entry.c[f"{name}_id"]
        used = select(needed).where(needed.is_not(None))
        await connection.execute(delete(table).where(not_(table.c.id.in_(used))))


def _builtins(resource: Resource | None) -> Any:
    return None if resource is None else msgspec.to_builtins(resource)


def _resource(value: Any) -> Resource | None:
    return None if value is None else msgspec.convert(value, Resource)
