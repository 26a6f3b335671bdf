"""`/admin/evenements`: stays and sessions, prepared, announced, changed, cancelled; who comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType

from aiohttp import web

from marie.clock import local_date
from marie.domain.events import Event, Registration, State
from marie.domain.messages import Content
from marie.domain.people import Role
from marie.knowledge.event_checks import BadEvent
from marie.knowledge.event_words import event_line, event_when
from marie.services import event_versions as versions
from marie.services import events
from marie.services.event_versions import draft_of
from marie.services.revisions import ChangedMeanwhile
from marie.store.events import Counts, UnknownEvent
from marie.web.editing import PAGES, conflict, people
from marie.web.event_form import (
    FIELDS,
    Fields,
    announced_at,
    basis_of,
    beside,
    draft_in,
    fields_of,
    regions_of,
    step_of,
)
from marie.web.event_news import refresh
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, LIBRARY, REVISIONS
from marie.web.pages import page
from marie.web.previews import Shown, drawn
from marie.web.sign_in import signed_in

PATH = PAGES["event"]
ONE = PATH + "/{event_id:[0-9a-f]{32}}"
PREPARED = (State.DRAFT, State.REVIEW, State.SCHEDULED)
routes = web.RouteTableDef()


@routes.get(PATH)
async def overview(request: web.Request) -> web.StreamResponse:
    """What is to come and how full it is, and what was."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    now = app[CLOCK]()
    every = await events.planned(app[DATABASE])
    return page(
        request,
        "admin_events.html",
        staff=staff,
        today=local_date(now),
        prepared=[each for each in every if each.event.state(now) in PREPARED],
        to_come=[each for each in every if each.event.is_open(now)],
        past=[each for each in reversed(every) if _over(each.event, now)],
        state=lambda event: event.state(now),
        regions=regions_of(app),
        kept={each.item for each in await app[REVISIONS].open_ones("event")},
        said=_said,
        done=request.query.get("fait", ""),
    )


def _over(event: Event, now: datetime) -> bool:
    return event.state(now) not in PREPARED and not event.is_open(now)


@routes.get(PATH + "/nouveau")
async def blank(request: web.Request) -> web.StreamResponse:
    """An empty form."""
    return await event_page(request, dict.fromkeys(FIELDS, "") | {"kind": "trip"})


@routes.post(PATH)
async def plan(request: web.Request) -> web.StreamResponse:
    """Add an event; once it is announced, Marie speaks of it in the next turn."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await _read(request)
    step, done = step_of(form)
    try:
        event_id = await events.plan(
            app[DATABASE],
            draft_in(form),
            regions=frozenset(regions_of(app)),
            by=staff,
            clock=app[CLOCK],
            step=step,
            announce_at=announced_at(form),
            why=form["why"],
        )
    except BadEvent as error:
        return await event_page(request, form, problems=error.problems)
    return await changed(request, f"{PATH}/{event_id}?fait={done}")


@routes.get(ONE)
async def one(request: web.Request) -> web.StreamResponse:
    """An event: its form, and who comes; `?revision=` goes on from a text that was kept."""
    await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    known, _ = await _known(request)
    form = fields_of(known.draft, known.announce_at)
    kept = request.query.get("revision", "")
    drafts = await app[REVISIONS].open_ones("event", known.id) if kept else []
    draft = next((each for each in drafts if str(each.id) == kept), None)
    if draft is not None and draft.content is not None:
        form = fields_of(draft_of(draft.content), known.announce_at)
        form |= {"draft": kept, "why": draft.why, "ground": str(draft.based_on or 0)}
    else:
        form["ground"] = (await versions.standing(app[DATABASE], known.id)).ground
    return await event_page(request, form, event_id=known.id)


@routes.post(ONE)
async def change(request: web.Request) -> web.StreamResponse:
    """Change an event; who comes hears of another day or place."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await _read(request)
    event_id = request.match_info["event_id"]
    step, done = step_of(form)
    try:
        await events.change(
            app[DATABASE],
            event_id,
            draft_in(form),
            regions=frozenset(regions_of(app)),
            by=staff,
            clock=app[CLOCK],
            step=step,
            announce_at=announced_at(form),
            basis=basis_of(form),
        )
    except UnknownEvent:
        return await cancelled_meanwhile(request, form)
    except ChangedMeanwhile as error:
        return conflict(("event", event_id), error)
    except BadEvent as error:
        return await event_page(request, form, problems=error.problems, event_id=event_id)
    await app[REVISIONS].leave("event", event_id, by=staff)
    return await changed(request, f"{PATH}/{event_id}?fait={done}")


