"""Counts visits: loads of the widget's script, with the host name of the page and nothing else.

A browser keeps the script for ten minutes, so somebody who walks through a site counts about once.
Robots that run scripts count too, and browsers that tell no page count without one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import SQLAlchemyError

from marie.services.figures import Visits
from marie.web.keys import CLOCK, DATABASE, VISITS
from marie.web.requests import host_of

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two times that counts are stored."""

SCRIPT = "/widget/marie.js"


@web.middleware
async def visits(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count a load of the script, whatever the browser had of it already."""
    response = await handler(request)
    if request.path == SCRIPT and request.method == "GET":
        request.app[VISITS].count(host_of(request))
    return response


async def counted_visits(app: web.Application) -> AsyncIterator[None]:
    """Each process stores what it counted every minute, and when it stops."""
    app[VISITS] = Visits(app[CLOCK])
    storing = asyncio.create_task(_store(app))
    yield
    storing.cancel()
    with suppress(asyncio.CancelledError):
        await storing
    await app[VISITS].store(app[DATABASE])


async def _store(app: web.Application) -> None:
    while True:
        await asyncio.sleep(EVERY)
        try:
            await app[VISITS].store(app[DATABASE])
        except SQLAlchemyError:
            log.exception("visits could not be stored; the next time they are")
