"""A backup put back into an empty place.

The archive is read and compared to its end first. What visitors erased after the backup is erased
again before anybody can read the restored database.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from marie.clock import Clock
from marie.services import archives, erasures
from marie.services.archives import Manifest
from marie.services.backups import DATA, sync
from marie.services.figures import Hours
from marie.store import copies
from marie.store.copies import NotEmpty
from marie.store.engine import Database, create_engine
from marie.store.migrate import known_schemas, migrate

LATE = timedelta(days=1)
"""An erasure is written down before it is committed: one that the backup missed may stand in the
log a little before the backup's moment. Erasing again what is gone does nothing."""


class NewerSchema(Exception):
    """The archive comes from a newer Marie: the revision that this one does not know."""


class OtherEngine(Exception):
    """The archive is of the other kind of database: "sqlite" or "postgresql"."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What was put back; `erased`: conversations that were erased again."""

    manifest: Manifest
    erased: int


async def restore(archive: Path, data: Path, url: str, *, hours: Hours, clock: Clock) -> Restored:
    """Put an archive back into an empty place; nothing is left there when it cannot be.

    `data` may hold an `erasures.log` that was kept apart: it is put together with the archive's.
    """
    work = await asyncio.to_thread(_begin, data)
    try:
        manifest = await asyncio.to_thread(archives.unpack, archive, work)
        _check_manifest(manifest, url)
        await copies.check_empty(url)
        (work / DATA).mkdir(exist_ok=True)
        _join_logs(data, work / DATA)
        erased = await _fill(work, url, manifest, hours=hours, clock=clock)
        await asyncio.to_thread(_move, work, data, url)
    finally:
        await asyncio.to_thread(_end, work)
    return Restored(manifest=manifest, erased=erased)


def _begin(data: Path) -> Path:
    """A working folder in `data`, where moving into place is renaming."""
    allowed = (erasures.LOG, f".{erasures.LOG}.lock")
    if data.exists() and any(each.name not in allowed for each in data.iterdir()):
        raise NotEmpty(str(data))
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(tempfile.mkdtemp(prefix=".restore-", dir=data))


def _end(work: Path) -> None:
    archives.drop(work)
    with contextlib.suppress(OSError):  # something was restored, or was there
        work.parent.rmdir()


def _check_manifest(manifest: Manifest, url: str) -> None:
    if manifest.format != archives.FORMAT or manifest.schema not in known_schemas():
        raise NewerSchema(manifest.schema)
    engine = "sqlite" if manifest.method == "sqlite" else "postgresql"
    if engine != copies.engine_of(url):
        raise OtherEngine(engine)


def _join_logs(ours: Path, restored: Path) -> None:
    """Both logs of erasures in one, in order; the one that was kept apart may know more."""
    lines: set[str] = set()
    for path in (ours / erasures.LOG, restored / erasures.LOG):
        if path.exists():
            lines.update(path.read_text(encoding="ascii").splitlines(keepends=True))
    (restored / erasures.LOG).write_text("".join(sorted(lines)), encoding="ascii")


async def _fill(work: Path, url: str, manifest: Manifest, *, hours: Hours, clock: Clock) -> int:
    """The database up to date and without what was erased since; how much that was.

    SQLite's is still in the working folder meanwhile. PostgreSQL's is emptied when this fails.
    """
    made = copies.Copy(
        method=manifest.method,
        schema=manifest.schema,
        counts=manifest.counts,
        columns=manifest.columns,
    )
    sqlite = manifest.method == "sqlite"
    target = f"sqlite+aiosqlite:///{work / copies.SQLITE}" if sqlite else url
    try:
        if not sqlite:
            await copies.put_back(url, work, made)
        database = Database(create_engine(target))
        try:
            await migrate(database.engine)
            since = erasures.erased_since(work / DATA, manifest.moment - LATE)
            erased = await erasures.erase_again(database, since, hours=hours, clock=clock)
            await erasures.sweep_outbox(database, work / DATA)
            await database.scrub()
        finally:
            await database.close()
    except BaseException:
        if not sqlite:
            await copies.empty(url)
        raise
    return erased


def _move(work: Path, data: Path, url: str) -> None:
    """Everything to its place; the database last, for where it is, a restore is whole."""
    restored = work / copies.SQLITE
    path = draft = None
    if restored.exists():
        path = copies.sqlite_file(url)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.restored")
        shutil.move(restored, draft)
    for each in (work / DATA).iterdir():
        each.replace(data / each.name)
    if path is not None and draft is not None:
        draft.replace(path)
    sync(data)
