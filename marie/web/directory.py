"""The public directory (CONTRACT "The public directory")."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from aiohttp import web

from marie.knowledge.directory import Directory
from marie.knowledge.export import to_package, to_spreadsheet
from marie.knowledge.model import ResourceKind
from marie.knowledge.resource_json import to_json
from marie.knowledge.resources import KINDS
from marie.services.directory import publish_directory
from marie.web.keys import (
    DATABASE,
    DIRECTORY,
    DIRECTORY_CHANGED,
    GAZETTEER,
    LIMITS,
    SETTINGS,
)
from marie.web.limits import SEARCHES
from marie.web.problems import Problem, json_response
from marie.web.requests import address, whole_number

MAX_LIMIT = 50
MAX_QUERY = 200


@dataclass
class Exports:
    """The exports of the directory that is spoken now."""

    directory: Directory | None = None
    contents: dict[str, bytes] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


EXPORTS = web.AppKey("exports", Exports)

FOLLOW_EVERY = 10.0
"""Seconds between two looks at the version of the database."""

log = logging.getLogger(__name__)

routes = web.RouteTableDef()


@routes.get("/api/v1/directory")
async def search(request: web.Request) -> web.Response:
    """Resources, best first, with their total."""
    directory = request.app[DIRECTORY].current()
    gazetteer = request.app[GAZETTEER]
    await request.app[LIMITS].take("directory", address(request), SEARCHES)
    query = request.query.get("q", "")[:MAX_QUERY]
    kind = request.query.get("kind")
    if kind and kind not in KINDS:
        raise Problem("kind")
    place = None
    if near := request.query.get("near", "")[:MAX_QUERY].strip():
        mention = gazetteer.match(near)
        if mention is None:
            raise Problem("place")
        place = mention.place
    page = directory.search(
        query,
        near=place,
        kinds=frozenset({cast(ResourceKind, kind)}) if kind else frozenset(),
        limit=whole_number(request, "limit", 10, most=MAX_LIMIT),
        offset=whole_number(request, "offset", 0),
    )
    return json_response(
        {
            "total": page.total,
            "resources": [
                to_json(
                    hit.resource,
                    hit.distance_km,
                    gazetteer,
                    stale=directory.is_old(hit.resource),
                )
                for hit in page.hits
            ],
        }
    )


@routes.get("/api/v1/directory/export.hsds.zip")
async def export_package(request: web.Request) -> web.Response:
    """Everything that Marie says of the directory, in HSDS 3.1."""
    content = await _exported(request, "package")
    return _attachment(request, content, "application/zip", "marie-directory.hsds.zip")


@routes.get("/api/v1/directory/export.csv")
@routes.get("/api/v1/directory/export.hsds.csv")
async def export_spreadsheet(request: web.Request) -> web.Response:
    """The same as one table for spreadsheets."""
    content = await _exported(request, "spreadsheet")
    return _attachment(request, content, "text/csv", "marie-directory.csv")


async def _exported(request: web.Request, form: str) -> bytes:
    """An export, made once for each version of the directory and kept."""
    await request.app[LIMITS].take("directory", address(request), SEARCHES)
    directory, gazetteer = request.app[DIRECTORY].current(), request.app[GAZETTEER]
    made = request.app[EXPORTS]
    async with made.lock:
        if made.directory is not directory:
            made.directory = directory
            made.contents.clear()
        if form not in made.contents:
            resources = directory.resources
            if form == "package":
                made.contents[form] = await asyncio.to_thread(to_package, resources)
            else:
                text = await asyncio.to_thread(to_spreadsheet, resources, gazetteer)
                made.contents[form] = text.encode()
        return made.contents[form]


def _attachment(request: web.Request, content: bytes, kind: str, name: str) -> web.Response:
    tag = hashlib.sha256(content).hexdigest()[:32]
    if tag in (each.value for each in request.if_none_match or ()):
        return web.Response(status=304, headers={"ETag": f'"{tag}"'})
    response = web.Response(body=content, content_type=kind)
    if kind.startswith("text/"):
        response.charset = "utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.etag = tag
    return response


@routes.get("/api/v1/directory/{resource_id}")
async def one(request: web.Request) -> web.Response:
    """One resource."""
    directory = request.app[DIRECTORY].current()
    gazetteer = request.app[GAZETTEER]
    resource = directory.get(request.match_info["resource_id"])
    if resource is None:
        raise web.HTTPNotFound
    return json_response(to_json(resource, None, gazetteer, stale=directory.is_old(resource)))


async def follow_directory(app: web.Application) -> AsyncIterator[None]:
    """Publish what was written in the database: here at once, by another process seconds later."""
    app[EXPORTS] = Exports()
    app[DIRECTORY_CHANGED] = asyncio.Event()
    stop = asyncio.Event()
    task = asyncio.create_task(_follow(app, stop))
    yield
    # Not cancelled: a connection that is being opened would be nobody's.
    stop.set()
    app[DIRECTORY_CHANGED].set()
    await task


async def _follow(app: web.Application, stop: asyncio.Event) -> None:
    changed = app[DIRECTORY_CHANGED]
    while not stop.is_set():
        changed.clear()
        try:
            await publish_directory(app[DATABASE], app[GAZETTEER], app[SETTINGS].data)
        except Exception:
            # What was published before is still spoken; the next look may go better.
            log.exception("the directory was not published")
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), FOLLOW_EVERY)
