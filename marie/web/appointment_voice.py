"""How this application says appointments: words from `knowledge/`, links that only it can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from marie.domain.appointments import Appointment
from marie.domain.messages import Content
from marie.domain.waiting import Decided
from marie.knowledge import waiting_words
from marie.knowledge.library import Library
from marie.services.appointments import Voice
from marie.services.meetings import Desk
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY, SETTINGS, SIGNER, TERMS

PATH = "/rendez-vous"
PURPOSE = "appointment"


def link(app: web.Application, appointment_id: str) -> str:
    """The path of the page on which its visitor changes an appointment."""
    return f"{PATH}/{app[SIGNER].seal(PURPOSE, appointment_id)}"


def voice_of(app: web.Application) -> Voice:
    """What Marie says of waiting and appointments here."""

    def library(simple: bool) -> Library:
        current = app[LIBRARY].current()
        return current.in_simple_french if simple else current

    def say(decided: Decided, simple: bool) -> Content:
        content = waiting_words.say(decided, library(simple))
        known = decided.appointment
        if known is None or decided.outcome not in ("booked", "moved", "same"):
            return content
        return with_file(app, content, known)

    return Voice(
        say=say,
        calendar=lambda known, organization, hers: calendar(app, known, organization, hers=hers),
        path=lambda appointment_id: link(app, appointment_id),
    )


def desk_of(app: web.Application) -> Desk:
    """What appointments outside the chat work with here."""
    return Desk(
        database=app[DATABASE],
        hub=app[HUB],
        terms=app[TERMS],
        voice=voice_of(app),
        news=lambda known, kind: news(app, known, kind),
        clock=app[CLOCK],
    )


def calendar(
    app: web.Application, known: Appointment, organization: str, *, hers: bool
) -> Mapping[str, Any]:
    """Its calendar file's data, with the link to where she, or her counsellor, changes it."""
    base = app[SETTINGS].public_url.rstrip("/")
    path = link(app, known.id) if hers else f"/console/rendez-vous#r{known.id}"
    return waiting_words.calendar(known, organization, app[LIBRARY].current(), link=f"{base}{path}")


def with_file(app: web.Application, content: Content, known: Appointment) -> Content:
    """The message with the appointment's calendar file, and its link in the words."""
    library = app[LIBRARY].current()
    name = app[TERMS].organizations.by_id.get(known.organization or "")
    data = calendar(app, known, name.name if name else "", hers=True)
    paper = waiting_words.paper(dict(data), library)
    return replace(content, documents=(*content.documents, paper))


def news(app: web.Application, known: Appointment, kind: str) -> Content:
    """What a conversation says when its appointment changed outside the chat."""
    library = app[LIBRARY].current()
    content = waiting_words.news(known, kind, library)
    return content if known.cancelled_at is not None else with_file(app, content, known)
