"""What is held of one visitor, table by table, for her export (Loi 25, right of access).

Every table that hangs on her conversation is read, also one that somebody adds tomorrow; columns
that `knowledge/privacy.yml` withholds, each with its reason, are left out. Notes are hers: they are
about her. Who wrote them is said by organisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId
from marie.knowledge.privacy import About, Privacy
from marie.store import tables

TOLD_ELSEWHERE = ("conversation", "message", "offer", "report", "registration", "erased")
"""What the export says in its own words already."""

AUTHOR = "staff_id"


def tables_of_visitors() -> list[Table]:
    """Every table with something of a visitor's, by name: those that hang on her conversation."""
    return [
        table
        for name, table in sorted(tables.metadata.tables.items())
        if "conversation_id" in table.c and name not in TOLD_ELSEWHERE
    ]


async def held_of(
    connection: AsyncConnection, conversation_id: ConversationId, privacy: Privacy
) -> dict[str, list[dict[str, Any]]]:
    """Her rows by table; empty tables are left out."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables_of_visitors():
        known = privacy.of_table(table.name)
        if known is not None and known.about is not About.VISITOR:
            continue
        withheld = {} if known is None else known.withheld
        rows = await connection.execute(
            select(table)
            .where(table.c.conversation_id == conversation_id)
            .order_by(*table.primary_key.columns)
        )
        shown = [await _shown(connection, table, dict(row._mapping), withheld) for row in rows]
        if shown:
            found[table.name] = shown
    return found


async def _shown(
    connection: AsyncConnection,
    table: Table,
    row: Mapping[str, Any],
    withheld: Mapping[str, str],
) -> dict[str, Any]:
    left_out = {*withheld, "conversation_id"}
    shown = {name: _said(value) for name, value in row.items() if name not in left_out}
    if AUTHOR in withheld and row.get(AUTHOR) is not None:
        staff, organization = tables.staff, tables.organization
        shown["organization"] = await connection.scalar(
            select(organization.c.name)
            .join(staff, staff.c.organization == organization.c.id)
            .where(staff.c.id == row[AUTHOR])
        )
    return shown


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (datetime, date)) else value
