"""The second factor: codes of 30 seconds (RFC 6238) from an application, and recovery codes.

The secret is derived from a seed in the database and this installation's key: a copy of the
database alone makes no codes. Each code opens once, and so does each recovery code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

import pyotp

from marie.clock import Clock
from marie.domain.people import BadCredentials, Staff
from marie.services import accounts as passwords
from marie.store import second_factor
from marie.store import staff as accounts
from marie.store.engine import Database

STEP = 30
"""Seconds that a code holds."""

DRIFT = 1
"""Codes before and after the one of now that are taken: clocks differ, people type slowly."""

CODES = 10
"""Recovery codes that are given at once."""

ISSUER = "Marie"

Derive = Callable[[str], bytes]
"""Bytes from a seed that only this installation can make."""


class AlreadyOn(Exception):
    """The account has a second factor."""


async def begin(database: Database, staff: Staff, *, derive: Derive) -> str:
    """The secret to give to an application; the same until a first code was right.

    `AlreadyOn` when it is asked for already.
    """
    async with database.write() as connection:
        known = await second_factor.load(connection, staff.id)
        if known is not None and known.since is not None:
            raise AlreadyOn
        if known is not None:
            return _secret(known.seed, derive)
        seed = secrets.token_hex(16)
        await second_factor.begin(connection, staff.id, seed)
    return _secret(seed, derive)


def address(secret: str, staff: Staff) -> str:
    """What the square says: `otpauth://totp/…`."""
    return pyotp.TOTP(secret).provisioning_uri(name=staff.username, issuer_name=ISSUER)


async def confirm(
    database: Database, staff: Staff, code: str, *, derive: Derive, clock: Clock
) -> Sequence[str]:
    """A first code was right: it is asked for from now on. The recovery codes, shown once.

    `BadCredentials`, or `AlreadyOn`. Other browsers are signed out by whoever calls.
    """
    now = clock()
    async with database.write() as connection:
        known = await second_factor.load(connection, staff.id)
        if known is None:
            raise BadCredentials
        if known.since is not None:
            raise AlreadyOn
        step = _step(_secret(known.seed, derive), code, int(now.timestamp()))
        if step is None or not await second_factor.use_step(connection, staff.id, step):
            raise BadCredentials
        await second_factor.confirm(connection, staff.id, at=now)
        codes = _new_codes()
        await second_factor.set_codes(connection, staff.id, [_hashed(each) for each in codes])
        await accounts.record(
            connection, at=now, staff_id=staff.id, action="second_factor_on", subject=staff.id
        )
    return codes


async def check(
    database: Database, staff: Staff, code: str, *, derive: Derive, clock: Clock
) -> None:
    """Use up a code or a recovery code; `BadCredentials` when it is neither, or was used."""
    now = clock()
    async with database.write() as connection:
        known = await second_factor.load(connection, staff.id)
        if known is None or known.since is None:
            raise BadCredentials
        step = _step(_secret(known.seed, derive), code, int(now.timestamp()))
        if step is not None and await second_factor.use_step(connection, staff.id, step):
            return
        if not await second_factor.use_code(connection, staff.id, _hashed(_plain(code)), at=now):
            raise BadCredentials
        await accounts.record(
            connection, at=now, staff_id=staff.id, action="recovery_code_used", subject=staff.id
        )


async def new_codes(
    database: Database, staff: Staff, password: str, *, clock: Clock
) -> Sequence[str]:
    """Other recovery codes instead of those that there are; `BadCredentials`."""
    await _check_password(staff, password)
    codes = _new_codes()
    async with database.write() as connection:
        known = await second_factor.load(connection, staff.id)
        if known is None or known.since is None:
            raise BadCredentials
        await second_factor.set_codes(connection, staff.id, [_hashed(each) for each in codes])
        await accounts.record(
            connection, at=clock(), staff_id=staff.id, action="recovery_codes", subject=staff.id
        )
    return codes


async def switch_off(database: Database, staff: Staff, password: str, *, clock: Clock) -> None:
    """Her password alone is enough again; `BadCredentials`."""
    await _check_password(staff, password)
    async with database.write() as connection:
        await second_factor.remove(connection, staff.id)
        await accounts.record(
            connection, at=clock(), staff_id=staff.id, action="second_factor_off", subject=staff.id
        )


async def _check_password(staff: Staff, password: str) -> None:
    if not await passwords.verify(staff.password_hash, password):
        raise BadCredentials


def _secret(seed: str, derive: Derive) -> str:
    return base64.b32encode(derive(seed)[:20]).decode()


def _step(secret: str, code: str, now: int) -> int | None:
    """The 30 seconds that this code is of, if it is a code of about now."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    maker = pyotp.HOTP(secret)
    found = None
    for step in range(now // STEP - DRIFT, now // STEP + DRIFT + 1):
        if step >= 0 and hmac.compare_digest(maker.at(step), typed):
            found = step
    return found


def _new_codes() -> Sequence[str]:
    """80 bits each, in four groups of small letters and digits that are not mistaken."""
    codes = []
    for _ in range(CODES):
        letters = base64.b32encode(secrets.token_bytes(10)).decode().lower()
        codes.append("-".join(letters[at : at + 4] for at in range(0, 16, 4)))
    return codes


def _plain(code: str) -> str:
    """A recovery code as it was shown, however it was typed."""
    letters = "".join(each for each in code.lower() if each.isascii() and each.isalnum())[:16]
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
