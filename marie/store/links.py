"""Which web addresses Marie gives, and what each answered when it was last asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.store.directory_tables import HSDS, directory_entry, directory_link
from marie.store.rows import chunks, upsert


@dataclass(frozen=True, kw_only=True)
class Link:
    """An address: the last answer's status, or the `problem` for which there was none.

    `failures`: how many times in a row it gave nothing; `dead`: nobody is sent there any more.
    """

    url: str
    checked_at: datetime
    status: int | None
    problem: str | None
    failures: int
    dead: bool


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """The addresses of one resource: its own, and its source's."""

    entry_id: str
    name: str
    url: str | None
    source: str | None


async def read_links(connection: AsyncConnection) -> dict[str, Link]:
    """Every address that was ever asked for."""
    rows = await connection.execute(select(directory_link))
    return {row.url: Link(**row._mapping) for row in rows}


async def read_link(connection: AsyncConnection, url: str) -> Link | None:
    """What one address answered last, if it was asked for."""
    query = select(directory_link).where(directory_link.c.url == url)
    row = (await connection.execute(query)).first()
    return None if row is None else Link(**row._mapping)


async def write_links(connection: AsyncConnection, links: Collection[Link]) -> None:
    """Keep the latest answers."""
    rows = [
        {
            "url": each.url,
            "checked_at": each.checked_at,
            "status": each.status,
            "problem": each.problem,
            "failures": each.failures,
            "dead": each.dead,
        }
        for each in links
    ]
    await upsert(connection, directory_link, rows, key="url")


async def forget_links(connection: AsyncConnection, urls: Collection[str]) -> None:
    """Addresses that nothing names any more."""
    for some in chunks(list(urls)):
        await connection.execute(delete(directory_link).where(directory_link.c.url.in_(some)))


async def resource_addresses(connection: AsyncConnection) -> list[Addresses]:
    """The addresses of every resource, the dead ones too."""
    service, organization, metadata = HSDS["service"], HSDS["organization"], HSDS["metadata"]
    told = directory_entry.join(service, service.c.id == directory_entry.c.service_id)
    told = told.join(organization, organization.c.id == directory_entry.c.organization_id)
    source = and_(metadata.c.resource_id == service.c.id, metadata.c.field_name == "source")
    rows = await connection.execute(
        select(
            directory_entry.c.id,
            service.c.name,
            service.c.url,
            organization.c.website,
            metadata.c.replacement_value,
        )
        .select_from(told.outerjoin(metadata, source))
        .order_by(directory_entry.c.id)
    )
    return [
        Addresses(
            entry_id=row.id,
            name=row.name,
            url=row.url or row.website or None,
            source=row.replacement_value or None,
        )
        for row in rows
    ]