async def cancelled_meanwhile(request: web.Request, form: Fields) -> web.Response:
    """There is nothing to change any more: somebody cancelled it, or it never was."""
    known, _ = await _known(request)
    return await event_page(request, form, problems={"": "cancelled"}, event_id=known.id)


@routes.post(ONE + "/annuler")
async def cancel(request: web.Request) -> web.StreamResponse:
    """Cancel an event; everybody registered is told in her conversation. A draft is gone."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await read_form(request)
    try:
        await events.cancel(
            app[DATABASE],
            request.match_info["event_id"],
            by=staff,
            clock=app[CLOCK],
            why=form.get("why", "").strip(),
        )
    except UnknownEvent:
        raise web.HTTPNotFound from None
    return await changed(request, f"{PATH}?fait=annule")


async def changed(request: web.Request, location: str) -> web.Response:
    """It is said from the next turn on, and whoever comes is told; where the page is then."""
    await refresh(request.app)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


async def event_page(
    request: web.Request,
    form: Fields,
    *,
    problems: Mapping[str, str] = MappingProxyType({}),
    event_id: str | None = None,
    restoring: int | None = None,
) -> web.Response:
    """The page of an event, with what was typed and what is wrong with it; `restoring`: the version
    that could not be laid back as it is."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    known, registered = await _known(request) if event_id else (None, [])
    drafts = await app[REVISIONS].open_ones("event", event_id) if event_id else []
    drafts = [each for each in drafts if str(each.id) != form["draft"]]
    now = app[CLOCK]()
    return page(
        request,
        "admin_event.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        today=local_date(now),
        event=known,
        address=f"{PATH}/{event_id}",
        state=known.state(now) if known else State.DRAFT,
        messages=[_preview(request, known, registered)] if known else [],
        done=request.query.get("fait", ""),
        when=_said(known) if known else "",
        registered=registered,
        form=form,
        problems=beside(problems, form),
        restoring=restoring,
        both=[each for each in request.query.get("deux", "").split(",") if each],
        others=await app[REVISIONS].see("event", event_id, by=staff) if event_id else [],
        drafts=drafts,
        names=await people(request, drafts),
        regions=regions_of(app),
    )


async def _known(request: web.Request) -> tuple[Event, list[Registration]]:
    try:
        return await events.one(request.app[DATABASE], request.match_info["event_id"])
    except UnknownEvent:
        raise web.HTTPNotFound from None


async def _read(request: web.Request) -> dict[str, str]:
    form = await read_form(request)
    return {name: form.get(name, "").strip().replace("\r\n", "\n") for name in FIELDS}


def _preview(request: web.Request, known: Event, registered: list[Registration]) -> Shown:
    """How Marie lists it, as the actions do, with the places that are left."""
    seats = sum(each.seat == "seat" for each in registered)
    counts = Counts(taken=seats, waiting=len(registered) - seats)
    library = request.app[LIBRARY].current()
    event = events.published(known, counts)
    lines = (library.phrase("trip_intro"), event_line(event, library), library.phrase("trip_how"))
    content = Content(text="\n\n".join(lines), topic="moving.trip")
    return drawn("Aperçu", content, request.app[CLOCK]())


def _said(known: Event) -> str:
    return event_when(events.published(known, Counts()))
