"""`/console/suivi`: what is next for each lead, the late ones first, decided in one click."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from http import HTTPStatus

from aiohttp import web

from marie.clock import MONTREAL, local_date
from marie.domain.conversation import ConversationId, NotOwner
from marie.domain.following import AlreadySettled, BadDate, Next, Outcome
from marie.domain.people import Role, Staff
from marie.services import follow_ups
from marie.store import access
from marie.store.conversations import UnknownConversation
from marie.web.appointment_voice import voice_of
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB, TERMS
from marie.web.pages import page
from marie.web.requests import known_form
from marie.web.sign_in import signed_in

PATH = "/console/suivi"
_ONE = PATH + "/{conversation_id}"
MORNING = time(9)
DAYS = {"1": 1, "3": 3, "7": 7, "30": 30}
"""The dates of one click, in days."""

routes = web.RouteTableDef()


@routes.get(PATH)
async def overview(request: web.Request) -> web.Response:
    """My leads by next date, those that nobody follows, and for a supervisor what is late."""
    return await _page(request)


@routes.post(_ONE)
async def plan(request: web.Request) -> web.Response:
    """Set what is next, and when."""
    staff = await signed_in(request)
    app, form = request.app, await read_form(request)
    try:
        conversation_id = await _seen(request, staff)
        at = _moment(form, app[CLOCK]())
        what = form.get("what") or Next.FOLLOW_UP.value
        if at is None or what not in {each.value for each in Next}:
            return await _page(request, problem="date")
        await follow_ups.plan(
            app[DATABASE],
            app[HUB],
            conversation_id,
            what=Next(what),
            at=at,
            by=staff,
            clock=app[CLOCK],
        )
    except BadDate:
        return await _page(request, problem="date")
    except AlreadySettled:
        return await _page(request, problem="settled")
    except UnknownConversation:
        return page(request, "gone.html", status=HTTPStatus.NOT_FOUND, staff=staff)
    return _back(conversation_id)


@routes.post(_ONE + "/rappel")
async def called_back(request: web.Request) -> web.Response:
    """She called, or wrote: the wish is fulfilled."""
    staff = await signed_in(request)
    app = request.app
    try:
        conversation_id = await _seen(request, staff)
        await follow_ups.called_back(
            app[DATABASE],
            app[HUB],
            conversation_id,
            by=staff,
            terms=app[TERMS],
            clock=app[CLOCK],
        )
    except AlreadySettled:
        return await _page(request, problem="settled")
    except NotOwner:
        return await _page(request, problem="talking")
    except UnknownConversation:
        return page(request, "gone.html", status=HTTPStatus.NOT_FOUND, staff=staff)
    return _back(conversation_id)


@routes.post(_ONE + "/issue")
async def settle(request: web.Request) -> web.Response:
    """The lead has ended."""
    staff = await signed_in(request)
    app = request.app
    outcome = (await read_form(request)).get("outcome", "")
    try:
        conversation_id = await _seen(request, staff)
        if outcome not in {each.value for each in Outcome}:
            return await _page(request, problem="outcome")
        await follow_ups.settle(
            app[DATABASE],
            app[HUB],
            conversation_id,
            outcome=Outcome(outcome),
            by=staff,
            terms=app[TERMS],
            voice=voice_of(app),
            clock=app[CLOCK],
        )
    except NotOwner:
        return await _page(request, problem="talking")
    except UnknownConversation:
        return page(request, "gone.html", status=HTTPStatus.NOT_FOUND, staff=staff)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": PATH})


async def _page(request: web.Request, *, problem: str = "") -> web.Response:
    staff = await signed_in(request)
    app = request.app
    now = app[CLOCK]()
    status = HTTPStatus.OK
    if problem:
        talking = problem in ("settled", "talking")
        status = HTTPStatus.CONFLICT if talking else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(
        request,
        "follow_ups.html",
        status=status,
        staff=staff,
        lists=await follow_ups.lists(app[DATABASE], staff, now=now),
        supervises=staff.role.includes(Role.SUPERVISOR),
        now=now,
        today=local_date(now),
        problem=problem,
    )


async def _seen(request: web.Request, staff: Staff) -> ConversationId:
    """The conversation of the address; `UnknownConversation` also for what she may not see."""
    conversation_id = ConversationId(known_form(request.match_info["conversation_id"]))
    async with request.app[DATABASE].read() as connection:
        await access.check_may_see(connection, staff, conversation_id)
    return conversation_id


def _moment(form: dict[str, str], now: datetime) -> datetime | None:
    """The morning of the day that a form names; today means by this evening."""
    today = local_date(now)
    if form.get("days") in DAYS:
        day = today + timedelta(days=DAYS[form["days"]])
    else:
        try:
            day = date.fromisoformat(form.get("day", ""))
        except ValueError:
            return None
    hour = MORNING if day != today else time(23, 59)
    try:
        return datetime.combine(day, hour, MONTREAL)
    except OverflowError:
        return None


def _back(conversation_id: str) -> web.Response:
    location = f"{PATH}#d{conversation_id}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
