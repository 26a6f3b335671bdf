"""Connections: none is left to nobody, whoever is cancelled."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as QueueTimeout

from marie.store.engine import Database, create_engine


@pytest.mark.parametrize("steps", range(12))
async def test_connection_that_was_being_opened_for_a_cancelled_task_is_given_back(
    tmp_path: Path, steps: int
) -> None:
    before = set(threading.enumerate())
    database = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path}/marie.db"))

    async def read() -> None:
        async with database.read() as connection:
            await connection.exec_driver_sql("SELECT 1")

    task = asyncio.create_task(read())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await database.close()
    await check_none_is_left(before)


async def test_connection_in_use_when_the_database_closes_comes_back_first(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    database = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path}/marie.db"))
    held, ended = asyncio.Event(), []

    async def read() -> None:
        async with database.read() as connection:
            held.set()
            await asyncio.sleep(0.1)
            await connection.exec_driver_sql("SELECT 1")
        ended.append(True)

    task = asyncio.create_task(read())
    await held.wait()
    await database.close()
    await task
    assert ended
    await check_none_is_left(before)


async def test_write_that_waits_too_long_for_those_before_it_is_told_so_and_hurts_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marie.store.engine.QUEUED", 0.1)
    database = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path}/marie.db"))
    async with database.write():
        for _ in range(2):
            with pytest.raises(QueueTimeout):
                async with database.write():
                    pass
    async with database.write() as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await database.close()


async def check_none_is_left(before: set[threading.Thread]) -> None:
    """Each connection has a thread: those that this test began end."""
    for thread in set(threading.enumerate()) - before:
        await asyncio.to_thread(thread.join, 20)
        assert not thread.is_alive() or thread.name.startswith("asyncio")
