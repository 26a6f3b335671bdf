"""`/admin/evenements`: stays and sessions, prepared, announced, changed, cancelled; who comes."""

from __future__ import annotations

from datetime import date, datetime, time
from http import HTTPStatus

from aiohttp import web

from marie.clock import MONTREAL, local_date
from marie.domain.events import Draft, Event, Kind, Registration, State, Step
from marie.domain.messages import Content
from marie.domain.people import Role
from marie.knowledge.event_words import event_line, event_when
from marie.services import events
from marie.services.events import BadEvent
from marie.store.events import Counts, UnknownEvent
from marie.web.event_news import refresh
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, GAZETTEER, LIBRARY
from marie.web.pages import page
from marie.web.previews import Shown, drawn
from marie.web.sign_in import signed_in

PATH = "/admin/evenements"
_ONE = PATH + "/{event_id:[0-9a-f]{32}}"
KINDS: tuple[Kind, ...] = ("trip", "session")
FIELDS = (
    *("kind", "title", "region", "place", "starts_on", "starts_at", "ends_on", "ends_at"),
    *("capacity", "organizer", "description", "url", "publish_on", "do"),
)
"""The fields of the form."""

PREPARED = (State.DRAFT, State.REVIEW, State.SCHEDULED)
STEPS: dict[str, tuple[Step, str]] = {
    "publish": ("announce", "annonce"),
    "schedule": ("schedule", "planifie"),
    "review": ("review", "relecture"),
    "draft": ("draft", "brouillon"),
}
"""What a button does, and what the page says then."""

routes = web.RouteTableDef()


@routes.get(PATH)
async def overview(request: web.Request) -> web.StreamResponse:
    """What is to come and how full it is, and what was."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    now = request.app[CLOCK]()
    every = await events.planned(request.app[DATABASE])
    return page(
        request,
        "admin_events.html",
        staff=staff,
        today=local_date(now),
        prepared=[each for each in every if each.event.state(now) in PREPARED],
        to_come=[each for each in every if each.event.is_open(now)],
        past=[each for each in reversed(every) if _over(each.event, now)],
        state=lambda event: event.state(now),
        regions=_regions(request),
        said=_said,
        done=request.query.get("fait", ""),
    )


def _over(event: Event, now: datetime) -> bool:
    return event.state(now) not in PREPARED and not event.is_open(now)


@routes.get(PATH + "/nouveau")
async def blank(request: web.Request) -> web.StreamResponse:
    """An empty form."""
    return await _form(request, dict.fromkeys(FIELDS, "") | {"kind": "trip"})


@routes.post(PATH)
async def plan(request: web.Request) -> web.StreamResponse:
    """Add an event; once it is announced, Marie speaks of it in the next turn."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await _read(request)
    step, done = _step(form)
    try:
        event_id = await events.plan(
            app[DATABASE],
            _draft(form),
            regions=frozenset(_regions(request)),
            by=staff,
            clock=app[CLOCK],
            step=step,
            announce_at=_moment(form["publish_on"], "00:00"),
        )
    except BadEvent as error:
        return await _form(request, form, problems=error.problems)
    return await _changed(request, f"{PATH}/{event_id}?fait={done}")


@routes.get(_ONE)
async def one(request: web.Request) -> web.StreamResponse:
    """An event: its form, and who comes."""
    await signed_in(request, Role.ADMINISTRATOR)
    known, _ = await _known(request)
    return await _form(request, _fields(known), event_id=known.id)


@routes.post(_ONE)
async def change(request: web.Request) -> web.StreamResponse:
    """Change an event; who comes hears of another day or place."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await _read(request)
    event_id = request.match_info["event_id"]
    step, done = _step(form)
    try:
        await events.change(
            app[DATABASE],
            event_id,
            _draft(form),
            regions=frozenset(_regions(request)),
            by=staff,
            clock=app[CLOCK],
            step=step,
            announce_at=_moment(form["publish_on"], "00:00"),
        )
    except UnknownEvent:
        raise web.HTTPNotFound from None
    except BadEvent as error:
        return await _form(request, form, problems=error.problems, event_id=event_id)
    return await _changed(request, f"{PATH}/{event_id}?fait={done}")


@routes.post(_ONE + "/annuler")
async def cancel(request: web.Request) -> web.StreamResponse:
    """Cancel an event; everybody registered is told in her conversation. A draft is gone."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    try:
        await events.cancel(
            app[DATABASE], request.match_info["event_id"], by=staff, clock=app[CLOCK]
        )
    except UnknownEvent:
        raise web.HTTPNotFound from None
    return await _changed(request, f"{PATH}?fait=annule")


