"""`/admin/registres/incidents`: the register of incidents of confidentiality."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from marie.clock import local_date
from marie.domain.incidents import MAX_PERSONS, BadIncident, Draft, Incident, Risk
from marie.domain.people import Role
from marie.knowledge.spreadsheet import to_csv
from marie.services import incidents
from marie.store import incidents as store
from marie.store.incidents import UnknownIncident
from marie.web.figure_labels import INCIDENT_COLUMNS, RISKS
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE
from marie.web.pages import page
from marie.web.privacy import privacy_of
from marie.web.registers import csv_file
from marie.web.sign_in import signed_in

PATH = "/admin/registres/incidents"
FIELDS = tuple(Draft.__dataclass_fields__)

routes = web.RouteTableDef()


@routes.get(PATH)
async def register(request: web.Request) -> web.StreamResponse:
    """Every incident, and who must still be told."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    async with request.app[DATABASE].read() as connection:
        found = await store.all_incidents(connection)
    return page(
        request,
        "register_incidents.html",
        staff=staff,
        at="incidents",
        found=found,
        privacy=privacy_of(request.app),
        risks=RISKS,
        today=local_date(request.app[CLOCK]()),
    )


@routes.get(PATH + ".csv")
async def as_csv(request: web.Request) -> web.StreamResponse:
    """The register as a table for spreadsheets."""
    await signed_in(request, Role.ADMINISTRATOR)
    async with request.app[DATABASE].read() as connection:
        found = await store.all_incidents(connection)
    rows = [
        (
            *(each.draft.known_on, each.draft.happened_on, each.draft.what, each.draft.data),
            *(each.draft.persons, RISKS[each.draft.risk.value], each.draft.risk_because),
            *(each.draft.measures, each.draft.commission_on, each.draft.persons_on),
        )
        for each in found
    ]
    return csv_file(to_csv(INCIDENT_COLUMNS, rows), "incidents.csv")


@routes.get(PATH + "/nouveau")
async def blank(request: web.Request) -> web.StreamResponse:
    """An empty form."""
    today = local_date(request.app[CLOCK]()).isoformat()
    typed = dict.fromkeys(FIELDS, "")
    return await _form(
        request, {**typed, "known_on": today, "happened_on": today, "risk": Risk.UNKNOWN.value}
    )


@routes.post(PATH)
async def add(request: web.Request) -> web.StreamResponse:
    """Add an incident; what is wrong is said, and what was typed is kept."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    typed = await _typed(request)
    app = request.app
    try:
        await incidents.add(app[DATABASE], _draft(typed), by=staff, clock=app[CLOCK])
    except BadIncident as error:
        return await _form(request, typed, problems=error.problems)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": PATH})


@routes.get(PATH + "/{incident_id}")
async def one(request: web.Request) -> web.StreamResponse:
    """An incident's form."""
    await signed_in(request, Role.ADMINISTRATOR)
    incident = await _load(request)
    typed = {name: _written(getattr(incident.draft, name)) for name in FIELDS}
    return await _form(request, typed, incident=incident)


@routes.post(PATH + "/{incident_id}")
async def change(request: web.Request) -> web.StreamResponse:
    """Write an incident anew."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    typed = await _typed(request)
    app = request.app
    incident = await _load(request)
    try:
        await incidents.change(
            app[DATABASE], incident.id, _draft(typed), by=staff, clock=app[CLOCK]
        )
    except BadIncident as error:
        return await _form(request, typed, incident=incident, problems=error.problems)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": PATH})


async def _load(request: web.Request) -> Incident:
    async with request.app[DATABASE].read() as connection:
        try:
            return await store.load(connection, request.match_info["incident_id"])
        except UnknownIncident:
            raise web.HTTPNotFound from None


async def _typed(request: web.Request) -> dict[str, str]:
    form = await read_form(request)
    return {name: form.get(name, "").replace("\x00", "").strip() for name in FIELDS}


def _draft(typed: Mapping[str, str]) -> Draft:
    """What was typed; what cannot even be read is left for `check` to refuse."""
    persons = typed["persons"]
    whole = persons.isdecimal() and len(persons) <= len(str(MAX_PERSONS))
    risk = typed["risk"] if typed["risk"] in RISKS else Risk.UNKNOWN.value
    return Draft(
        happened_on=typed["happened_on"],
        known_on=typed["known_on"],
        what=typed["what"],
        data=typed["data"],
        persons=None if not persons else int(persons) if whole else -1,
        risk=Risk(risk),
        risk_because=typed["risk_because"],
        measures=typed["measures"],
        commission_on=typed["commission_on"] or None,
        persons_on=typed["persons_on"] or None,
    )


def _written(value: object) -> str:
    if isinstance(value, Risk):
        return value.value
    return "" if value is None else str(value)


async def _form(
    request: web.Request,
    typed: Mapping[str, str],
    *,
    incident: Incident | None = None,
    problems: Mapping[str, str] | None = None,
) -> web.Response:
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return page(
        request,
        "register_incident.html",
        status=HTTPStatus.BAD_REQUEST if problems else HTTPStatus.OK,
        staff=staff,
        at="incidents",
        typed=typed,
        incident=incident,
        problems=problems or {},
        privacy=privacy_of(request.app),
        risks=RISKS,
        today=local_date(request.app[CLOCK]()),
    )
