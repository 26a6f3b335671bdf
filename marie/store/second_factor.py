"""The second factor of an account: its seed, the codes that were used, the recovery codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.store import tables
from marie.store.account_tables import recovery_code


@dataclass(frozen=True, kw_only=True)
class Factor:
    """`since` None: begun, and not asked for until a first code was right."""

    seed: str
    since: datetime | None


async def load(connection: AsyncConnection, staff_id: StaffId) -> Factor | None:
    """What the account has; None without a second factor."""
    staff = tables.staff.c
    row = (
        await connection.execute(
            select(staff.totp_seed, staff.totp_since).where(staff.id == staff_id)
        )
    ).first()
    if row is None or row.totp_seed is None:
        return None
    return Factor(seed=row.totp_seed, since=row.totp_since)


async def begin(connection: AsyncConnection, staff_id: StaffId, seed: str) -> None:
    """A new seed, not asked for yet."""
    await _set(connection, staff_id, totp_seed=seed, totp_since=None, totp_step=None)


async def confirm(connection: AsyncConnection, staff_id: StaffId, *, at: datetime) -> None:
    """From now on it is asked for."""
    await _set(connection, staff_id, totp_since=at)


async def remove(connection: AsyncConnection, staff_id: StaffId) -> None:
    """No second factor any more, and no recovery codes."""
    await _set(connection, staff_id, totp_seed=None, totp_since=None, totp_step=None)
    await connection.execute(delete(recovery_code).where(recovery_code.c.staff_id == staff_id))


async def _set(connection: AsyncConnection, staff_id: StaffId, **values: object) -> None:
    await connection.execute(
        update(tables.staff).where(tables.staff.c.id == staff_id).values(**values)
    )


async def use_step(connection: AsyncConnection, staff_id: StaffId, step: int) -> bool:
    """Use up the code of these 30 seconds and of all before; False if that was done already."""
    staff = tables.staff.c
    result = await connection.execute(
        update(tables.staff)
        .where(staff.id == staff_id, or_(staff.totp_step.is_(None), staff.totp_step < step))
        .values(totp_step=step)
    )
    return result.rowcount == 1


async def set_codes(
    connection: AsyncConnection, staff_id: StaffId, code_hashes: Iterable[str]
) -> None:
    """New recovery codes instead of those that there were."""
    await connection.execute(delete(recovery_code).where(recovery_code.c.staff_id == staff_id))
    await connection.execute(
        insert(recovery_code),
        [{"staff_id": staff_id, "code_hash": each, "used_at": None} for each in code_hashes],
    )


async def use_code(
    connection: AsyncConnection, staff_id: StaffId, code_hash: str, *, at: datetime
) -> bool:
    """Use up a recovery code; False if there is no such, or it was used."""
    code = recovery_code.c
    result = await connection.execute(
        update(recovery_code)
        .where(code.staff_id == staff_id, code.code_hash == code_hash, code.used_at.is_(None))
        .values(used_at=at)
    )
    return result.rowcount == 1


async def codes_left(connection: AsyncConnection, staff_id: StaffId) -> int:
    """How many recovery codes are unused."""
    code = recovery_code.c
    return (
        await connection.scalar(
            select(func.count())
            .select_from(recovery_code)
            .where(code.staff_id == staff_id, code.used_at.is_(None))
        )
        or 0
    )
