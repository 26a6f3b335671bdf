"""The directory of the database: filling it with the seed, and publishing what is spoken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from marie.knowledge.edits import edited
from marie.knowledge.importers.model import Figure
from marie.knowledge.merging import followed, spoken
from marie.knowledge.model import Source
from marie.knowledge.opened import SNAPSHOTS
from marie.knowledge.places import Gazetteer
from marie.knowledge.published import publish, published_version
from marie.knowledge.resources import Resource
from marie.store import cards
from marie.store import directory as store
from marie.store.engine import Database

SEED = "seed"


async def complete_copies(database: Database) -> None:
    """Give a database that is older than the copies by which cards are searched its copies."""
    async with database.read() as connection:
        if not await cards.count_missing(connection):
            return
    async with database.write() as connection:
        entries = await store.read_entries(connection)
        await cards.write_tellings(
            connection, [(each.resource, each.origin) for each in entries.values()]
        )


async def fill_with_seed(database: Database, seed: list[Resource]) -> int:
    """Bring the reviewed seed of `knowledge/directory/` into the database; how many were written.

    What an import changed since stays as it is, until the seed itself changes.
    """
    await complete_copies(database)
    async with database.write() as connection:
        last = await store.read_seed(connection)
        entries = await store.read_entries(connection)
        parents = {resource.id: resource for resource in seed}
        changed = [resource for resource in seed if last.get(resource.id) != resource]
        gone = [
            resource_id
            for resource_id in last.keys() - parents.keys()
            if resource_id in entries and entries[resource_id].origin == SEED
        ]
        if not changed and not last.keys() - parents.keys():
            return 0
        known = {key: entry.resource for key, entry in entries.items()} | parents
        await store.write_entries(
            connection, [store.Entry(resource, SEED, SEED) for resource in changed], known
        )
        await store.delete_entries(connection, gone)
        await store.write_seed(connection, seed)
        await store.grow_version(connection)
    return len(changed) + len(gone)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What Marie says, of which version of the database, and under which ids merged ones are."""

    resources: list[Resource]
    merged: dict[str, str]
    version: int


async def read_said(database: Database) -> Said:
    """What Marie says: what sources tell, what people wrote over it, duplicates inside the kept.

    What ships comes first, in its editors' order: of services that are as near, the one that they
    put first is shown first. The rest follows by id.
    """
    async with database.read() as connection:
        version = await store.read_version(connection)
        told = await cards.read_told(connection)
        over = await cards.read_edits(connection)
        merges = await store.read_merges(connection)
        dead = await store.read_dead_links(connection)
        seed = await store.read_seed_order(connection)

    def put_together() -> Said:
        first = {resource_id: position for position, resource_id in enumerate(seed)}
        resources = {each.id: edited(each, over.get(each.id)) for each in cards.decoded(told)}
        hidden = [key for key, each in over.items() if each.hidden]
        said = spoken(resources, merges, dead, hidden)
        said.sort(key=lambda each: (first.get(each.id, len(first)), each.id))
        ids = {each.id for each in said}
        return Said(resources=said, merged=followed(merges, ids), version=version)

    return await asyncio.to_thread(put_together)


async def read_figures(database: Database) -> list[Figure]:
    """The imported figures of the regions."""
    async with database.read() as connection:
        rows = await store.read_figures(connection)
    return [
        Figure(
            region=row["region"],
            indicator=row["indicator"],
            period=row["period"],
            value=row["value"],
            source=Source(
                title=row["source_title"],
                url=row["source_url"],
                published=row["period"],
                read_on=row["read_on"],
            ),
        )
        for row in rows
    ]


async def publish_directory(
    database: Database, gazetteer: Gazetteer, data: Path, *, always: bool = False
) -> bool:
    """Publish what the database holds, unless that is what is spoken already."""
    folder = data / SNAPSHOTS
    async with database.read() as connection:
        version = await store.read_version(connection)
    if version == 0 or (version == published_version(folder) and not always):
        return False
    await complete_copies(database)
    said = await read_said(database)
    figures = await read_figures(database)
    await asyncio.to_thread(
        publish,
        folder,
        said.resources,
        gazetteer,
        said.version,
        figures,
        merged=said.merged,
    )
    return True