async def _changed(request: web.Request, location: str) -> web.Response:
    await refresh(request.app)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


async def _form(
    request: web.Request,
    form: dict[str, str],
    *,
    problems: dict[str, str] | None = None,
    event_id: str | None = None,
) -> web.Response:
    staff = await signed_in(request, Role.ADMINISTRATOR)
    known, registered = await _known(request) if event_id else (None, [])
    now = request.app[CLOCK]()
    return page(
        request,
        "admin_event.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        today=local_date(now),
        event=known,
        state=known.state(now) if known else State.DRAFT,
        messages=[_preview(request, known)] if known else [],
        done=request.query.get("fait", ""),
        when=_said(known) if known else "",
        registered=registered,
        form=form,
        problems=problems or {},
        regions=_regions(request),
    )


async def _known(request: web.Request) -> tuple[Event, list[Registration]]:
    try:
        return await events.one(request.app[DATABASE], request.match_info["event_id"])
    except UnknownEvent:
        raise web.HTTPNotFound from None


async def _read(request: web.Request) -> dict[str, str]:
    form = await read_form(request)
    return {name: form.get(name, "").strip() for name in FIELDS}


def _step(form: dict[str, str]) -> tuple[Step, str]:
    return STEPS.get(form["do"], STEPS["publish"])


def _draft(form: dict[str, str]) -> Draft:
    """The event that a form describes; `BadEvent` names the fields that cannot be read."""
    problems: dict[str, str] = {}
    if form["kind"] not in KINDS:
        problems["kind"] = "empty"
    starts = _moment(form["starts_on"], form["starts_at"])
    ends = _moment(form["ends_on"] or form["starts_on"], form["ends_at"])
    if starts is None:
        problems["starts_at"] = "date"
    if ends is None:
        problems["ends_at"] = "date"
    digits = form["capacity"]
    if not digits.isdecimal() or len(digits) > 6:
        problems["capacity"] = "capacity"
    if problems or starts is None or ends is None:
        raise BadEvent(problems)
    kind: Kind = "trip" if form["kind"] == "trip" else "session"
    return Draft(
        kind=kind,
        title=form["title"],
        region=form["region"],
        place=form["place"],
        starts_at=starts,
        ends_at=ends,
        capacity=int(digits),
        organizer=form["organizer"],
        description=form["description"],
        url=form["url"],
    )


def _moment(day: str, hour: str) -> datetime | None:
    """« 2026-12-12 » and « 09:00 » in Montréal's time."""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), MONTREAL)
    except (ValueError, OverflowError):
        return None


def _fields(known: Event) -> dict[str, str]:
    draft = known.draft
    starts, ends = draft.starts_at.astimezone(MONTREAL), draft.ends_at.astimezone(MONTREAL)
    return {
        "kind": draft.kind,
        "title": draft.title,
        "region": draft.region,
        "place": draft.place,
        "starts_on": starts.date().isoformat(),
        "starts_at": f"{starts:%H:%M}",
        "ends_on": ends.date().isoformat(),
        "ends_at": f"{ends:%H:%M}",
        "capacity": str(draft.capacity),
        "organizer": draft.organizer,
        "description": draft.description,
        "url": draft.url,
        "publish_on": local_date(known.announce_at).isoformat() if known.announce_at else "",
        "do": "",
    }


def _regions(request: web.Request) -> dict[str, str]:
    """The host regions by code."""
    return {
        place.region: place.name
        for place in request.app[GAZETTEER].host_regions()
        if place.region is not None
    }


def _preview(request: web.Request, known: Event) -> Shown:
    """How Marie lists it, as the actions do."""
    library = request.app[LIBRARY].current()
    event = events.published(known, Counts())
    lines = (library.phrase("trip_intro"), event_line(event, library), library.phrase("trip_how"))
    content = Content(text="\n\n".join(lines), topic="moving.trip")
    return drawn("Aperçu", content, request.app[CLOCK]())


def _said(known: Event) -> str:
    return event_when(events.published(known, Counts()))
