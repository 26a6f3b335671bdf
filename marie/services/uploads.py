"""Files that an administrator imports by the pages: kept until a day after.

A file waits in a folder of its own under MARIE_DATA with a small file that says where it stands. So
any page, of any web process, shows the same progress; a page that was closed misses nothing; and
what was interrupted is taken up again, for each step may be done twice.

`upload_steps` reads, compares and applies; `upload_lists` keeps what was found to be looked at.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from marie.clock import Clock
from marie.domain.people import Staff
from marie.knowledge.importers import openings as opening_lists
from marie.knowledge.importers import own_list
from marie.knowledge.importers.files import Sheet
from marie.knowledge.importers.model import (
    UnreadableFile,
)
from marie.knowledge.importers.reading import recognise
from marie.knowledge.openings import load_matching
from marie.settings import Settings

log = logging.getLogger(__name__)

FOLDER = "imports/attente"
"""Where files wait, in MARIE_DATA."""

MAX_UPLOAD = 64 * 1024 * 1024
KEPT = timedelta(days=1)
SUFFIXES = frozenset((".csv", ".xlsx", ".zip", ".geojson", ".json", ".txt", ".tsv"))
OPENINGS = "openings"
MAPPED = frozenset(("list", OPENINGS))
"""Importers whose columns are told by the person."""

PREVIEW = 5
"""Rows that are shown beside the columns."""

_ID = re.compile(r"[0-9a-f]{16}")


class Refused(Exception):
    """A file that is not taken; `problem` says why: empty, too_large, suffix."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class UnknownUpload(Exception):
    """No such file waits, or no longer."""


