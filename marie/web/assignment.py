"""`/admin/repartition`: which organisation got which lead and why, and the quotas."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import accumulate

from aiohttp import web

from marie.clock import local_date
from marie.domain.assignment import (
    MAX_QUOTA,
    AllQuotasZero,
    BadQuota,
    OrganizationId,
    UnknownOrganization,
)
from marie.domain.conversation import ConversationId
from marie.domain.people import Role, Staff
from marie.services import assignment
from marie.store import access
from marie.web import assignment_chart
from marie.web.console import CONVERSATION, about_conversation
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB, TERMS
from marie.web.pages import page
from marie.web.problems import Problem
from marie.web.requests import whole_number
from marie.web.sign_in import signed_in

PAGE = "/admin/repartition"
SHOWN = 25
"""Decisions of a page, the latest first."""

FIELD = "quota-"
MAX_DIGITS = 10

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Row:
    """An organisation in the table."""

    id: OrganizationId
    name: str
    quota: str
    share: float
    places: int
    deviation: float
    held: int


@routes.get(PAGE)
async def ledger(request: web.Request) -> web.StreamResponse:
    """The accounts, the chart and every decision in a sentence."""
    return await _ledger_page(request)


@routes.post(PAGE)
async def set_quotas(request: web.Request) -> web.StreamResponse:
    """Quotas from now on; what is wrong is said, and what was typed is kept."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    form = await read_form(request)
    typed = {
        name.removeprefix(FIELD): value.strip()
        for name, value in form.items()
        if name.startswith(FIELD)
    }
    quotas = {
        name: int(value) if value.isdecimal() and len(value) < MAX_DIGITS else value
        for name, value in typed.items()
    }
    try:
        await assignment.set_quotas(
            request.app[DATABASE], quotas, by=staff, clock=request.app[CLOCK]
        )
    except AllQuotasZero:
        return await _ledger_page(request, problem="all_zero", typed=typed)
    except BadQuota:
        return await _ledger_page(request, problem="bad", typed=typed)
    except UnknownOrganization:
        return await _ledger_page(request, problem="unknown", typed=typed)
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": PAGE})


@routes.post(CONVERSATION + "/organisme")
@about_conversation
async def reassign(
    request: web.Request, staff: Staff, conversation_id: ConversationId
) -> web.StreamResponse:
    """A supervisor moves a lead to another organisation; the ledger makes it good."""
    await signed_in(request, Role.SUPERVISOR)
    app = request.app
    to = (await read_form(request)).get("organization", "")
    try:
        await assignment.reassign(
            app[DATABASE],
            app[HUB],
            conversation_id,
            to,
            by=staff,
            clock=app[CLOCK],
            terms=app[TERMS],
        )
    except (UnknownOrganization, assignment.NoSuchLead):
        raise Problem("no_organization") from None
    async with app[DATABASE].read() as connection:
        hers = await access.may_see(connection, staff, conversation_id)
    location = f"/console/conversations/{conversation_id}" if hers else "/console/"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


async def _ledger_page(
    request: web.Request, *, problem: str = "", typed: dict[str, str] | None = None
) -> web.Response:
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    shown = await assignment.overview(app[DATABASE])
    accounts = accumulate(
        shown.decided,
        lambda account, entry: account.after(
            entry.kind, entry.organization, moved_from=entry.moved_from
        ),
        initial=shown.before,
    )
    typed = typed or {}
    account = shown.account
    latest = shown.decided[::-1]
    last = max(1, -(-len(latest) // SHOWN))
    number = max(1, whole_number(request, "page", 1, most=last))
    return page(
        request,
        "assignment.html",
        status=HTTPStatus.BAD_REQUEST if problem else HTTPStatus.OK,
        staff=staff,
        today=local_date(app[CLOCK]()),
        problem=problem,
        most=MAX_QUOTA,
        period=shown.period,
        names=shown.names,
        rows=[
            Row(
                id=each,
                name=name,
                quota=typed.get(each, str(account.quotas.get(each, 0))),
                share=float(account.share(each)),
                places=account.places.get(each, 0),
                deviation=float(account.deviation(each)),
                held=account.held(each),
            )
            for each, name in shown.names.items()
        ],
        entries=latest[(number - 1) * SHOWN : number * SHOWN],
        number=number,
        last=last,
        chart=assignment_chart.draw(accounts),
    )
