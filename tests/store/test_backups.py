"""Backups while turns are written, and restores into an empty place, on both engines."""

from __future__ import annotations

import asyncio
import shutil
import stat
import tarfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from marie import clock
from marie.domain.conversation import ConversationId
from marie.domain.messages import Content
from marie.knowledge.waiting import load_terms
from marie.services import archives, backups, restores, visitor
from marie.services.archives import Damaged
from marie.services.backups import Backup, Encryption, NoTool
from marie.services.live import Hub
from marie.services.restores import NewerSchema, OtherEngine, Restored
from marie.services.visitor import Started
from marie.settings import ROOT
from marie.store import tables
from marie.store.copies import NotEmpty
from marie.store.engine import Database, create_engine
from tests.marked import all_tables, fill
from tests.store.conftest import MakeUrl

TERMS = load_terms(ROOT / "knowledge")
HUB = Hub()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A MARIE_DATA with what is kept and what is made again."""
    folder = tmp_path / "var"
    for name in ("documents.key", "outbox/a.eml", "imports/rejets-1.csv", "places.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    for name in (
        "log/web.log",
        "rasa-cache/x",
        "pages-cache/x",
        "knowledge/1.msgpack",
        "events.json",
        ".x.lock",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("made again")
    return folder


@pytest.fixture
async def opened(store: Database) -> Database:
    """The database with a conversation that has a row in every table it reaches."""
    began = await begin(store)
    async with store.write() as connection:
        await fill(connection, began.conversation_id)
    return store


async def begin(store: Database) -> Started:
    return await visitor.start_conversation(
        store, greeting=Content(text="Bonjour"), marie="Marie", clock=clock.now
    )


def url_of(store: Database) -> str:
    return store.engine.url.render_as_string(hide_password=False)


async def back_up(store: Database, data: Path, **more: Any) -> Backup:
    return await backups.back_up(
        data, url_of(store), data.parent / "backups", clock=clock.now, **more
    )


async def restore(archive: Path, data: Path, url: str) -> Restored:
    return await restores.restore(archive, data, url, hours=TERMS.hours, clock=clock.now)


async def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    database = Database(create_engine(url))
    found = {}
    async with database.read() as connection:
        for name, table in all_tables().items():
            rows = await connection.execute(select(table))
            found[name] = sorted((tuple(row) for row in rows), key=repr)
    await database.close()
    return found


@pytest.mark.parametrize("pg_dump", ["pg_dump", None])
async def test_what_is_restored_equals_what_was_backed_up(
    opened: Database, data: Path, make_url: MakeUrl, pg_dump: str | None, engine_name: str
) -> None:
    done = await back_up(opened, data, pg_dump=pg_dump)
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600
    expected = {"sqlite": "sqlite", "postgres": pg_dump or "copy"}[engine_name]
    assert done.manifest.method == expected
    url, place = make_url("empty"), data.parent / "new"
    assert (await restore(done.path, place, url)).erased == 0
    before, after = await everything(url_of(opened)), await everything(url)
    assert after == before
    assert done.manifest.counts["alembic_version"] == 1
    assert {name: len(rows) for name, rows in before.items()} == {
        name: done.manifest.counts[name] for name in before
    }
    assert sorted(
        path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file()
    ) == ["documents.key", "erasures.log", "imports/rejets-1.csv", "places.csv"]


async def test_restored_rows_take_new_numbers_after_the_old_ones(
    opened: Database, data: Path, make_url: MakeUrl
) -> None:
    done = await back_up(opened, data, pg_dump=None)
    url = make_url("empty")
    await restore(done.path, data.parent / "new", url)
    restored = Database(create_engine(url))
    async with restored.write() as connection:
        highest = (await connection.execute(select(tables.audit.c.id))).scalars().all()
        added = await connection.execute(
            tables.audit.insert().values(at=clock.now(), action="x", subject="y")
        )
        assert added.inserted_primary_key is not None
        assert added.inserted_primary_key[0] > max(highest, default=0)
    await restored.close()


async def test_a_backup_taken_while_turns_are_written_is_of_one_instant(
    opened: Database, data: Path, make_url: MakeUrl
) -> None:
    began = await begin(opened)
    stop = asyncio.Event()

    async def talk() -> None:
        while not stop.is_set():
            await visitor.receive_message(
                opened,
                HUB,
                began.conversation_id,
                client_id=str(uuid.uuid4()),
                text="Et à Rimouski?",
                payload=None,
                clock=clock.now,
            )

    talking = asyncio.create_task(talk())
    await asyncio.sleep(0.1)
    done = await back_up(opened, data)
    stop.set()
    await talking
    url = make_url("empty")
    await restore(done.path, data.parent / "new", url)
    after = await everything(url)
    (conversation,) = (row for row in after["conversation"] if row[0] == began.conversation_id)
    last = list(tables.conversation.c.keys()).index("last_seq")
    said = [row for row in after["message"] if row[0] == began.conversation_id]
    assert len(said) == conversation[last] > 1
    assert done.manifest.counts["message"] == len(after["message"])
    assert len((await everything(url_of(opened)))["message"]) > len(after["message"])


async def test_what_was_erased_after_the_backup_stays_erased(
    opened: Database, data: Path, make_url: MakeUrl
) -> None:
    kept, gone = await begin(opened), await begin(opened)
    done = await back_up(opened, data)
    await visitor.erase(
        opened,
        HUB,
        ConversationId(gone.conversation_id),
        token=gone.token,
        data=data,
        terms=TERMS,
        clock=clock.now,
    )
    place = data.parent / "new"
    place.mkdir()
    shutil.copy(data / "erasures.log", place)
    url = make_url("empty")
    assert (await restore(done.path, place, url)).erased == 1
    after = await everything(url)
    found = {row[0] for row in after["conversation"]}
    assert kept.conversation_id in found
    assert gone.conversation_id not in found
    assert not [row for row in after["message"] if row[0] == gone.conversation_id]
    assert gone.conversation_id in (place / "erasures.log").read_text()


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if "opened" not in path.parts)


def flipped(archive: Path, at: float) -> None:
    content = bytearray(archive.read_bytes())
    content[int(len(content) * at)] ^= 0x10
    archive.write_bytes(content)


def cut(archive: Path, share: float) -> None:
    content = archive.read_bytes()
    archive.write_bytes(content[: int(len(content) * share)])


def without(archive: Path, name: str) -> None:
    _rewritten(archive, drop=name)


def with_more(archive: Path, name: str) -> None:
    _rewritten(archive, more=name)


def _rewritten(archive: Path, drop: str = "", more: str = "") -> None:
    folder = archive.parent / "opened"
    with tarfile.open(archive) as old:
        members = old.getnames()
        old.extractall(folder, filter="data")
    with tarfile.open(archive, "w:gz") as new:
        for name in members:
            if name != drop:
                new.add(folder / name, name)
        if more:
            new.add(folder / "manifest.json", more)


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda path, at=at: flipped(path, at) for at in (0.02, 0.3, 0.6, 0.9, 0.9999)),
        *(lambda path, share=share: cut(path, share) for share in (0.0, 0.001, 0.5, 0.999)),
        lambda path: without(path, "data/documents.key"),
        lambda path: without(path, "manifest.json"),
        lambda path: with_more(path, "../outside"),
    ],
)
async def test_a_damaged_archive_is_refused_and_leaves_nothing_behind(
    store: Database, data: Path, tmp_path: Path, damage: Any
) -> None:
    archive = (await back_up(store, data)).path
    damage(archive)
    before = files_of(tmp_path)
    with pytest.raises(Damaged):
        await restore(archive, tmp_path / "new", f"sqlite+aiosqlite:///{tmp_path}/new/x.sqlite3")
    assert files_of(tmp_path) == before


async def test_a_place_that_is_not_empty_is_left_as_it_is(
    opened: Database, data: Path, make_url: MakeUrl
) -> None:
    archive = (await back_up(opened, data)).path
    with pytest.raises(NotEmpty):
        await restore(archive, data, make_url("empty"))
    before = await everything(url_of(opened))
    with pytest.raises(NotEmpty):
        await restore(archive, data.parent / "new", url_of(opened))
    assert await everything(url_of(opened)) == before
    assert not (data.parent / "new").exists()


async def test_an_archive_of_a_newer_marie_is_refused(
    store: Database, data: Path, make_url: MakeUrl
) -> None:
    archive = (await back_up(store, data)).path
    folder = data.parent / "opened"
    folder.mkdir()
    manifest = archives.unpack(archive, folder)
    archive.unlink()
    archives.pack(folder, msgspec.structs.replace(manifest, schema="9999_future"), archive)
    with pytest.raises(NewerSchema):
        await restore(archive, data.parent / "new", make_url("empty"))
    assert not (data.parent / "new").exists()


async def test_an_archive_of_the_other_engine_is_refused(
    store: Database, data: Path, engine_name: str
) -> None:
    archive = (await back_up(store, data)).path
    other = {
        "sqlite": "postgresql+psycopg://nobody@127.0.0.1:1/none",
        "postgres": f"sqlite+aiosqlite:///{data.parent}/x.sqlite3",
    }[engine_name]
    with pytest.raises(OtherEngine):
        await restore(archive, data.parent / "new", other)


async def test_only_the_newest_backups_are_kept(store: Database, data: Path) -> None:
    folder = data.parent / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("not a backup")
    for day in range(3):
        (folder / archives.name_of(clock.now() - timedelta(days=9 - day))).touch()
    done = await back_up(store, data, keep=2)
    assert len(done.removed) == 2
    assert {done.path.name, "notes.txt"} < {each.name for each in folder.iterdir()}
    assert len(list(folder.iterdir())) == 3


async def test_backups_that_stand_in_the_data_are_not_in_the_next_one(
    store: Database, data: Path
) -> None:
    for _ in range(2):
        done = await backups.back_up(data, url_of(store), data / "backups", clock=clock.now)
    assert not [name for name in done.manifest.files if "backups" in name]


async def test_encryption_without_its_program_is_said_and_writes_nothing(
    store: Database, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(NoTool):
        await back_up(store, data, encryption=Encryption(program="age", recipient="age1x"))
    assert not (data.parent / "backups").exists()


async def test_the_installed_program_encrypts_for_the_recipient(
    store: Database, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = data.parent / "bin" / "age"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\n[ "$1 $2 $3" = "--recipient age1x --output" ] && printf secret > "$4"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    done = await back_up(store, data, encryption=Encryption(program="age", recipient="age1x"))
    assert done.path.name.endswith(".tar.gz.age")
    assert done.path.read_text() == "secret"
    assert [each.name for each in done.path.parent.iterdir()] == [done.path.name]
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o600


@pytest.mark.skipif(not shutil.which("gpg"), reason="needs gpg")
async def test_gpg_encrypts_what_its_key_opens_again(
    store: Database, data: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any
) -> None:
    home = tmp_path_factory.mktemp("g")
    home.chmod(0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    make = ["gpg", "--batch", "--passphrase", "", "--quick-generate-key", "essai", "default"]
    await _run(*make, "default", "1d")
    done = await back_up(store, data, encryption=Encryption(program="gpg", recipient="essai"))
    plain = data.parent / "plain.tar.gz"
    await _run("gpg", "--batch", "--output", str(plain), "--decrypt", str(done.path))
    await _run("gpgconf", "--kill", "all")
    assert archives.unpack(plain, None) == done.manifest


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said
