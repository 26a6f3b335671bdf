"""Timed work: one leased row a job, so that of several processes one runs it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.store.tables import job


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a job stands. `problem`: why its last run failed, None when it went well."""

    name: str
    next_at: datetime
    leased_until: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    problem: str | None


async def standings(connection: AsyncConnection) -> dict[str, Standing]:
    """Every job that ever ran, by its name."""
    rows = await connection.execute(select(job).order_by(job.c.name))
    return {
        row.name: Standing(
            name=row.name,
            next_at=row.next_at,
            leased_until=row.leased_until,
            started_at=row.started_at,
            finished_at=row.finished_at,
            problem=row.problem,
        )
        for row in rows
    }


async def add_missing(
    connection: AsyncConnection, names: Collection[str], *, now: datetime
) -> None:
    """A row for each job that has none; it is due at once."""
    known = await standings(connection)
    for name in names:
        if name not in known:
            await connection.execute(insert(job).values(name=name, next_at=now))


def _to_be_had(name: str, now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether a job is due and nobody is at it.

    `longest`: how far ahead its next run can be. What is further was put there before the clock was
    set back, and would keep the job from running until the clock is there again.
    """
    return and_(
        job.c.name == name,
        or_(job.c.next_at <= now, job.c.next_at > now + longest),
        or_(job.c.leased_until.is_(None), job.c.leased_until <= now),
    )


async def due(
    connection: AsyncConnection, longest: Mapping[str, timedelta], *, now: datetime
) -> list[str]:
    """Which of these are due and nobody is at; `longest`: how far ahead each one's next run is."""
    wanted = or_(*(_to_be_had(name, now, ahead) for name, ahead in longest.items()))
    rows = await connection.execute(select(job.c.name).where(wanted).order_by(job.c.next_at))
    return [row.name for row in rows]


async def lease(
    connection: AsyncConnection,
    name: str,
    *,
    by: str,
    now: datetime,
    until: datetime,
    longest: timedelta,
) -> bool:
    """Take a job that is due, for `by` alone until `until`; whether it was still to be had."""
    taken = await connection.execute(
        update(job)
        .where(_to_be_had(name, now, longest))
        # Meanwhile somebody may ask for another run (`soon`): that stays asked for.
        .values(leased_by=by, leased_until=until, started_at=now, next_at=until)
    )
    return taken.rowcount == 1


async def finish(
    connection: AsyncConnection,
    name: str,
    *,
    by: str,
    until: datetime,
    now: datetime,
    next_at: datetime,
    problem: str | None,
) -> None:
    """Give a job back. `until`: the end of the lease that it was taken with."""
    values = {
        "leased_by": None,
        "leased_until": None,
        "finished_at": now,
        "problem": problem,
    }
    ours = (job.c.name == name, job.c.leased_by == by)
    await connection.execute(
        update(job).where(*ours, job.c.next_at >= until).values(next_at=next_at)
    )
    await connection.execute(update(job).where(*ours).values(values))


async def soon(connection: AsyncConnection, name: str, *, now: datetime) -> None:
    """Ask for a run as soon as possible, in the transaction that gives the reason for it."""
    await connection.execute(
        update(job).where(job.c.name == name, job.c.next_at > now).values(next_at=now)
    )
