"""Writing many rows on either engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

_T = TypeVar("_T")

AT_ONCE = 500
"""Ids in one statement: below every engine's limit of bound values."""


def chunks(items: Sequence[_T], size: int = AT_ONCE) -> Iterator[Sequence[_T]]:
    """As many at a time as one statement takes."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


async def upsert(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]], key: str = "id"
) -> None:
    """Write rows over those with the same `key`; all rows have the same columns."""
    if not rows:
        return
    distinct = list({row[key]: row for row in rows}.values())
    dialect = sqlite_insert if connection.dialect.name == "sqlite" else postgresql_insert
    statement = dialect(table)
    statement = statement.on_conflict_do_update(
        index_elements=[table.c[key]],
        set_={name: statement.excluded[name] for name in rows[0] if name != key},
    )
    for some in chunks(distinct, 5000):
        await connection.execute(statement, some)
