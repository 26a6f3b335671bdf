"""SQLite's connections: a statement is one trip, and transactions are what they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from marie.store.engine import Database, create_engine

word = Table(
    "word", MetaData(), Column("id", Integer, primary_key=True), Column("text", String, unique=True)
)


@pytest.fixture
async def words(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with two words."""
    database = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path / 'words.sqlite3'}"))
    async with database.write() as connection:
        await connection.run_sync(word.metadata.create_all)
        await connection.execute(insert(word), [{"text": "un"}, {"text": "deux"}])
    yield database
    await database.close()


async def test_a_statement_says_what_it_did(words: Database) -> None:
    async with words.write() as connection:
        added = await connection.execute(insert(word).values(text="trois"))
        assert added.inserted_primary_key == (3,)
        changed = await connection.execute(update(word).where(word.c.id < 3).values(text=word.c.id))
        assert changed.rowcount == 2
        found = await connection.execute(select(word).order_by(word.c.id))
        assert [tuple(row) for row in found] == [(1, "1"), (2, "2"), (3, "trois")]


async def _add(words: Database, *texts: str) -> None:
    async with words.write() as connection:
        for each in texts:
            await connection.execute(insert(word).values(text=each))


async def test_what_fails_leaves_nothing(words: Database) -> None:
    with pytest.raises(IntegrityError):
        await _add(words, "trois", "un")
    async with words.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(word)) == 2


async def test_a_reading_sees_one_instant(words: Database) -> None:
    async with words.read() as reading:
        before = (await reading.execute(select(word.c.text))).all()
        await _add(words, "trois")
        assert (await reading.execute(select(word.c.text))).all() == before


async def test_a_reading_in_which_nothing_was_read_ends(words: Database) -> None:
    async with words.read():
        pass
    await _add(words, "trois")
    async with words.read() as connection:
        assert await connection.scalar(select(word.c.id).where(word.c.text == "trois")) == 3


async def test_a_savepoint_takes_back_its_own_part(words: Database) -> None:
    async with words.write() as connection:
        await connection.execute(insert(word).values(text="trois"))
        with pytest.raises(IntegrityError):
            async with connection.begin_nested():
                await connection.execute(insert(word).values(text="un"))
    async with words.read() as connection:
        assert await connection.scalar(text("select count(*) from word")) == 3
