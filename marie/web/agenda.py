"""`/console/rendez-vous`: when a counsellor receives, and whom."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from marie.clock import local_date
from marie.domain.appointments import BadAgenda, SlotTaken, UnknownAppointment
from marie.language.typography import WEEKDAYS
from marie.services import meetings
from marie.store import appointments
from marie.store.conversations import UnknownConversation
from marie.web import agenda_form
from marie.web.appointment_voice import desk_of
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE
from marie.web.pages import page
from marie.web.sign_in import signed_in

PATH = "/console/rendez-vous"
_ONE = PATH + "/{appointment_id:[0-9a-f]{32}}"
MAX_FIELD = 300

routes = web.RouteTableDef()


@routes.get(PATH)
async def overview(request: web.Request) -> web.Response:
    """Appointments to come, and the hours."""
    return await _page(request)


@routes.post(PATH)
async def save(request: web.Request) -> web.Response:
    """Hours from now on; what cannot be read is shown again with what was typed."""
    staff = await signed_in(request)
    form = {name: value[:MAX_FIELD] for name, value in (await read_form(request)).items()}
    try:
        agenda = agenda_form.read_agenda(form, staff.id)
        await meetings.save_agenda(desk_of(request.app), agenda, by=staff)
    except BadAgenda as error:
        return await _page(request, form=form, problems=error.problems)
    return _back("?fait=heures")


@routes.post(_ONE + "/annuler")
async def cancel(request: web.Request) -> web.Response:
    """The counsellor cannot: the visitor is told, and offered other moments."""
    staff = await signed_in(request)
    try:
        appointment_id = request.match_info["appointment_id"]
        await meetings.cancel(desk_of(request.app), appointment_id, by=staff)
    except (UnknownAppointment, UnknownConversation):
        return await _page(request, problem="gone")
    return _back("?fait=annule")


@routes.post(_ONE + "/prendre")
async def take_over(request: web.Request) -> web.Response:
    """Receive somebody whose counsellor left."""
    staff = await signed_in(request)
    try:
        appointment_id = request.match_info["appointment_id"]
        await meetings.take_over(desk_of(request.app), appointment_id, by=staff)
    except SlotTaken:
        return await _page(request, problem="busy")
    except (UnknownAppointment, UnknownConversation):
        return await _page(request, problem="gone")
    return _back(f"#r{appointment_id}")


async def _page(
    request: web.Request,
    *,
    form: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    problem: str = "",
) -> web.Response:
    staff = await signed_in(request)
    app = request.app
    now = app[CLOCK]()
    async with app[DATABASE].read() as connection:
        agenda = await appointments.agenda_of(connection, staff.id)
        coming = await appointments.coming(
            connection, since=now, staff_id=staff.id, organization=staff.organization
        )
    stands = agenda_form.empty() if agenda is None else agenda_form.fields(agenda)
    if form is not None:
        # What was typed, also where a box was left empty.
        kept = {name: "" for name in stands if not name.startswith("means-")}
        stands = {**kept, **form}
    status = HTTPStatus.OK
    if problems:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif problem:
        status = HTTPStatus.CONFLICT
    return page(
        request,
        "agenda.html",
        status=status,
        staff=staff,
        now=now,
        today=local_date(now),
        mine=[each for each in coming if each.staff_id == staff.id],
        orphans=[each for each in coming if each.staff_id is None],
        receives=agenda is not None,
        form=stands,
        rows=agenda_form.rows(stands),
        weekdays=list(enumerate(WEEKDAYS)),
        problems=problems or {},
        problem=problem,
        done=request.query.get("fait", ""),
    )


def _back(tail: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{PATH}{tail}"})
