"""`/admin/`, what changes the directory: reported errors, imports and their undoing, dead links."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role
from marie.services import imports, links, reports
from marie.services.directory import publish_directory
from marie.store import directory as store
from marie.web.keys import CLOCK, DATABASE, GAZETTEER, LIBRARY, SETTINGS
from marie.web.pages import page
from marie.web.sign_in import signed_in

IMPORTS = "/admin/repertoire"
SHOWN = 50
"""Imports on the page, the latest first."""

routes = web.RouteTableDef()


@routes.post("/admin/signalements/{report_id:[0-9a-f]{32}}/regler")
async def settle(request: web.Request) -> web.StreamResponse:
    """A reported error was looked into; pressed twice it stays so."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    await reports.settle(app[DATABASE], request.match_info["report_id"], by=staff, clock=app[CLOCK])
    return _back("/admin/#signalements")


@routes.get(IMPORTS)
async def imported(request: web.Request) -> web.StreamResponse:
    """What was imported, what can be undone, and the links that are dead."""
    return await _imports_page(request)


@routes.post(IMPORTS + "/imports/{batch:[0-9]{1,9}}/annuler")
async def undo(request: web.Request) -> web.StreamResponse:
    """Put back what an import changed; heard from the next question on."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    batch = int(request.match_info["batch"])
    try:
        await imports.undo(app[DATABASE], batch, by=staff, clock=app[CLOCK])
    except imports.UnknownBatch:
        return await _imports_page(request, problem="unknown")
    except imports.ChangedSince as error:
        return await _imports_page(request, problem="changed_since", later=error.batches)
    await publish_directory(app[DATABASE], app[GAZETTEER], app[SETTINGS].data)
    return _back(IMPORTS)


@routes.get(IMPORTS + "/imports/{batch:[0-9]{1,9}}/rejets.csv")
async def rejected(request: web.Request) -> web.StreamResponse:
    """The rows of an import that could not be used, for a spreadsheet."""
    await signed_in(request, Role.ADMINISTRATOR)
    path = _rejected(request, int(request.match_info["batch"]))
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise web.HTTPNotFound from None
    response = web.Response(body=content, content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return response


def _rejected(request: web.Request, batch: int) -> Path:
    return imports.rejected_path(request.app[SETTINGS].data, batch)


async def _imports_page(
    request: web.Request, *, problem: str = "", later: list[int] | None = None
) -> web.Response:
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    async with app[DATABASE].read() as connection:
        batches = (await store.read_batches(connection))[:SHOWN]
    found = {each.id for each in batches if _rejected(request, each.id).exists()}
    return page(
        request,
        "admin_directory.html",
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        staff=staff,
        today=local_date(app[CLOCK]()),
        problem=problem,
        later=later or [],
        batches=batches,
        with_rejected=found,
        links=await links.report(
            app[DATABASE], await links.named(app[DATABASE], app[LIBRARY].current())
        ),
    )


def _back(location: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
