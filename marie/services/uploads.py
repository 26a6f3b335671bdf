"""Files that an administrator imports by the pages: kept, read, compared, applied, forgotten.

A file waits in a folder of its own under MARIE_DATA with a small file that says where it stands. So
any page, of any web process, shows the same progress; a page that was closed misses nothing; and
what was interrupted is taken up again, for each step may be done twice.

Reading and comparing are work for a processor: a step runs in a thread with a loop and a database
connection of its own, beside the loop that answers visitors.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from marie.clock import Clock, local_date
from marie.domain.conversation import StaffId
from marie.domain.people import Staff
from marie.guidance.matching import Opening
from marie.knowledge.criteria import load_criteria
from marie.knowledge.importers import openings as opening_lists
from marie.knowledge.importers import own_list
from marie.knowledge.importers.diff import Diff, shown
from marie.knowledge.importers.files import Sheet
from marie.knowledge.importers.model import (
    Parsed,
    Rejected,
    Task,
    UnreadableFile,
    load_publishers,
)
from marie.knowledge.importers.municipalities import PLACE_COLUMNS, complete_places
from marie.knowledge.importers.reading import IMPORTERS, recognise
from marie.knowledge.opened import IMPORTED_PLACES, open_gazetteer
from marie.knowledge.openings import load_matching
from marie.knowledge.resources import Resource
from marie.knowledge.spreadsheet import write_csv
from marie.services import directory, imports, openings
from marie.settings import Settings
from marie.store.engine import Database, create_engine
from marie.store.staff import by_id, record

log = logging.getLogger(__name__)

FOLDER = "imports/attente"
"""Where files wait, in MARIE_DATA."""

MAX_UPLOAD = 64 * 1024 * 1024
KEPT = timedelta(days=1)
SUFFIXES = frozenset((".csv", ".xlsx", ".zip", ".geojson", ".json", ".txt", ".tsv"))
OPENINGS = "openings"
MAPPED = frozenset(("list", OPENINGS))
"""Importers whose columns are told by the person."""

SILENT = 30.0
"""Seconds without a sign after which a step was interrupted."""

TICK = 2.0
PREVIEW = 5
"""Rows that are shown beside the columns."""

MOST_LISTED = 20_000
"""Changes of a sort that are kept to be looked at."""

_ID = re.compile(r"[0-9a-f]{16}")
_T = TypeVar("_T")


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
    accept_gone: bool = False
    taken: list[tuple[str, str]] = []
    kept: list[tuple[str, str]] = []
    batch: int | None = None

    @property
    def working(self) -> bool:
        """Whether a step is under way."""
        return self.state in ("reading", "applying")


LISTS = ("conflicts", "changed", "new", "gone", "rejected", "duplicates")
"""What a comparison found, each kept in a file of its own."""


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


# Steps


class Worker:
    """Does the steps of this process, one thread each, and remembers which are under way."""

    def __init__(self, settings: Settings, clock: Clock, changed: Callable[[], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._changed = changed
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def start(self, upload: Upload) -> None:
        """Begin the step that its state names; nothing while one is under way."""
        if upload.id not in self._tasks:
            task = asyncio.create_task(self._run(upload.id))
            self._tasks[upload.id] = task
            task.add_done_callback(lambda _: self._tasks.pop(upload.id, None))

    def is_silent(self, upload: Upload) -> bool:
        """Whether a step was interrupted: it is under way nowhere."""
        if not upload.working or upload.id in self._tasks:
            return False
        try:
            seen = (folder_of(self._settings.data, upload.id) / "beat").stat().st_mtime
        except (OSError, UnknownUpload):
            seen = upload.at
        return time.time() - seen > SILENT

    async def finish(self) -> None:
        """Wait for what is under way: a transaction is not cut."""
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, upload_id: str) -> None:
        work = asyncio.create_task(asyncio.to_thread(step, self._settings, upload_id, self._clock))
        while not work.done():
            with suppress(UnknownUpload, OSError):
                (folder_of(self._settings.data, upload_id) / "beat").touch()
            await asyncio.wait([work], timeout=TICK)
        if work.exception() is None:
            self._changed()


def step(settings: Settings, upload_id: str, clock: Clock) -> None:
    """Do the step that a file waits for; what goes wrong is said of the file."""
    upload = read_upload(settings.data, upload_id)
    try:
        asyncio.run(_step(settings, upload, clock))
    except UnreadableFile as error:
        upload.state, upload.problem, upload.detail = "refused", "unreadable", str(error)
    except Exception:
        log.exception("an import failed")
        upload.state, upload.problem = "refused", "failed"
    with suppress(OSError):
        write_upload(settings.data, upload)


async def _step(settings: Settings, upload: Upload, clock: Clock) -> None:
    database = Database(create_engine(settings.database_url))
    try:
        if upload.importer == OPENINGS:
            await _openings_step(settings, database, upload, clock)
        else:
            await _directory_step(settings, database, upload, clock)
    finally:
        await database.close()


async def aside(url: str, work: Callable[[Database], Awaitable[_T]]) -> _T:
    """Do work with a database connection of its own, beside the loop that answers visitors."""

    async def run() -> _T:
        database = Database(create_engine(url))
        try:
            return await work(database)
        finally:
            await database.close()

    return await asyncio.to_thread(lambda: asyncio.run(run()))


class _Progress:
    """Says how far a step is, a few times a second."""

    def __init__(self, settings: Settings, upload: Upload) -> None:
        self._settings = settings
        self._upload = upload
        self._last = 0.0

    def phase(self, name: str) -> None:
        self._upload.phase, self._upload.done, self._upload.whole = name, 0, 0
        self._last = 0.0
        self(0, 0)

    def __call__(self, done: int, whole: int) -> None:
        now = time.monotonic()
        if now - self._last < 0.4:
            return
        self._last = now
        self._upload.done, self._upload.whole = done, whole
        write_upload(self._settings.data, self._upload)


async def _directory_step(
    settings: Settings, database: Database, upload: Upload, clock: Clock
) -> None:
    progress = _Progress(settings, upload)
    progress.phase("reading")
    gazetteer = open_gazetteer(settings.knowledge, settings.data)
    task = Task(
        paths=(file_of(settings.data, upload),),
        gazetteer=gazetteer,
        publishers=load_publishers(settings.knowledge),
        today=local_date(clock()),
        mapping=upload.mapping if upload.importer == "list" else {},
        options={"kind": upload.kind, "scope": upload.listed},
        progress=progress,
    )
    parsed = IMPORTERS[upload.importer](task)
    if upload.state == "reading":
        progress.phase("comparing")
        diff = await imports.prepare(database, parsed, progress)
        conflicts = await imports.conflicts_of(database, diff)
        edited = {each.id for each in conflicts}
        try:
            imports.check_gone(diff)
            upload.gone_share = 0.0
        except imports.TooManyGone as error:
            upload.gone_share = error.share
        _keep_lists(settings, upload, _lists(diff, edited) | {
            "conflicts": [
                {
                    "id": each.id,
                    "name": each.name,
                    "field": each.field,
                    "mine": each.mine,
                    "before": each.before,
                    "theirs": each.theirs,
                }
                for each in conflicts
            ]
        })  # fmt: skip
        upload.counts = diff.summary | {
            "conflicts": len(conflicts),
            "figures": len(parsed.figures),
            "towns": len(parsed.towns),
            "nothing": int(diff.changes_nothing and not parsed.figures and not parsed.towns),
        }
        upload.state = "ready"
        return
    progress.phase("writing")
    who = await _who(database, upload)
    batch, _ = await imports.apply(
        database,
        parsed,
        imports.FileRead(name=upload.file, sha256=upload.sha256),
        by=upload.by_name[:100],
        clock=clock,
        settling=imports.Settling(
            by=who, taken=frozenset(upload.taken), kept=frozenset(upload.kept)
        ),
    )
    if batch is not None and parsed.rejected:
        _write_rejected(imports.rejected_path(settings.data, batch), parsed)
    if parsed.towns:
        lines = complete_places(parsed.towns, gazetteer)
        write_csv(settings.data / IMPORTED_PLACES, PLACE_COLUMNS, lines)
    progress.phase("publishing")
    await directory.publish_directory(database, gazetteer, settings.data)
    await _applied(database, upload, batch, "apply_import", clock)


async def _openings_step(
    settings: Settings, database: Database, upload: Upload, clock: Clock
) -> None:
    progress = _Progress(settings, upload)
    progress.phase("reading")
    read = opening_lists.read_openings(
        file_of(settings.data, upload),
        gazetteer=open_gazetteer(settings.knowledge, settings.data),
        matching=load_matching(settings.knowledge),
        sectors=load_criteria(settings.knowledge).sectors,
        today=local_date(clock()),
        mapping=upload.mapping,
        name=upload.listed or None,
    )
    if upload.state == "reading":
        progress.phase("comparing")
        diff = await openings.prepare(database, read)
        _keep_lists(settings, upload, {
            "new": [_opening(each) for each in diff.new],
            "gone": [_opening(each) for each in diff.gone],
            "changed": [
                _opening(after)
                | {
                    "fields": [
                        [name, _said(getattr(before, name)), _said(getattr(after, name))]
                        for name in Opening.__struct_fields__
                        if name not in ("read_on", "words")
                        and getattr(before, name) != getattr(after, name)
                    ]
                }
                for before, after in diff.changed
            ],
            "rejected": [_rejected(each) for each in read.rejected],
        })  # fmt: skip
        upload.counts = diff.summary | {
            "rejected": len(read.rejected),
            "nothing": int(diff.changes_nothing),
        }
        upload.state = "ready"
        return
    progress.phase("writing")
    file = imports.FileRead(name=upload.file, sha256=upload.sha256)
    batch, _ = await openings.apply(database, read, file, by=upload.by_name[:100], clock=clock)
    progress.phase("publishing")
    await openings.publish_openings(database, settings.data)
    await _applied(database, upload, batch, "apply_openings", clock)


async def _applied(
    database: Database, upload: Upload, batch: int | None, action: str, clock: Clock
) -> None:
    # A step that was interrupted after its transaction finds nothing to change the second time.
    upload.batch = batch if batch is not None else upload.batch
    upload.state = "done"
    if batch is None:
        return
    who = await _who(database, upload)
    async with database.write() as connection:
        await record(connection, at=clock(), staff_id=who.id, action=action, subject=str(batch))


async def _who(database: Database, upload: Upload) -> Staff:
    async with database.read() as connection:
        found = await by_id(connection, StaffId(upload.by))
    if found is None:
        raise UnknownUpload
    return found


# What was found, to be looked at


def read_list(data: Path, upload: Upload, name: str) -> list[dict[str, Any]]:
    """What a comparison found of one sort."""
    path = folder_of(data, upload.id) / f"{name}.json"
    try:
        found: list[dict[str, Any]] = msgspec.json.decode(path.read_bytes())
    except FileNotFoundError:
        return []
    return found


def _keep_lists(
    settings: Settings, upload: Upload, lists: Mapping[str, list[dict[str, Any]]]
) -> None:
    folder = folder_of(settings.data, upload.id)
    for name in LISTS:
        some = lists.get(name, [])[:MOST_LISTED]
        (folder / f"{name}.json").write_bytes(msgspec.json.encode(some))


def _lists(diff: Diff, edited: set[str]) -> dict[str, list[dict[str, Any]]]:
    named = {each.resource.id: each.resource.name for each in diff.new}
    return {
        "new": [_card(each.resource) for each in diff.new],
        "changed": [
            _card(each.before)
            | {
                "fields": [
                    [name, shown(each.before, name), shown(each.record.resource, name)]
                    for name in each.fields
                ],
                "edited": each.before.id in edited,
            }
            for each in diff.changed
        ],
        "gone": [_card(each.resource) for each in diff.gone],
        "rejected": [_rejected(each) for each in diff.rejected],
        "duplicates": [
            {
                "id": each.duplicate,
                "name": named.get(each.duplicate, each.duplicate),
                "kept": each.kept,
                "sure": each.sure,
                "score": round(each.score),
            }
            for each in diff.duplicates
        ],
    }


def _card(resource: Resource) -> dict[str, Any]:
    return {
        "id": resource.id,
        "name": resource.name,
        "kind": resource.kind,
        "municipality": resource.municipality,
        "phone": resource.phone,
    }


def _opening(each: Opening) -> dict[str, Any]:
    return {
        "id": each.id,
        "name": each.title,
        "kind": "",
        "municipality": each.municipality,
        "phone": each.employer,
    }


def _rejected(each: Rejected) -> dict[str, Any]:
    cells = [cell[:60] for cell in each.cells[:6] if cell]
    return {"row": each.row, "reason": each.reason, "cells": cells}


def _said(value: Any) -> str:
    return "–" if value in (None, (), "") else str(msgspec.to_builtins(value))


def _write_rejected(path: Path, parsed: Parsed) -> None:
    header = ("fichier", "ligne", "raison", "cellules")
    lines = [(each.file, str(each.row), each.reason, *each.cells) for each in parsed.rejected]
    write_csv(path, header, lines, guarded=True)
