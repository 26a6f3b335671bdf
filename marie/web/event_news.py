"""Keeps what is said of events in step with the database, and tells visitors what changed.

At the start, after whatever an administrator or a visitor changed, and every half minute (a
counsellor may have handed a conversation back, another process may have written).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from marie.domain.messages import Content
from marie.knowledge.event_words import event_paper, event_when
from marie.knowledge.events import PlannedEvent
from marie.knowledge.library import Library
from marie.services import events
from marie.store.events import Notice
from marie.web import speech
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY, SEATS_CHANGED, SETTINGS

EVERY = 30.0
"""Seconds between two looks when nothing was heard."""

_ONE_AT_A_TIME: web.AppKey[asyncio.Lock] = web.AppKey("events_lock")

log = logging.getLogger(__name__)


async def refresh(app: web.Application) -> None:
    """Publish the events as they are, and say what visitors must hear."""
    async with app[_ONE_AT_A_TIME]:
        await events.publish(app[DATABASE], app[SETTINGS].data, clock=app[CLOCK])
        library = app[LIBRARY].current()
        await events.tell(
            app[DATABASE],
            app[HUB],
            marie=speech.MARIE,
            say=lambda notice, event: news(notice, event, library),
            clock=app[CLOCK],
        )


def news(notice: Notice, event: PlannedEvent, library: Library) -> Content:
    """What Marie says to somebody registered when something changed for her."""
    coming = notice != "cancelled"
    title = library.phrase("trip_document")
    leave = {
        "title": library.phrase("button_trip_leave"),
        "payload": f'/moving.trip{{"answer":"leave:{event.id}"}}',
    }
    others = {"title": library.phrase("button_trips"), "payload": "/moving.trip"}
    return Content(
        text=library.phrase(
            f"trip_news_{notice}", title=event.title, when=event_when(event), place=event.place
        ),
        topic="moving.trip",
        quick_replies=(leave,) if coming else (others,),
        documents=(event_paper(event, title),) if coming else (),
    )


async def follow_events(app: web.Application) -> AsyncIterator[None]:
    """From the start of the application to its end."""
    app[SEATS_CHANGED] = asyncio.Event()
    app[_ONE_AT_A_TIME] = asyncio.Lock()
    stop = asyncio.Event()
    task = asyncio.create_task(_run(app, stop))
    yield
    # Not cancelled: a connection that is being opened would be nobody's.
    stop.set()
    app[SEATS_CHANGED].set()
    await task


async def _run(app: web.Application, stop: asyncio.Event) -> None:
    while not stop.is_set():
        app[SEATS_CHANGED].clear()
        try:
            await refresh(app)
        except Exception:
            # What was published before is still spoken; the next look may go better.
            log.exception("the events were not published")
        if not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(app[SEATS_CHANGED].wait(), EVERY)
