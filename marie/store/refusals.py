"""Attempts to sign in that did not succeed, by subject (`marie.domain.slowing`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.store.account_tables import refused_sign_in as refused


async def lock(connection: AsyncConnection) -> None:
    """Nobody else counts before this transaction ends. SQLite's writers queue by themselves."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("LOCK TABLE refused_sign_in IN SHARE ROW EXCLUSIVE MODE"))


async def of(connection: AsyncConnection, subject: str, *, since: datetime) -> Sequence[datetime]:
    """When this subject was refused."""
    found = await connection.scalars(
        select(refused.c.at).where(refused.c.subject == subject, refused.c.at > since)
    )
    return list(found)


async def add(connection: AsyncConnection, subjects: Iterable[str], *, at: datetime) -> list[int]:
    """Count an attempt for each subject; the rows, to take back."""
    return [
        (
            await connection.execute(
                insert(refused).values(subject=subject, at=at).returning(refused.c.id)
            )
        ).scalar_one()
        for subject in subjects
    ]


async def take_back(connection: AsyncConnection, rows: Iterable[int]) -> None:
    """The attempt succeeded."""
    await connection.execute(delete(refused).where(refused.c.id.in_(list(rows))))


async def forget(connection: AsyncConnection, subjects: Iterable[str]) -> None:
    """Begin these subjects' counts again."""
    await connection.execute(delete(refused).where(refused.c.subject.in_(list(subjects))))


async def forget_before(connection: AsyncConnection, moment: datetime) -> None:
    """Drop what counts no more."""
    await connection.execute(delete(refused).where(refused.c.at <= moment))
