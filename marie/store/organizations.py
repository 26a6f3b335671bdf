"""The organisations that accounts, leads and quotas name, in step with what is set."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.store.tables import organization


async def keep(connection: AsyncConnection, named: Mapping[str, str]) -> None:
    """Add those that are not there, and rename; none ever goes, for leads name it."""
    rows = await connection.execute(select(organization.c.id, organization.c.name))
    known = {row.id: row.name for row in rows}
    for organization_id, name in named.items():
        if organization_id not in known:
            await connection.execute(insert(organization).values(id=organization_id, name=name))
        elif known[organization_id] != name:
            await connection.execute(
                update(organization).where(organization.c.id == organization_id).values(name=name)
            )
