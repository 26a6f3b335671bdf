"""`/admin/equipe`: who belongs to the team, invitations, roles, and who leaves.

A supervisor sees her organisation and changes its counsellors; an administrator everybody.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from aiohttp import web

from marie.domain.conversation import StaffId
from marie.domain.messages import Content
from marie.domain.people import BadAccount, Role, Staff
from marie.domain.team import LastAdministrator, NotYours, Yourself, manages, roles_to_give
from marie.services import invitations, team
from marie.services.team import NoSuchMember
from marie.store import staff as store
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB, LIBRARY, SETTINGS
from marie.web.pages import page
from marie.web.sign_in import signed_in

PAGE = "/admin/equipe"
MEMBER = PAGE + "/{staff_id}"
NOBODY = "aucun"

routes = web.RouteTableDef()


@routes.get(PAGE)
async def show(request: web.Request) -> web.StreamResponse:
    """Everybody whom she sees, and the invitations that nobody used yet."""
    return await _team_page(request, await signed_in(request, Role.SUPERVISOR))


async def _team_page(
    request: web.Request, staff: Staff, *, status: int = 200, problem: str = "", **values: Any
) -> web.Response:
    app = request.app
    members = await team.members(app[DATABASE], staff)
    waiting = await invitations.waiting(app[DATABASE], by=staff, clock=app[CLOCK])
    names = await _organizations(request)
    return page(
        request,
        "team.html",
        status=status,
        **{
            "staff": staff,
            "members": members,
            "mine": {each.staff.id for each in members if manages(staff, each.staff)},
            "waiting": waiting,
            "names": names,
            "roles": [each.value for each in roles_to_give(staff)],
            "choices": _choices(staff, names),
            "problem": problem,
            "typed": {},
            "link": None,
            "done": request.query.get("fait", ""),
            "nobody": NOBODY,
            **values,
        },
    )


async def _organizations(request: web.Request) -> dict[str, str]:
    async with request.app[DATABASE].read() as connection:
        return await store.organizations(connection)


def _choices(staff: Staff, names: dict[str, str]) -> dict[str, str]:
    """The organisations to which she may put somebody."""
    if staff.role is Role.ADMINISTRATOR and staff.organization is None:
        return names
    return {staff.organization: names[staff.organization]} if staff.organization else {}


@routes.post(PAGE)
async def invite(request: web.Request) -> web.StreamResponse:
    """Invite somebody: the link is shown this once, and sent if there is an address."""
    staff = await signed_in(request, Role.SUPERVISOR)
    app = request.app
    form = await read_form(request)
    try:
        token = await invitations.invite(
            app[DATABASE],
            by=staff,
            name=form.get("name", ""),
            email=form.get("email", ""),
            role=_role(form),
            organization=_organization(form),
            clock=app[CLOCK],
        )
    except BadAccount as error:
        return await _team_page(request, staff, status=400, problem=error.field, typed=form)
    except NotYours:
        return await _team_page(request, staff, status=403, problem="not_yours", typed=form)
    return await _team_page(request, staff, link=_link(request, token), typed=form, done="invited")


def _link(request: web.Request, token: str) -> str:
    return request.app[SETTINGS].public_url.rstrip("/") + invitations.address_of(token)


def _role(form: dict[str, str]) -> Role:
    try:
        return Role(form.get("role", ""))
    except ValueError:
        raise BadAccount("role") from None


def _organization(form: dict[str, str]) -> str | None:
    chosen = form.get("organization", "")
    if not chosen or "\x00" in chosen:
        raise BadAccount("organization")
    return None if chosen == NOBODY else chosen


@routes.post(PAGE + "/invitations/retirer")
async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take an invitation back."""
    staff = await signed_in(request, Role.SUPERVISOR)
    which = (await read_form(request)).get("invitation", "").replace("\x00", "")
    try:
        await invitations.withdraw(request.app[DATABASE], which, by=staff, clock=request.app[CLOCK])
    except NotYours:
        return await _team_page(request, staff, status=403, problem="not_yours")
    return _to(PAGE, "retiree")


