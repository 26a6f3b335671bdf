"""The directory as people edit it: what sources tell, what lies over it, and the cards that follow.

`card_lists` finds cards, `card_batches` keeps what was done to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    not_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.knowledge.edits import Edits, conflicts, edited, search_words
from marie.knowledge.freshness import checked_on
from marie.knowledge.resources import Resource
from marie.language.folding import fold, fold_key
from marie.store.card_tables import (
    directory_card,
    directory_distinct,
    directory_edit,
    directory_telling,
)
from marie.store.directory_tables import (
    directory_entry,
    directory_merge,
)
from marie.store.rows import chunks, upsert

_resources = msgspec.json.Decoder(Resource)
_edits = msgspec.json.Decoder(Edits)

LONGEST_WORDS = 4000
"""Characters of a card that are searched."""


@dataclass(frozen=True, kw_only=True)
class Telling:
    """An entry: what its source says, what lies over it, who told it, in which card it is said."""

    resource: Resource
    edits: Edits | None
    origin: str
    scope: str
    merged: str | None


# Copies to publish and search


async def write_tellings(connection: AsyncConnection, told: Sequence[tuple[Resource, str]]) -> None:
    """Keep what sources (`origin` beside each) say, and the cards that follow of it."""
    rows = [{"id": each.id, "told": msgspec.json.encode(each).decode()} for each, _ in told]
    await upsert(connection, directory_telling, rows)
    over = await read_edits(connection, [each.id for each, _ in told])
    await upsert(
        connection,
        directory_card,
        [_flat(each, origin, over.get(each.id)) for each, origin in told],
    )


async def count_missing(connection: AsyncConnection) -> int:
    """Entries that have no copy yet: those of a database older than the copies."""
    known = exists().where(directory_telling.c.id == directory_entry.c.id)
    query = select(func.count()).select_from(directory_entry).where(not_(known))
    return await connection.scalar(query) or 0


async def read_told(connection: AsyncConnection) -> list[str]:
    """What every source says, each resource as JSON, in the order of the ids."""
    query = select(directory_telling.c.told).order_by(directory_telling.c.id)
    return [told for (told,) in await connection.execute(query)]


def decoded(told: Iterable[str]) -> list[Resource]:
    """Resources of their JSON; some time for many: off the loop."""
    return [_resources.decode(each) for each in told]


def _flat(told: Resource, origin: str, over: Edits | None) -> dict[str, Any]:
    said = edited(told, over)
    return {
        "id": said.id,
        "name": said.name,
        "sorted_by": fold_key(said.name)[:200],
        "words": fold(" ".join(search_words(said)))[:LONGEST_WORDS],
        "kind": said.kind,
        "origin": origin,
        "region": said.region,
        "municipality_code": said.municipality_code,
        "municipality": said.municipality,
        "phone": said.phone,
        "url": said.url,
        "email": said.email,
        "lat": said.lat,
        "lon": said.lon,
        "read_on": said.source.read_on,
        "verified_on": said.source.verified_on,
        "checked_on": checked_on(said),
        "edited": bool(over and over.mine),
        "hidden": bool(over and over.hidden),
        "conflict": bool(conflicts(told, over)),
    }


# What lies over


async def read_edits(
    connection: AsyncConnection, ids: Collection[str] | None = None
) -> dict[str, Edits]:
    """What lies over entries, by id: of some, or of all."""
    query = select(directory_edit)
    if ids is None:
        rows = list(await connection.execute(query))
    else:
        rows = []
        for some in chunks(list(ids)):
            rows += await connection.execute(query.where(directory_edit.c.entry_id.in_(some)))
    return {row.entry_id: _edits.decode(row.edits) for row in rows}


async def write_edits(connection: AsyncConnection, over: Mapping[str, Edits | None]) -> None:
    """Lay edits over entries; None takes them away. The cards follow."""
    for some in chunks([key for key, each in over.items() if each is None]):
        await connection.execute(delete(directory_edit).where(directory_edit.c.entry_id.in_(some)))
    rows = [
        {"entry_id": key, "edits": msgspec.json.encode(each).decode()}
        for key, each in over.items()
        if each is not None
    ]
    await upsert(connection, directory_edit, rows, key="entry_id")
    tellings = await read_tellings(connection, list(over))
    await upsert(
        connection,
        directory_card,
        [_flat(each.resource, each.origin, each.edits) for each in tellings.values()],
    )


async def read_tellings(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Telling]:
    """Entries by id, those that are known."""
    over = await read_edits(connection, ids)
    found: dict[str, Telling] = {}
    for some in chunks(ids):
        rows = await connection.execute(
            select(
                directory_telling.c.id,
                directory_telling.c.told,
                directory_entry.c.origin,
                directory_entry.c.scope,
                directory_merge.c.kept,
            )
            .join(directory_entry, directory_entry.c.id == directory_telling.c.id)
            .outerjoin(directory_merge, directory_merge.c.duplicate == directory_telling.c.id)
            .where(directory_telling.c.id.in_(some))
        )
        for row in rows:
            found[row.id] = Telling(
                resource=_resources.decode(row.told),
                edits=over.get(row.id),
                origin=row.origin,
                scope=row.scope,
                merged=row.kept,
            )
    return found


async def merged_into(connection: AsyncConnection, kept: str) -> list[str]:
    """The duplicates that are said in an entry."""
    rows = await connection.execute(
        select(directory_merge.c.duplicate)
        .where(directory_merge.c.kept == kept)
        .order_by(directory_merge.c.duplicate)
    )
    return [row.duplicate for row in rows]


async def write_merges(connection: AsyncConnection, merged: Mapping[str, str | None]) -> None:
    """Say entries in another one from now on (None: by themselves)."""
    for some in chunks(list(merged)):
        await connection.execute(
            delete(directory_merge).where(directory_merge.c.duplicate.in_(some))
        )
    rows = [
        {"duplicate": one, "kept": kept, "batch_id": None}
        for one, kept in merged.items()
        if kept is not None
    ]
    if rows:
        await connection.execute(insert(directory_merge), rows)


# Not the same


async def read_distinct(connection: AsyncConnection) -> set[tuple[str, str]]:
    """Pairs that somebody said are two."""
    return {(row.one, row.other) for row in await connection.execute(select(directory_distinct))}


async def add_distinct(connection: AsyncConnection, one: str, other: str) -> None:
    """These two are two."""
    pair = tuple(sorted((one, other)))
    if pair not in await read_distinct(connection):
        await connection.execute(insert(directory_distinct).values(one=pair[0], other=pair[1]))
