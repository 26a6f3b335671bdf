"""The register of incidents: added and changed by administrators, each time in the audit log."""

from __future__ import annotations

import secrets

from marie.clock import Clock, local_date
from marie.domain.incidents import Draft, check
from marie.domain.people import Staff
from marie.store import incidents, staff
from marie.store.engine import Database


async def add(database: Database, draft: Draft, *, by: Staff, clock: Clock) -> str:
    """Keep a new incident; its id. `BadIncident`."""
    check(draft, local_date(clock()))
    incident_id = secrets.token_hex(16)
    async with database.write() as connection:
        await incidents.add(connection, incident_id, draft, by=by.id, at=clock())
        await staff.record(
            connection, at=clock(), staff_id=by.id, action="add_incident", subject=incident_id
        )
    return incident_id


async def change(
    database: Database, incident_id: str, draft: Draft, *, by: Staff, clock: Clock
) -> None:
    """Write an incident anew. `BadIncident`, `UnknownIncident`."""
    check(draft, local_date(clock()))
    async with database.write() as connection:
        await incidents.change(connection, incident_id, draft, by=by.id, at=clock())
        await staff.record(
            connection, at=clock(), staff_id=by.id, action="change_incident", subject=incident_id
        )
