"""The steps of an uploaded file: read and compared, later applied.

Both are work for a processor: a step runs in a thread with a loop and a database connection of its
own, beside the loop that answers visitors.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from marie.clock import Clock, local_date
from marie.domain.conversation import StaffId
from marie.domain.people import Staff
from marie.knowledge.criteria import load_criteria
from marie.knowledge.importers import openings as opening_files
from marie.knowledge.importers.model import (
    Parsed,
    Task,
    UnreadableFile,
    load_publishers,
)
from marie.knowledge.importers.municipalities import PLACE_COLUMNS, complete_places
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.opened import IMPORTED_PLACES, open_gazetteer
from marie.knowledge.openings import load_matching
from marie.knowledge.spreadsheet import write_csv
from marie.services import directory, imports, openings
from marie.services.upload_lists import card_lists, keep_lists, opening_lists
from marie.services.uploads import (
    OPENINGS,
    UnknownUpload,
    Upload,
    file_of,
    folder_of,
    read_upload,
    write_upload,
)
from marie.settings import Settings
from marie.store.engine import Database, create_engine
from marie.store.staff import by_id, record

log = logging.getLogger(__name__)

SILENT = 30.0
"""Seconds without a sign after which a step was interrupted."""

TICK = 2.0

_T = TypeVar("_T")


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
        keep_lists(settings.data, upload, card_lists(diff, edited) | {
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
    read = opening_files.read_openings(
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
        keep_lists(settings.data, upload, opening_lists(diff, read.rejected))
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


def _write_rejected(path: Path, parsed: Parsed) -> None:
    header = ("fichier", "ligne", "raison", "cellules")
    lines = [(each.file, str(each.row), each.reason, *each.cells) for each in parsed.rejected]
    write_csv(path, header, lines, guarded=True)
