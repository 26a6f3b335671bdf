"""`/admin/repertoire/imports`: a file, its columns, what it would change, applied and undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus

from aiohttp import BodyPartReader, web

from marie.knowledge.importers.model import UnreadableFile
from marie.knowledge.importers.reading import IMPORTERS
from marie.knowledge.resources import KINDS
from marie.services import imports, openings, upload_lists, uploads
from marie.services.jobs import Job
from marie.services.upload_steps import Worker, aside
from marie.services.uploads import OPENINGS, Upload
from marie.store import directory as store
from marie.store import openings as openings_store
from marie.store.staff import record
from marie.web.directory_pages import (
    IMPORTS,
    administrator,
    directory_page,
    first,
    heard,
    number,
    read_fields,
    to,
)
from marie.web.keys import CLOCK, DATABASE, SETTINGS

SHOWN = 50
"""Imports, or changes of a sort, on a page."""

MOST_CHOSEN = 200
"""Conflicts that are settled one by one with the import; the others wait on their cards."""

WAITING = IMPORTS + "/attente"
_ONE = WAITING + "/{upload_id:[0-9a-f]{16}}"
_BATCH = "{batch:[0-9]{1,9}}"

WORKER = web.AppKey("import_worker", Worker)

routes = web.RouteTableDef()


async def receiving(app: web.Application) -> AsyncIterator[None]:
    """Who reads and applies files, from the start of the application to its end."""
    app[WORKER] = Worker(app[SETTINGS], app[CLOCK], lambda: heard(app))
    yield
    await app[WORKER].finish()


def forgetting(app: web.Application) -> Job:
    """Files that waited longer than a day go."""

    async def run() -> None:
        now = app[CLOCK]().timestamp()
        await asyncio.to_thread(uploads.forget_old, app[SETTINGS].data, now)

    return Job(name="old uploads", every=timedelta(hours=1), run=run)


@routes.get(IMPORTS)
async def log_page(request: web.Request) -> web.StreamResponse:
    """A file to choose, those that wait, and what was imported."""
    return await _log(request)


@routes.post(IMPORTS)
async def receive(request: web.Request) -> web.StreamResponse:
    """Keep the file that is sent, and find out what it is."""
    staff = await administrator(request)
    settings = request.app[SETTINGS]
    if request.content_type != "multipart/form-data":
        return await _log(request, problem="empty")
    try:
        part = await _file_part(request)
        if part is None or not part.filename:
            return await _log(request, problem="empty")
        upload = await uploads.receive(
            settings.data, part.filename, _pieces(part), by=staff, clock=request.app[CLOCK]
        )
    except uploads.Refused as error:
        return await _log(request, problem=error.problem)
    except (ValueError, AssertionError):
        return await _log(request, problem="broken")
    upload = await asyncio.to_thread(uploads.look, settings, upload)
    if upload.state == "reading":
        request.app[WORKER].start(upload)
    return to(f"{WAITING}/{upload.id}")


async def _file_part(request: web.Request) -> BodyPartReader | None:
    reader = await request.multipart()
    async for part in reader:
        if isinstance(part, BodyPartReader) and part.name == "file":
            return part
    return None


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(256 * 1024):
        yield piece


@routes.get(_ONE)
async def waiting(request: web.Request) -> web.StreamResponse:
    """Where a file stands: its columns, its progress, what it would change, what it changed."""
    await administrator(request)
    return await _upload_page(request, _upload(request))


@routes.get(_ONE + "/avancement")
async def progress(request: web.Request) -> web.StreamResponse:
    """How far a step is, asked again every second; the whole page once it is done."""
    staff = await administrator(request)
    upload = _upload(request)
    silent = request.app[WORKER].is_silent(upload)
    if not upload.working or silent:
        return web.Response(headers={"HX-Refresh": "true"})
    return directory_page(request, "_directory_progress.html", staff=staff, upload=upload)


@routes.post(_ONE + "/colonnes")
async def columns(request: web.Request) -> web.StreamResponse:
    """Which column gives which field; then the file is read."""
    await administrator(request)
    settings, upload = request.app[SETTINGS], _upload(request)
    if upload.working:
        return to(f"{WAITING}/{upload.id}")
    form = await read_fields(request)
    chosen = first(form, "importateur")
    if chosen and chosen != upload.importer and (chosen in IMPORTERS or chosen == OPENINGS):
        upload.importer, upload.mapping = chosen, {}
        upload.problem = upload.detail = ""
        upload.state = "choose" if chosen in uploads.MAPPED else "reading"
        uploads.write_upload(settings.data, upload)
        if upload.state == "reading":
            request.app[WORKER].start(upload)
        return to(f"{WAITING}/{upload.id}")
    try:
        told = await asyncio.to_thread(uploads.columns_of, settings, upload)
    except UnreadableFile as error:
        upload.state, upload.problem, upload.detail = "refused", "unreadable", str(error)
        uploads.write_upload(settings.data, upload)
        return to(f"{WAITING}/{upload.id}")
    mapping: dict[str, str] = {}
    twice: list[str] = []
    for place, column in enumerate(told.columns):
        field = first(form, f"colonne-{place}")
        if field not in told.fields:
            continue
        if field in mapping.values():
            twice.append(field)
        mapping[column] = field
    upload.mapping = mapping
    upload.listed = first(form, "liste")[:60].strip() or upload.listed
    upload.kind = kind if (kind := first(form, "genre")) in KINDS else upload.kind
    needed = ("name",) if upload.importer == "list" else ("title", "municipality", "valid_until")
    missing = [each for each in needed if each not in mapping.values()]
    if twice or missing:
        uploads.write_upload(settings.data, upload)
        return await _upload_page(request, upload, missing=missing, twice=twice)
    upload.state, upload.problem, upload.detail = "reading", "", ""
    uploads.write_upload(settings.data, upload)
    request.app[WORKER].start(upload)
    return to(f"{WAITING}/{upload.id}")


@routes.post(_ONE + "/appliquer")
async def apply(request: web.Request) -> web.StreamResponse:
    """Apply what was looked at, with what was decided of the conflicts."""
    await administrator(request)
    settings, upload = request.app[SETTINGS], _upload(request)
    if upload.state != "ready":
        return to(f"{WAITING}/{upload.id}")
    form = await read_fields(request)
    if upload.gone_share and first(form, "disparues") != "oui":
        return await _upload_page(request, upload, problem="gone")
    conflicts = upload_lists.read_list(settings.data, upload, "conflicts")[:MOST_CHOSEN]
    for place, each in enumerate(conflicts):
        pair = (each["id"], each["field"])
        match first(form, f"choix-{place}"):
            case "source":
                upload.taken.append(pair)
            case "moi":
                upload.kept.append(pair)
    upload.state = "applying"
    uploads.write_upload(settings.data, upload)
    request.app[WORKER].start(upload)
    return to(f"{WAITING}/{upload.id}")


@routes.post(_ONE + "/reprendre")
async def again(request: web.Request) -> web.StreamResponse:
    """Take up a step that was interrupted, or read the columns again."""
    await administrator(request)
    settings, upload = request.app[SETTINGS], _upload(request)
    form = await read_fields(request)
    if upload.working:
        request.app[WORKER].start(upload)
    elif first(form, "colonnes") and upload.importer in uploads.MAPPED and upload.state != "done":
        upload.state, upload.problem = "choose", ""
        uploads.write_upload(settings.data, upload)
    return to(f"{WAITING}/{upload.id}")


@routes.post(_ONE + "/jeter")
async def throw_away(request: web.Request) -> web.StreamResponse:
    """Throw the file away; nothing of the directory changes."""
    await administrator(request)
    upload = _upload(request)
    if upload.working and not request.app[WORKER].is_silent(upload):
        return to(f"{WAITING}/{upload.id}")
    await asyncio.to_thread(uploads.forget, request.app[SETTINGS].data, upload.id)
    return to(IMPORTS, fait="jete")


@routes.post(IMPORTS + f"/{_BATCH}/annuler")
async def undo(request: web.Request) -> web.StreamResponse:
    """Put back what an import changed; heard from the next question on."""
    staff = await administrator(request)
    app = request.app
    batch, clock = int(request.match_info["batch"]), app[CLOCK]
    try:
        await aside(
            app[SETTINGS].database_url,
            lambda database: imports.undo(database, batch, by=staff, clock=clock),
        )
    except imports.UnknownBatch:
        return await _log(request, problem="unknown")
    except imports.ChangedSince as error:
        return await _log(request, problem="changed_since", later=error.batches)
    heard(app)
    return to(IMPORTS, fait="annule")


@routes.post(IMPORTS + f"/offres/{_BATCH}/annuler")
async def undo_openings(request: web.Request) -> web.StreamResponse:
    """Put back what an import of openings changed."""
    staff = await administrator(request)
    app = request.app
    batch, database, clock = int(request.match_info["batch"]), app[DATABASE], app[CLOCK]
    try:
        await openings.undo(database, batch, clock=clock)
    except imports.UnknownBatch:
        return await _log(request, problem="unknown")
    except imports.ChangedSince as error:
        return await _log(request, problem="changed_since", later=error.batches)
    async with database.write() as connection:
        await record(
            connection, at=clock(), staff_id=staff.id, action="undo_openings", subject=str(batch)
        )
    await openings.publish_openings(database, app[SETTINGS].data)
    return to(IMPORTS, fait="annule")


@routes.get(IMPORTS + f"/{_BATCH}/rejets.csv")
async def rejected(request: web.Request) -> web.StreamResponse:
    """The rows of an import that could not be used, for a spreadsheet."""
    await administrator(request)
    path = imports.rejected_path(request.app[SETTINGS].data, int(request.match_info["batch"]))
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise web.HTTPNotFound from None
    response = web.Response(body=content, content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return response


def _upload(request: web.Request) -> Upload:
    try:
        return uploads.read_upload(request.app[SETTINGS].data, request.match_info["upload_id"])
    except uploads.UnknownUpload:
        raise web.HTTPNotFound from None


async def _upload_page(
    request: web.Request,
    upload: Upload,
    *,
    problem: str = "",
    missing: list[str] | None = None,
    twice: list[str] | None = None,
) -> web.Response:
    staff = await administrator(request)
    settings = request.app[SETTINGS]
    told = None
    if upload.state == "choose" and upload.importer in uploads.MAPPED:
        try:
            told = await asyncio.to_thread(uploads.columns_of, settings, upload)
        except UnreadableFile as error:
            upload.state, upload.problem, upload.detail = "refused", "unreadable", str(error)
    listed = request.query.get("voir", "")
    if listed not in upload_lists.LISTS:
        listed = next((name for name in upload_lists.LISTS[1:] if upload.counts.get(name)), "new")
    found = upload_lists.read_list(settings.data, upload, listed) if upload.state == "ready" else []
    at = max(1, number(request.query.get("page")) or 1)
    pages = max(1, -(-len(found) // SHOWN))
    at = min(at, pages)
    conflicts = (
        upload_lists.read_list(settings.data, upload, "conflicts")
        if upload.state == "ready"
        else []
    )
    return directory_page(
        request,
        "directory_upload.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem or missing or twice else HTTPStatus.OK,
        staff=staff,
        upload=upload,
        told=told,
        silent=request.app[WORKER].is_silent(upload),
        conflicts=conflicts[:MOST_CHOSEN],
        more_conflicts=max(0, len(conflicts) - MOST_CHOSEN),
        listed=listed,
        some=found[(at - 1) * SHOWN : at * SHOWN],
        at=at,
        pages=pages,
        problem=problem,
        missing=missing or [],
        twice=twice or [],
        importers=[*IMPORTERS, OPENINGS],
        openings=upload.importer == OPENINGS,
    )


async def _log(
    request: web.Request, *, problem: str = "", later: list[int] | None = None
) -> web.Response:
    staff = await administrator(request)
    app = request.app
    data = app[SETTINGS].data
    async with app[DATABASE].read() as connection:
        batches = (await store.read_batches(connection))[:SHOWN]
        lists = (await openings_store.read_batches(connection))[:SHOWN]
    found = {each.id for each in batches if imports.rejected_path(data, each.id).exists()}
    status = HTTPStatus.OK
    if problem:
        status = (
            HTTPStatus.CONFLICT
            if problem in ("unknown", "changed_since")
            else HTTPStatus.UNPROCESSABLE_ENTITY
        )
    return directory_page(
        request,
        "directory_imports.html",
        status=status,
        staff=staff,
        problem=problem,
        later=later or [],
        batches=batches,
        lists=lists,
        with_rejected=found,
        waiting=await asyncio.to_thread(uploads.waiting, data),
    )