class Upload(msgspec.Struct, kw_only=True):
    """Where a file stands.

    `state`: `choose` (columns or layout to be told), `reading`, `ready` (compared), `applying`,
    `done`, `refused` (`problem` says why, `detail` in the importer's words).
    """

    id: str
    file: str
    by: str
    by_name: str
    at: float
    state: str = "choose"
    importer: str = ""
    recognised: bool = False
    problem: str = ""
    detail: str = ""
    mapping: dict[str, str] = {}
    kind: str = "other"
    listed: str = ""
    phase: str = ""
    done: int = 0
    whole: int = 0
    sha256: str = ""
    counts: dict[str, int] = {}
    gone_share: float = 0.0
    taken: list[tuple[str, str]] = []
    kept: list[tuple[str, str]] = []
    batch: int | None = None

    @property
    def working(self) -> bool:
        """Whether a step is under way."""
        return self.state in ("reading", "applying")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """A table's columns with its first rows, and which field each is taken for."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: Mapping[str, str]
    fields: tuple[str, ...]


# Files that wait


def folder_of(data: Path, upload_id: str) -> Path:
    """Where a file waits; `UnknownUpload`."""
    folder = data / FOLDER / upload_id
    if not _ID.fullmatch(upload_id) or not folder.is_dir():
        raise UnknownUpload
    return folder


def read_upload(data: Path, upload_id: str) -> Upload:
    """Where a file stands; `UnknownUpload`."""
    path = folder_of(data, upload_id) / "state.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Upload)
    except (OSError, msgspec.DecodeError) as error:
        raise UnknownUpload from error


def write_upload(data: Path, upload: Upload) -> None:
    """Say where a file stands."""
    folder = data / FOLDER / upload.id
    written = folder / f".state-{secrets.token_hex(4)}"
    written.write_bytes(msgspec.json.encode(upload))
    written.replace(folder / "state.json")


def file_of(data: Path, upload: Upload) -> Path:
    """The file itself."""
    return folder_of(data, upload.id) / "file" / upload.file


def waiting(data: Path) -> list[Upload]:
    """Every file that waits, the latest first."""
    found = []
    for folder in (data / FOLDER).glob("*"):
        with suppress(UnknownUpload):
            found.append(read_upload(data, folder.name))
    return sorted(found, key=lambda each: each.at, reverse=True)


def forget(data: Path, upload_id: str) -> None:
    """Throw a file away."""
    with suppress(UnknownUpload):
        shutil.rmtree(folder_of(data, upload_id), ignore_errors=True)


def forget_old(data: Path, now: float) -> int:
    """Throw away what waited longer than `KEPT`; how many."""
    count = 0
    for folder in (data / FOLDER).glob("*"):
        if now - folder.stat().st_mtime > KEPT.total_seconds():
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count


async def receive(
    data: Path, name: str, content: AsyncIterator[bytes], *, by: Staff, clock: Clock
) -> Upload:
    """Keep a file that comes piece by piece. `Refused` leaves nothing behind."""
    plain = _plain_name(name)
    if Path(plain).suffix.lower() not in SUFFIXES:
        raise Refused("suffix")
    upload = Upload(
        id=secrets.token_hex(8),
        file=plain,
        by=by.id,
        by_name=by.name,
        at=clock().timestamp(),
        listed=Path(plain).stem[:60],
    )
    folder = data / FOLDER / upload.id
    (folder / "file").mkdir(parents=True)
    size, digest = 0, hashlib.sha256()
    try:
        with (folder / "file" / plain).open("wb") as out:
            async for piece in content:
                size += len(piece)
                if size > MAX_UPLOAD:
                    raise Refused("too_large")
                digest.update(piece)
                out.write(piece)
        if size == 0:
            raise Refused("empty")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    upload.sha256 = digest.hexdigest()
    write_upload(data, upload)
    return upload


def _plain_name(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1]
    kept = "".join(each if each.isalnum() or each in " ._-()" else "_" for each in last)
    stem, dot, suffix = kept.strip(" .").rpartition(".")
    if not dot:
        return kept[:80] or "fichier"
    # Publishers' suffixes are looked at as they are written here.
    return f"{stem[:80]}.{suffix[:10].lower()}"


# What it is


def look(settings: Settings, upload: Upload) -> Upload:
    """Find out which importer reads it; a table that none knows waits for its columns."""
    path = file_of(settings.data, upload)
    try:
        found = _recognised(settings, path)
    except UnreadableFile as error:
        upload.state, upload.problem, upload.detail = "refused", "unreadable", str(error)
    except Exception:
        log.exception("a file could not be looked at")
        upload.state, upload.problem = "refused", "unreadable"
    else:
        upload.importer = found or ""
        upload.recognised = found is not None
        if found is None:
            upload.state, upload.problem = "refused", "unknown"
        elif found in MAPPED:
            upload.state = "choose"
            upload.mapping = dict(columns_of(settings, upload).mapping)
        else:
            upload.state = "reading"
    write_upload(settings.data, upload)
    return upload


def _recognised(settings: Settings, path: Path) -> str | None:
    found = recognise(path)
    table = path.suffix.lower() in (".csv", ".xlsx", ".txt", ".tsv")
    if (found is None and table) or found == "list":
        sheet = own_list.sheet_of(path)
        proposed = opening_lists.propose(sheet.columns, load_matching(settings.knowledge))
        whole = set(opening_lists.NEEDED) <= set(proposed.values())
        return OPENINGS if whole else "list"
    return found


def columns_of(settings: Settings, upload: Upload) -> Columns:
    """A table's columns, and what they are taken for. `UnreadableFile`."""
    path = file_of(settings.data, upload)
    sheet = own_list.sheet_of(path)
    if upload.importer == OPENINGS:
        matching = load_matching(settings.knowledge)
        proposed = opening_lists.propose(sheet.columns, matching)
        names = tuple(matching.columns)
    else:
        proposed = own_list.propose(path)
        names = tuple(own_list.SYNONYMS)
    return Columns(
        columns=sheet.columns,
        rows=_first_rows(sheet),
        mapping=upload.mapping or proposed,
        fields=names,
    )


def _first_rows(sheet: Sheet) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(row[column][:80] for column in sheet.columns) for row in sheet.rows[:PREVIEW]
    )
