"""Backups: everything that cannot be made again, of one instant, while Marie runs.

Of MARIE_DATA everything is kept but `MADE_AGAIN`: what nobody thought of here is kept rather than
lost. `marie.services.restores` is the way back.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.metadata
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from marie.clock import Clock
from marie.services import archives
from marie.services.archives import Damaged, Manifest
from marie.store import copies

DATA = "data"

MADE_AGAIN = frozenset(
    {
        "log",  # what the programs did
        "downloads",  # publishers' files, fetched again
        "rasa-cache",
        "pages-cache",
        "matplotlib",
        "evaluation",  # figures, measured again
        "directory",  # published from the database when Marie starts
        "openings.msgpack",
        "events.json",
        "model.json",  # which model runs
        "knowledge",  # publications, written from the database
    }
)
"""Files and folders of MARIE_DATA that Marie makes again by herself."""

ABANDONED = timedelta(days=1)
"""A backup's working folder this old belongs to one that was killed."""

WORKING = ".backup-"


class NoTool(Exception):
    """`age` or `gpg`, which was asked for, is not installed."""


class NotEncrypted(Exception):
    """`age` or `gpg` refused: its last words."""


@dataclass(frozen=True, kw_only=True)
class Encryption:
    """By which installed program (`age` or `gpg`), to whom."""

    program: str
    recipient: str

    @property
    def suffix(self) -> str:
        return f".{self.program}"

    def command(self, source: Path, target: Path) -> list[str]:
        if self.program == "age":
            return ["age", "--recipient", self.recipient, "--output", str(target), str(source)]
        # Whoever named the key trusts it: nobody is there at night to be asked.
        options = ["--batch", "--yes", "--no-tty", "--trust-model", "always", "--encrypt"]
        return [
            "gpg",
            *options,
            "--recipient",
            self.recipient,
            "--output",
            str(target),
            str(source),
        ]


@dataclass(frozen=True, kw_only=True)
class Backup:
    """A backup that was written and checked. `removed`: older ones that went for it."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...]


async def back_up(
    data: Path,
    url: str,
    folder: Path,
    *,
    clock: Clock,
    keep: int | None = None,
    encryption: Encryption | None = None,
    pg_dump: str | None = "pg_dump",
) -> Backup:
    """Write a backup into `folder`, check it, and remove all but the `keep` newest."""
    if encryption is not None and shutil.which(encryption.program) is None:
        raise NoTool(encryption.program)
    await asyncio.to_thread(_make_room, folder)
    # What is to be encrypted stands nowhere in clear beside the backups.
    work = Path(
        await asyncio.to_thread(
            tempfile.mkdtemp, prefix=WORKING, dir=None if encryption else folder
        )
    )
    try:
        moment = clock().astimezone(UTC)
        made = await copies.copy(url, work, pg_dump=pg_dump)
        await asyncio.to_thread(_gather, data, work, (folder, *_database_files(url)))
        path, manifest = await asyncio.to_thread(_pack, work, made, moment)
        path = await asyncio.to_thread(_deliver, path, folder, encryption)
    finally:
        await asyncio.to_thread(archives.drop, work)
    older = archives.backups_in(folder)[keep:] if keep else []
    for each in older:
        each.unlink(missing_ok=True)
    return Backup(path=path, manifest=manifest, removed=tuple(older))


def _make_room(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for each in folder.glob(f"{WORKING}*"):
        age = datetime.now(UTC).timestamp() - each.stat().st_mtime
        if age > ABANDONED.total_seconds():
            archives.drop(each)
            each.unlink(missing_ok=True)


def _gather(data: Path, work: Path, without: tuple[Path, ...]) -> None:
    for path in kept_files(data, without=tuple(each.resolve() for each in without)):
        target = work / DATA / path.relative_to(data)
        target.parent.mkdir(parents=True, exist_ok=True)
        # An e-mail may be sent meanwhile, an upload given up.
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(path, target)


def _pack(work: Path, made: copies.Copy, moment: datetime) -> tuple[Path, Manifest]:
    """The archive, checked, in the working folder."""
    manifest = Manifest(
        format=archives.FORMAT,
        marie=importlib.metadata.version("marie"),
        moment=moment,
        method=made.method,
        schema=made.schema,
        counts=made.counts,
        columns=made.columns,
        files=archives.sums(work),
    )
    path = work / archives.name_of(moment)
    archives.pack(work, manifest, path)
    if archives.unpack(path, None) != manifest:
        raise Damaged(path.name)
    return path, manifest


def _deliver(path: Path, folder: Path, encryption: Encryption | None) -> Path:
    """The archive, encrypted if it is to be, at its place: there whole or not at all."""
    if encryption is not None:
        path = _encrypted(path, encryption)
    final = folder / path.name
    if path.stat().st_dev != folder.stat().st_dev:
        draft = folder / f"{WORKING}{path.name}"
        shutil.copyfile(path, draft)
        path = draft
    path.chmod(0o600)
    path.replace(final)
    sync(folder)
    return final


def kept_files(data: Path, *, without: tuple[Path, ...] = ()) -> Iterator[Path]:
    """The files of MARIE_DATA that cannot be made again; `without`: files and folders left out.

    What begins with a dot is a lock or half-written.
    """
    for folder, folders, names in os.walk(data):
        here = Path(folder)
        top = here == data
        folders[:] = [
            each
            for each in folders
            if not each.startswith(".")
            and not (top and each in MADE_AGAIN)
            and (here / each).resolve() not in without
        ]
        for name in sorted(names):
            path = here / name
            skipped = name.startswith(".") or (top and name in MADE_AGAIN) or path.is_symlink()
            if not skipped and path.resolve() not in without and path.is_file():
                yield path


def _database_files(url: str) -> tuple[Path, ...]:
    if copies.engine_of(url) != "sqlite":
        return ()
    path = copies.sqlite_file(url).resolve()
    return tuple(path.with_name(path.name + end) for end in ("", "-wal", "-shm", "-journal"))


def _encrypted(path: Path, encryption: Encryption) -> Path:
    target = path.with_name(path.name + encryption.suffix)
    done = subprocess.run(  # noqa: S603 - a fixed program, and no shell
        encryption.command(path, target), capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode or not target.exists():
        raise NotEncrypted(done.stderr.decode(errors="replace")[-1000:])
    return target


def sync(folder: Path) -> None:
    """What was put into a folder is there after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
