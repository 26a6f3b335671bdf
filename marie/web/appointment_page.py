"""`/rendez-vous/{token}`: a visitor reads, moves or cancels her appointment by a signed link.

Whoever has the link has the appointment and nothing else of the conversation. It works without a
script. Once the appointment is over or cancelled the link leads to a calm page that says so, as
often as it is used; one that is not ours, or whose conversation was erased, leads nowhere.
"""

from __future__ import annotations

from datetime import datetime, timezone
from http import HTTPStatus

from aiohttp import web

from marie.domain.appointments import SlotTaken, UnknownAppointment
from marie.knowledge import waiting_words
from marie.papers import calendar_file
from marie.services import meetings
from marie.services.meetings import Shown
from marie.store.conversations import UnknownConversation
from marie.web.appointment_voice import PATH, PURPOSE, calendar, desk_of
from marie.web.forms import read_form
from marie.web.keys import CLOCK, LIBRARY, LIMITS, SIGNER
from marie.web.limits import DOCUMENTS
from marie.web.pages import page
from marie.web.requests import address
from marie.web.signing import BadSignature

_LINK = PATH + r"/{token:[0-9a-f]{32}\.[0-9a-f]{64}}"
MAX_DIGITS = 14

routes = web.RouteTableDef()


@routes.get(_LINK)
async def show(request: web.Request) -> web.Response:
    """The appointment, and what may be done with it."""
    digits = request.query.get("page", "0")
    number = int(digits) if digits.isdecimal() and len(digits) < 4 else 0
    return await _page(request, number=number, done=request.query.get("fait", ""))


@routes.post(_LINK + "/deplacer")
async def move(request: web.Request) -> web.Response:
    """Take another moment; one that was taken meanwhile is said, and others are offered."""
    at = (await read_form(request)).get("at", "")
    if not at.isdecimal() or len(at) > MAX_DIGITS:
        return await _page(request, problem="choose")
    moment = datetime.fromtimestamp(int(at) / 1000, timezone.utc)
    try:
        await meetings.move(desk_of(request.app), await _opened(request), moment)
    except SlotTaken:
        return await _page(request, problem="taken")
    except (UnknownAppointment, UnknownConversation):
        return await _page(request)
    return _back(request, "deplace")


@routes.post(_LINK + "/annuler")
async def cancel(request: web.Request) -> web.Response:
    """Give it up; a second time changes nothing."""
    try:
        await meetings.cancel(desk_of(request.app), await _opened(request))
    except (UnknownAppointment, UnknownConversation):
        return await _page(request)
    return _back(request, "annule")


@routes.get(_LINK + "/rendez-vous.ics")
async def file(request: web.Request) -> web.Response:
    """The calendar file, as the appointment is now."""
    app = request.app
    try:
        shown = await meetings.read(desk_of(app), await _opened(request))
    except UnknownAppointment:
        return _gone(request, "unknown")
    known = shown.appointment
    data = calendar(app, known, shown.organization, hers=True)
    body = calendar_file.make(data, at=app[CLOCK](), sequence=known.changes, identity=known.id)
    return web.Response(
        body=body,
        content_type="text/calendar",
        charset="utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="rendez-vous.ics"',
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex, nofollow",
        },
    )


async def _opened(request: web.Request) -> str:
    """The appointment's id; `UnknownAppointment` when the link is none of ours."""
    await request.app[LIMITS].take("documents", address(request), DOCUMENTS)
    try:
        return request.app[SIGNER].opened(PURPOSE, request.match_info["token"])
    except BadSignature as error:
        raise UnknownAppointment from error


async def _page(
    request: web.Request, *, number: int = 0, problem: str = "", done: str = ""
) -> web.Response:
    app = request.app
    try:
        shown = await meetings.read(desk_of(app), await _opened(request), page=number)
    except UnknownAppointment:
        return _gone(request, "unknown")
    known = shown.appointment
    if known.cancelled_at is not None:
        return _gone(request, "cancelled", shown)
    if not known.is_to_come(app[CLOCK]()):
        return _gone(request, "over", shown)
    response = page(
        request,
        "appointment.html",
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        when=waiting_words.appointment_when(known),
        how=waiting_words.how(known, app[LIBRARY].current()),
        appointment=known,
        shown=shown,
        days=_by_day(shown),
        link=f"{PATH}/{request.match_info['token']}",
        number=number,
        problem=problem,
        done=done,
    )
    return _private(response)


def _by_day(shown: Shown) -> list[tuple[str, list[tuple[int, datetime]]]]:
    """Free moments by day, each as milliseconds and moment."""
    days: dict[str, list[tuple[int, datetime]]] = {}
    for slot in shown.slots:
        start = slot.starts_at
        said = waiting_words.day_said(start)
        days.setdefault(said, []).append((waiting_words.milliseconds(start), start))
    return list(days.items())


def _gone(request: web.Request, why: str, shown: Shown | None = None) -> web.Response:
    status = HTTPStatus.NOT_FOUND if why == "unknown" else HTTPStatus.GONE
    when = waiting_words.appointment_when(shown.appointment) if shown else ""
    return _private(page(request, "appointment_gone.html", status=status, why=why, when=when))


def _private(response: web.Response) -> web.Response:
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _back(request: web.Request, done: str) -> web.Response:
    location = f"{PATH}/{request.match_info['token']}?fait={done}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
