"""Counts attempts to sign in, so that guessing is slow (`marie.domain.slowing`)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from marie.clock import Clock
from marie.domain.slowing import (
    ACCOUNT,
    ADDRESS,
    DEVICE,
    WINDOW,
    SlowedDown,
    Subject,
    wait,
)
from marie.services.accounts import normal_username
from marie.store import refusals
from marie.store.engine import Database


def subjects(username: str, *, device: str | None, address: str) -> Sequence[Subject]:
    """Whose count an attempt is: the known browser's own, or the account's and the address's.

    `device`: what a browser that signed in to this account before is known by.
    """
    if device is not None:
        return (Subject(key=f"device:{_hashed(device)}", slowing=DEVICE),)
    return (
        Subject(key=f"account:{_hashed(normal_username(username))}", slowing=ACCOUNT),
        Subject(key=f"address:{_hashed(address)}", slowing=ADDRESS),
    )


@asynccontextmanager
async def attempt(
    database: Database, who: Sequence[Subject], *, clock: Clock
) -> AsyncIterator[None]:
    """One attempt, counted before it is made: those that come at once are counted too.

    `SlowedDown`, and nothing is tried. When no exception leaves the block it is taken back, and a
    known browser's count begins again.
    """
    now = clock()
    async with database.write() as connection:
        await refusals.lock(connection)
        await refusals.forget_before(connection, now - WINDOW)
        left = [
            wait(await refusals.of(connection, each.key, since=now - WINDOW), now, each.slowing)
            for each in who
        ]
        if max(left) > timedelta(0):
            raise SlowedDown(max(left))
        counted = await refusals.add(connection, [each.key for each in who], at=now)
    yield
    async with database.write() as connection:
        await refusals.take_back(connection, counted)
        own = [each.key for each in who if each.slowing is DEVICE]
        await refusals.forget(connection, own)


async def begin_again(database: Database, username: str) -> None:
    """Forget the failures of an account: somebody let her in by a link."""
    key = f"account:{_hashed(normal_username(username))}"
    async with database.write() as connection:
        await refusals.forget(connection, [key])


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
