"""`/console/compte`: one's own account: e-mail, password, second step, signed-in browsers."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import segno
from aiohttp import web

from marie.domain.people import BadAccount, BadCredentials, Role, Staff, WeakPassword
from marie.services import accounts, second_factor
from marie.services.invitations import checked_email
from marie.store import second_factor as factors
from marie.store import staff as store
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB, LIMITS
from marie.web.limits import SIGN_INS, TooMany
from marie.web.pages import page
from marie.web.second_step import MAX_CODE, derive
from marie.web.sign_in import COOKIE, HOME, PASSWORD, SECOND_FACTOR, let_in, signed_in

ACCOUNT = "/console/compte"

URGED = (Role.SUPERVISOR, Role.ADMINISTRATOR)
"""Whose page asks for a second step until there is one."""

routes = web.RouteTableDef()


@routes.get(ACCOUNT)
async def show(request: web.Request) -> web.StreamResponse:
    """One's account."""
    return await _account_page(request, await signed_in(request))


async def _account_page(
    request: web.Request, staff: Staff, *, status: int = 200, problem: str = "", **values: Any
) -> web.Response:
    app = request.app
    async with app[DATABASE].read() as connection:
        codes = await factors.codes_left(connection, staff.id)
        sessions = await store.sessions(connection, staff.id, at=app[CLOCK]())
        names = await store.organizations(connection)
    return page(
        request,
        "account.html",
        status=status,
        **{
            "staff": staff,
            "problem": problem,
            "wait": 0,
            "email": staff.email or "",
            "organization": names.get(staff.organization or ""),
            "codes": codes,
            "sessions": sessions,
            "current": accounts.hash_session(request.cookies[COOKIE]),
            "urged": staff.role in URGED and not staff.second_factor,
            "done": request.query.get("fait", ""),
            **values,
        },
    )


@routes.post(ACCOUNT)
async def change_email(request: web.Request) -> web.StreamResponse:
    """Where she gets e-mail."""
    staff = await signed_in(request)
    app = request.app
    typed = (await read_form(request)).get("email", "")
    try:
        email = checked_email(typed)
    except BadAccount:
        return await _account_page(request, staff, status=400, problem="email", email=typed)
    async with app[DATABASE].write() as connection:
        await store.set_email(connection, staff.id, email)
        await store.record(
            connection, at=app[CLOCK](), staff_id=staff.id, action="email_changed", subject=staff.id
        )
    return _back("courriel")


def _back(done: str) -> web.Response:
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{ACCOUNT}?fait={done}"})


@routes.post(ACCOUNT + "/sessions")
async def end_sessions(request: web.Request) -> web.StreamResponse:
    """Sign one browser of hers out, or all but this one."""
    staff = await signed_in(request)
    app = request.app
    which = (await read_form(request)).get("session", "")
    async with app[DATABASE].write() as connection:
        if which == "autres":
            this = accounts.hash_session(request.cookies[COOKIE])
            await store.close_sessions(connection, staff.id, but=this)
        else:
            await store.close_session_of(connection, staff.id, which.replace("\x00", ""))
        await store.record(
            connection, at=app[CLOCK](), staff_id=staff.id, action="session_ended", subject=staff.id
        )
    app[HUB].sessions_ended()
    return _back("session")


# The second step


@routes.get(SECOND_FACTOR)
async def set_up(request: web.Request) -> web.StreamResponse:
    """The square to scan, the key to type, and the field for a first code."""
    staff = await signed_in(request, setting_up=True)
    return await _set_up_page(request, staff)


async def _set_up_page(
    request: web.Request, staff: Staff, *, status: int = 200, problem: str = "", wait: int = 0
) -> web.Response:
    try:
        secret = await second_factor.begin(request.app[DATABASE], staff, derive=derive(request))
    except second_factor.AlreadyOn:
        raise web.HTTPSeeOther(ACCOUNT) from None
    square = segno.make(second_factor.address(secret, staff), error="m")
    return page(
        request,
        "second_factor.html",
        status=status,
        staff=staff,
        problem=problem,
        wait=wait,
        required=not staff.second_factor and staff.role in URGED,
        key=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        square=square.svg_data_uri(scale=5, border=4, dark="#000", light="#fff"),
    )


