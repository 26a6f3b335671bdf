"""The file of a backup: a tar.gz that begins with its manifest, written whole or not at all.

An archive is read to its end and every file compared with the manifest's checksum before anything
of it is used: `unpack` gives either all of it or `Damaged`.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from datetime import datetime
from pathlib import Path, PurePosixPath

import msgspec

MANIFEST = "manifest.json"
FORMAT = 1
MAX_MANIFEST = 64 * 1024 * 1024
PIECE = 1 << 20


class Damaged(Exception):
    """Not a whole archive of Marie's: what is wrong with it."""


class Sum(msgspec.Struct, frozen=True):
    """A file's length in bytes and its SHA-256."""

    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive holds.

    `moment`: just before the database was read; `method`, `schema`, `counts`, `columns`: see
    `marie.store.copies.Copy`; `files`: every other member.
    """

    format: int
    marie: str
    moment: datetime
    method: str
    schema: str
    counts: dict[str, int]
    columns: dict[str, list[str]]
    files: dict[str, Sum]


def sums(folder: Path) -> dict[str, Sum]:
    """Every file under a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): sum_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def sum_of(path: Path) -> Sum:
    """A file's length and SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Sum(bytes=path.stat().st_size, sha256=digest)


def pack(folder: Path, manifest: Manifest, path: Path) -> None:
    """Write the manifest and its files, from `folder`, into a new archive for its owner alone."""
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest)))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            for name in (MANIFEST, *manifest.files):
                archive.add(folder / name, name, recursive=False, filter=_anonymous)
        file.flush()
        os.fsync(file.fileno())


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Not who on this machine owned it."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def unpack(path: Path, folder: Path | None) -> Manifest:
    """Read a whole archive and compare it; its files go into `folder`, if there is one."""
    try:
        with tarfile.open(path, mode="r|gz") as archive:
            manifest = _manifest(archive)
            missing = dict(manifest.files)
            while (member := archive.next()) is not None:
                known = missing.pop(member.name, None)
                if known is None or not member.isreg() or member.size != known.bytes:
                    raise Damaged(member.name)
                if _take(archive, member, folder) != known.sha256:
                    raise Damaged(member.name)
    except (tarfile.TarError, zlib.error, EOFError, OSError, msgspec.MsgspecError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Damaged(str(error)) from error
    if missing:
        raise Damaged(", ".join(missing))
    _read_on(path)
    return manifest


def _manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.next()
    if member is None or member.name != MANIFEST or member.size > MAX_MANIFEST:
        raise Damaged(MANIFEST)
    file = archive.extractfile(member)
    if file is None:
        raise Damaged(MANIFEST)
    manifest = msgspec.json.decode(file.read(), type=Manifest)
    for name in manifest.files:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or name != "/".join(parts):
            raise Damaged(name)
    return manifest


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path | None) -> str:
    """Read a file, into `folder` if there is one; its SHA-256."""
    source = archive.extractfile(member)
    if source is None:
        raise Damaged(member.name)
    digest = hashlib.sha256()
    target = None
    if folder is not None:
        target = folder / member.name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(target or os.devnull, "wb") as out:  # noqa: PTH123 - either of both
        while piece := source.read(PIECE):
            digest.update(piece)
            out.write(piece)
    if target is not None:
        target.chmod(0o600)
    return digest.hexdigest()


def _read_on(path: Path) -> None:
    """To the archive's very end, where its own checksum stands: a tar ends before its file does."""
    try:
        with gzip.open(path) as file:
            while file.read(PIECE):
                pass
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise Damaged(str(error)) from error


def name_of(moment: datetime) -> str:
    """The name of a backup of that moment (UTC); names sort as the moments do."""
    return f"marie-{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z.tar.gz"


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the newest first."""
    return sorted(folder.glob("marie-????????T?????????Z.tar.gz*"), reverse=True)


def drop(folder: Path) -> None:
    """Remove a folder, whatever is in it."""
    shutil.rmtree(folder, ignore_errors=True)