def _to(path: str, done: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{path}?fait={done}"})


@routes.get(MEMBER)
async def show_member(request: web.Request) -> web.StreamResponse:
    """One account: role, organisation, address, a new password, the end."""
    staff = await signed_in(request, Role.SUPERVISOR)
    return await _member_page(request, staff, await _member(request, staff))


async def _member(request: web.Request, staff: Staff) -> Staff:
    try:
        return await team.member(
            request.app[DATABASE], StaffId(request.match_info["staff_id"]), staff
        )
    except NoSuchMember:
        raise web.HTTPNotFound from None


async def _member_page(
    request: web.Request,
    staff: Staff,
    other: Staff,
    *,
    status: int = 200,
    problem: str = "",
    **values: Any,
) -> web.Response:
    names = await _organizations(request)
    return page(
        request,
        "team_member.html",
        status=status,
        **{
            "staff": staff,
            "other": other,
            "names": names,
            "roles": [each.value for each in roles_to_give(staff)],
            "choices": _choices(staff, names),
            "problem": problem,
            "email": other.email or "",
            "link": None,
            "done": request.query.get("fait", ""),
            "nobody": NOBODY,
            **values,
        },
    )


def _left(request: web.Request, name: str) -> Content:
    return Content(text=request.app[LIBRARY].current().phrase("counsellor_away", name=name))


@routes.post(MEMBER)
async def change(request: web.Request) -> web.StreamResponse:
    """Another role, organisation or address."""
    staff = await signed_in(request, Role.SUPERVISOR)
    other = await _member(request, staff)
    app = request.app
    form = await read_form(request)
    try:
        await team.change(
            app[DATABASE],
            app[HUB],
            other.id,
            by=staff,
            role=_role(form),
            organization=_organization(form),
            email=form.get("email", ""),
            said=lambda name: _left(request, name),
            clock=app[CLOCK],
        )
    except BadAccount as error:
        return await _member_page(
            request, staff, other, status=400, problem=error.field, email=form.get("email", "")
        )
    except (NotYours, Yourself):
        return await _member_page(request, staff, other, status=403, problem="not_yours")
    except LastAdministrator:
        return await _member_page(request, staff, other, status=409, problem="last")
    return _to(f"{PAGE}/{other.id}", "change")


@routes.post(MEMBER + "/mot-de-passe")
async def give_password_link(request: web.Request) -> web.StreamResponse:
    """A link for a new password, shown this once."""
    staff = await signed_in(request, Role.SUPERVISOR)
    other = await _member(request, staff)
    try:
        token = await invitations.give_password_link(
            request.app[DATABASE], other.id, by=staff, clock=request.app[CLOCK]
        )
    except invitations.LinkOver:
        return await _member_page(request, staff, other, status=409, problem="disabled")
    return await _member_page(request, staff, other, link=_link(request, token), done="password")


@routes.post(MEMBER + "/desactiver")
async def disable(request: web.Request) -> web.StreamResponse:
    """She cannot sign in any more; whoever talked with her waits for somebody else."""
    staff = await signed_in(request, Role.SUPERVISOR)
    other = await _member(request, staff)
    app = request.app
    try:
        await team.disable(
            app[DATABASE],
            app[HUB],
            other.id,
            by=staff,
            said=lambda name: _left(request, name),
            clock=app[CLOCK],
        )
    except LastAdministrator:
        return await _member_page(request, staff, other, status=409, problem="last")
    return _to(f"{PAGE}/{other.id}", "desactive")


@routes.post(MEMBER + "/activer")
async def enable(request: web.Request) -> web.StreamResponse:
    """She can sign in again."""
    staff = await signed_in(request, Role.SUPERVISOR)
    other = await _member(request, staff)
    await team.enable(request.app[DATABASE], other.id, by=staff, clock=request.app[CLOCK])
    return _to(f"{PAGE}/{other.id}", "active")


@routes.post(MEMBER + "/deuxieme-etape")
async def remove_second_factor(request: web.Request) -> web.StreamResponse:
    """For somebody who lost her telephone and her recovery codes."""
    staff = await signed_in(request, Role.SUPERVISOR)
    other = await _member(request, staff)
    await team.remove_second_factor(
        request.app[DATABASE], other.id, by=staff, clock=request.app[CLOCK]
    )
    request.app[HUB].sessions_ended()
    return _to(f"{PAGE}/{other.id}", "deuxieme")
