"""The timed work about people who wait, and about their appointments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web

from marie.knowledge import waiting_words
from marie.services import lateness, meetings
from marie.services.jobs import Job
from marie.web import speech
from marie.web.appointment_voice import desk_of
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY, TERMS


def waiting_jobs(app: web.Application) -> Sequence[Job]:
    """What is done about leads and appointments without anybody asking."""
    return (
        Job(name="late leads", every=timedelta(minutes=1), run=lambda: _late(app)),
        Job(name="offers instead", every=timedelta(minutes=1), run=lambda: _offers(app)),
        Job(name="appointments", every=timedelta(minutes=5), run=lambda: _appointments(app)),
    )


async def _late(app: web.Application) -> None:
    await lateness.look_after(app[DATABASE], app[HUB], terms=app[TERMS], clock=app[CLOCK])


async def _offers(app: web.Application) -> None:
    library = app[LIBRARY].current()
    await lateness.offer_instead(
        app[DATABASE],
        app[HUB],
        marie=speech.MARIE,
        terms=app[TERMS],
        offer=lambda wait, now, simple: waiting_words.offer_again(
            wait, library.in_simple_french if simple else library, now=now
        ),
        clock=app[CLOCK],
    )


async def _appointments(app: web.Application) -> None:
    desk = desk_of(app)
    await meetings.release(desk)
    await meetings.remind(desk)