@routes.post(SECOND_FACTOR)
async def switch_on(request: web.Request) -> web.StreamResponse:
    """A first code was right: the recovery codes, once. Other browsers are signed out."""
    staff = await signed_in(request, setting_up=True)
    app = request.app
    code = (await read_form(request)).get("code", "")[:MAX_CODE]
    try:
        await app[LIMITS].take("passwords", staff.id, SIGN_INS)
        codes = await second_factor.confirm(
            app[DATABASE], staff, code, derive=derive(request), clock=app[CLOCK]
        )
    except TooMany as error:
        return await _set_up_page(
            request,
            staff,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            problem="too_many",
            wait=error.retry_after,
        )
    except BadCredentials:
        return await _set_up_page(request, staff, status=400, problem="code")
    except second_factor.AlreadyOn:
        raise web.HTTPSeeOther(ACCOUNT) from None
    async with app[DATABASE].write() as connection:
        this = accounts.hash_session(request.cookies[COOKIE])
        await store.close_sessions(connection, staff.id, but=this)
    app[HUB].sessions_ended()
    return _codes_page(request, staff, codes, new=True)


def _codes_page(
    request: web.Request, staff: Staff, codes: Sequence[str], *, new: bool
) -> web.Response:
    return page(request, "recovery_codes.html", staff=staff, codes=codes, new=new)


@routes.post(ACCOUNT + "/codes")
async def other_codes(request: web.Request) -> web.StreamResponse:
    """Other recovery codes, for the password."""
    staff = await signed_in(request)
    app = request.app
    password = (await read_form(request)).get("password", "")
    try:
        await app[LIMITS].take("passwords", staff.id, SIGN_INS)
        codes = await second_factor.new_codes(app[DATABASE], staff, password, clock=app[CLOCK])
    except (TooMany, BadCredentials) as error:
        return await _refused(request, staff, error, "codes")
    return _codes_page(request, staff, codes, new=False)


@routes.post(SECOND_FACTOR + "/arret")
async def switch_off(request: web.Request) -> web.StreamResponse:
    """No second step any more, for the password."""
    staff = await signed_in(request)
    app = request.app
    password = (await read_form(request)).get("password", "")
    try:
        await app[LIMITS].take("passwords", staff.id, SIGN_INS)
        await second_factor.switch_off(app[DATABASE], staff, password, clock=app[CLOCK])
    except (TooMany, BadCredentials) as error:
        return await _refused(request, staff, error, "off")
    return _back("arret")


async def _refused(
    request: web.Request, staff: Staff, error: TooMany | BadCredentials, where: str
) -> web.Response:
    if isinstance(error, TooMany):
        return await _account_page(
            request,
            staff,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            problem=f"{where}_too_many",
            wait=error.retry_after,
        )
    return await _account_page(
        request, staff, status=HTTPStatus.UNAUTHORIZED, problem=f"{where}_credentials"
    )


# The password


@routes.get(PASSWORD)
async def ask_password(request: web.Request) -> web.StreamResponse:
    """The page to change one's password."""
    staff = await signed_in(request, one_time_password=True)
    return _password_page(request, staff)


def _password_page(
    request: web.Request, staff: Staff, *, status: int = 200, problem: str = "", wait: int = 0
) -> web.Response:
    return page(
        request,
        "password.html",
        status=status,
        staff=staff,
        problem=problem,
        wait=wait,
        shortest=accounts.MIN_PASSWORD,
    )


@routes.post(PASSWORD)
async def change_password(request: web.Request) -> web.StreamResponse:
    """Replace the password; every other session of the account ends."""
    staff = await signed_in(request, one_time_password=True)
    app = request.app
    form = await read_form(request)
    current, new = form.get("current", ""), form.get("new", "")

    def again(problem: str, *, status: int = 400, wait: int = 0) -> web.Response:
        return _password_page(request, staff, status=status, problem=problem, wait=wait)

    if new != form.get("again"):
        return again("different")
    if new == current:
        return again("same")
    try:
        await app[LIMITS].take("passwords", staff.id, SIGN_INS)
        await accounts.change_password(
            app[DATABASE], staff, current=current, new=new, clock=app[CLOCK]
        )
    except TooMany as error:
        return again("too_many", status=HTTPStatus.TOO_MANY_REQUESTS, wait=error.retry_after)
    except BadCredentials:
        return again("credentials", status=HTTPStatus.UNAUTHORIZED)
    except WeakPassword:
        return again("weak")
    app[HUB].sessions_ended()
    return await let_in(request, staff, HOME)
