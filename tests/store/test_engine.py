"""What the engine itself promises: durable before acknowledged, and erased from the files too."""

from __future__ import annotations

import uuid
from pathlib import Path

from sqlalchemy import text

from marie import clock
from marie.domain.messages import Content
from marie.services import visitor
from marie.services.live import Hub
from marie.store.engine import Database, create_engine
from marie.store.migrate import migrate

SECRET = "zyzzyva, 12 rue des Érables"


def files_with(folder: Path, words: str) -> set[str]:
    """The files in which the words stand, as UTF-8 or as JSON escapes them."""
    escaped = words.encode("ascii", "backslashreplace")
    return {
        path.name
        for path in folder.rglob("*")
        if path.is_file() and {words.encode(), escaped} & {*_found(path, words.encode(), escaped)}
    }


def _found(path: Path, *needles: bytes) -> list[bytes]:
    content = path.read_bytes()
    return [needle for needle in needles if needle in content]


async def test_sqlite_commits_to_the_disk_before_it_says_so(tmp_path: Path) -> None:
    database = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path}/marie.sqlite3"))
    async with database.read() as connection:
        values = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    await database.close()
    full = 2
    assert values == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


async def test_erased_words_are_in_no_file_of_sqlite(tmp_path: Path) -> None:
    database = Database(create_engine(f"sqlite+aiosqlite:///{tmp_path}/marie.sqlite3"))
    await migrate(database.engine)
    hub = Hub()
    started = await visitor.start_conversation(
        database, greeting=Content(text="Bonjour"), marie="Marie", clock=clock.now
    )
    await visitor.receive_message(
        database,
        hub,
        started.conversation_id,
        client_id=str(uuid.uuid4()),
        text=SECRET,
        payload=None,
        clock=clock.now,
    )
    assert files_with(tmp_path, SECRET) == {"marie.sqlite3-wal"}
    await database.scrub()
    assert files_with(tmp_path, SECRET) == {"marie.sqlite3"}
    await visitor.erase(
        database, hub, started.conversation_id, token=started.token, clock=clock.now
    )
    assert files_with(tmp_path, SECRET) == set()
    await database.close()
