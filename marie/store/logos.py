"""Pictures for the widget."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.store.quality_tables import logo


@dataclass(frozen=True, kw_only=True)
class Logo:
    """A picture. `type`: its media type."""

    type: str
    body: bytes


async def read(connection: AsyncConnection, logo_id: str) -> Logo | None:
    """A picture by its number."""
    row = (await connection.execute(select(logo).where(logo.c.id == logo_id))).first()
    return None if row is None else Logo(type=row.type, body=row.body)


async def keep(connection: AsyncConnection, picture: Logo, *, by: StaffId, at: datetime) -> str:
    """Store a picture once; its number."""
    logo_id = hashlib.sha256(picture.body).hexdigest()
    if await read(connection, logo_id) is None:
        await connection.execute(
            insert(logo).values(
                id=logo_id, type=picture.type, body=picture.body, at=at, staff_id=by
            )
        )
    return logo_id
