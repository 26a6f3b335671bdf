"""`marie knowledge push` and `pull`: files of `knowledge/` and publications brought together.

Push never changes what is said: a file that changed becomes a draft, put together with what was
published since. Pull writes publications into the files, for somebody to review and commit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from marie.clock import Clock
from marie.knowledge.files import KnowledgeErrors
from marie.knowledge.items import SHELVES, Content, Folder, Item, Kind
from marie.knowledge.revisions import Revision, State, merged
from marie.knowledge.writing import write_item
from marie.store import revisions as store
from marie.store.engine import Database

Done = Literal["drafted", "merged", "conflict", "written", "removed"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """What became of one item. `fields`: those that the file and a publication both changed."""

    kind: Kind
    item: str
    done: Done
    fields: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """« Fiche « a » »."""
        return f"{SHELVES[self.kind].called} « {self.item} »"


async def pull(database: Database, knowledge: Path, *, clock: Clock) -> list[Line]:
    """Write what is published into the files that say something else.

    `KnowledgeErrors` when a file cannot be read: then none was written.
    """
    items = _items(knowledge)
    lines = []
    async with database.write() as connection:
        await store.lock(connection)
        for each in await store.all_spoken(connection):
            if each.kind == "event":
                continue  # no file says it
            known = items[each.kind].get(each.item)
            if (known.content if known else None) == each.content:
                continue
            path = known.path if known else None
            await asyncio.to_thread(write_item, knowledge, each.kind, each.item, each.content, path)
            if each.content is not None:
                await _note_file(connection, each.kind, each.item, each.content, clock())
            done: Done = "removed" if each.content is None else "written"
            lines.append(Line(kind=each.kind, item=each.item, done=done))
    return lines


async def push(database: Database, knowledge: Path, shipped: Path, *, clock: Clock) -> list[Line]:
    """Make a draft of each item that a file says otherwise than what is said and what it said last.

    `shipped`: the folder that Marie reads. What was published since a file was last read is kept:
    where only one of both changed a field, that one's stands; where both did, the file's, and the
    line says so. Pushing the same files twice makes no second draft.
    """
    items = _items(knowledge)
    ours = items if knowledge == shipped else _items(shipped)
    lines = []
    async with database.write() as connection:
        await store.lock(connection)
        spoken = {each.key: each for each in await store.all_spoken(connection)}
        for kind, found in items.items():
            for item in found.values():
                said = spoken.get((kind, item.id))
                line = await _push(connection, item, said, ours[kind].get(item.id), clock())
                if line is not None:
                    lines.append(line)
    return lines


async def _push(
    connection: AsyncConnection,
    item: Item,
    said: Revision | None,
    shipped: Item | None,
    now: datetime,
) -> Line | None:
    """The draft of one file's item, if it is to have one."""
    known = await store.newest_file(connection, item.kind, item.id)
    base = known.content if known else (shipped.content if shipped else None)
    current = said.content if said else (shipped.content if shipped else None)
    if item.content in (current, base):
        return None
    ground = said.id if said else None
    if said is None and base is not None:
        same = known is not None and known.content == base
        ground = known.id if known and same else None
        if ground is None:
            ground = await _note_file(connection, item.kind, item.id, base, now)
    content = item.content
    conflicts: list[str] = []
    if current is not None and base is not None and current != base:
        content, conflicts = merged(base, current, item.content)
    await _note_file(connection, item.kind, item.id, item.content, now)
    await store.add(
        connection,
        kind=item.kind,
        item=item.id,
        content=content,
        state=State.DRAFT,
        origin="file",
        why="",
        based_on=ground,
        staff_id=None,
        at=now,
    )
    done: Done = "conflict" if conflicts else "drafted" if content == item.content else "merged"
    return Line(kind=item.kind, item=item.id, done=done, fields=tuple(conflicts))


async def _note_file(
    connection: AsyncConnection, kind: Kind, item_id: str, content: Content, now: datetime
) -> int:
    """Write down what a file says: the next push tells from it whether the file changed."""
    return await store.add(
        connection,
        kind=kind,
        item=item_id,
        content=content,
        state=State.FILE,
        origin="file",
        why="",
        based_on=None,
        staff_id=None,
        at=now,
    )


def _items(knowledge: Path) -> dict[Kind, dict[str, Item]]:
    items, problems = Folder(knowledge).items()
    if problems:
        raise KnowledgeErrors(problems)
    return items
