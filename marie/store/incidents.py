"""The register of incidents."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.domain.incidents import Draft, Incident, Risk
from marie.store import tables
from marie.store.privacy_tables import incident

_FIELDS = tuple(Draft.__dataclass_fields__)


class UnknownIncident(Exception):
    """No such incident."""


async def add(
    connection: AsyncConnection, incident_id: str, draft: Draft, *, by: StaffId, at: datetime
) -> None:
    """Store an incident."""
    values = _values(draft, by=by, at=at)
    await connection.execute(insert(incident).values(id=incident_id, created_at=at, **values))


async def change(
    connection: AsyncConnection, incident_id: str, draft: Draft, *, by: StaffId, at: datetime
) -> None:
    """Write an incident anew; `UnknownIncident`."""
    changed = await connection.execute(
        update(incident).where(incident.c.id == incident_id).values(_values(draft, by=by, at=at))
    )
    if not changed.rowcount:
        raise UnknownIncident


async def load(connection: AsyncConnection, incident_id: str) -> Incident:
    """One; `UnknownIncident`."""
    row = (await connection.execute(_query().where(incident.c.id == incident_id))).first()
    if row is None:
        raise UnknownIncident
    return _incident(row)


async def all_incidents(connection: AsyncConnection) -> list[Incident]:
    """Every one, the newest first."""
    query = _query().order_by(incident.c.known_on.desc(), incident.c.created_at.desc())
    return [_incident(row) for row in await connection.execute(query)]


def _query() -> Select[Any]:
    joined = incident.outerjoin(tables.staff, tables.staff.c.id == incident.c.changed_by)
    return select(incident, tables.staff.c.name.label("author")).select_from(joined)


def _values(draft: Draft, *, by: StaffId, at: datetime) -> dict[str, Any]:
    return asdict(draft) | {"risk": draft.risk.value, "changed_by": by, "changed_at": at}


def _incident(row: Row[Any]) -> Incident:
    fields = {name: getattr(row, name) for name in _FIELDS}
    return Incident(
        id=row.id,
        draft=Draft(**{**fields, "risk": Risk(row.risk)}),
        created_at=row.created_at,
        changed_at=row.changed_at,
        changed_by=row.author,
    )
