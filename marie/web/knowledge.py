"""Opens what administrators change, and follows what other processes publish."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from marie.knowledge.checking import load_rules
from marie.services.revisions import Revisions
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, LIBRARY, REVISIONS, SETTINGS

log = logging.getLogger(__name__)

FOLLOW_EVERY = 2.0
"""Seconds between two looks for what another process published."""


async def follow_revisions(app: web.Application) -> AsyncIterator[None]:
    """From the start of the application to its end."""
    settings = app[SETTINGS]
    directories = app[DIRECTORY]
    rules = load_rules(
        settings.knowledge, lambda resource: directories.current().get(resource) is not None
    )
    app[REVISIONS] = Revisions(app[DATABASE], app[LIBRARY], rules, settings.data, clock=app[CLOCK])
    stop = asyncio.Event()
    task = asyncio.create_task(_follow(app[REVISIONS], stop))
    yield
    # Not cancelled: a connection that is being opened would be nobody's.
    stop.set()
    await task


async def _follow(revisions: Revisions, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await revisions.write()
        except Exception:
            # What was published before is still spoken; the next look may go better.
            log.exception("what was published was not laid over the files")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FOLLOW_EVERY)
