"""Staff signs in: the session cookie, the page for it, and the guard of every staff page.

The cookie holds a random token, the database its hash; the session lasts twelve hours and ends
with the password, the account or a click. Who has a second factor owes its code between the two
(`second_step`). Pages of the staff begin with `signed_in`: a test walks
all routes.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from math import ceil
from urllib.parse import urlencode

from aiohttp import web

from marie.domain.conversation import StaffId
from marie.domain.people import BadCredentials, Role, Staff
from marie.domain.slowing import SlowedDown
from marie.services import accounts, slowing
from marie.store import staff as store
from marie.web.browsers import (
    browser_name,
    counted_address,
    keep_device,
    known_device,
    short_address,
)
from marie.web.forms import keep_cookie, read_form
from marie.web.keys import CLOCK, DATABASE, HUB, LIMITS, SETTINGS, SIGNER
from marie.web.limits import SIGN_INS, TooMany
from marie.web.pages import TEMPLATES, page
from marie.web.requests import address
from marie.web.signing import BadSignature

COOKIE = "marie_session"
SIGN_IN = "/console/connexion"
CODE = "/console/connexion/code"
PASSWORD = "/console/mot-de-passe"  # noqa: S105 - an address
SECOND_FACTOR = "/console/compte/deuxieme-etape"
HOME = "/console/"

SECOND_COOKIE = "marie_second"
SECOND_STEP = timedelta(minutes=10)
"""For how long a right password waits for its code."""

MAX_USERNAME = 100

_STAFF_PAGE = re.compile(r"/(?:console|admin)/[A-Za-z0-9/_-]*")

routes = web.RouteTableDef()


async def signed_in(
    request: web.Request,
    role: Role = Role.COUNSELLOR,
    *,
    one_time_password: bool = False,
    setting_up: bool = False,
) -> Staff:
    """Who asks. Nobody: to the sign-in page; a password given for one use: to change it; a role
    that owes a second factor: to set it up.

    Raises 403 when the role is not enough. A socket cannot be redirected: it gets 401.
    """
    staff = await who(request)
    if staff is None:
        raise _elsewhere(request, f"{SIGN_IN}?suite={_page_of(request)}")
    if staff.must_change_password and not one_time_password:
        raise _elsewhere(request, PASSWORD)
    owed = staff.role.value in request.app[SETTINGS].second_factor_for and not staff.second_factor
    if owed and not (setting_up or one_time_password):
        raise _elsewhere(request, SECOND_FACTOR)
    if not staff.role.includes(role):
        template = request.app[TEMPLATES].get_template("forbidden.html")
        raise web.HTTPForbidden(text=template.render(staff=staff), content_type="text/html")
    return staff


async def who(request: web.Request) -> Staff | None:
    """Who the request's cookie says that it is."""
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    return await accounts.who(request.app[DATABASE], token, clock=request.app[CLOCK])


def _elsewhere(request: web.Request, location: str) -> web.HTTPException:
    if request.headers.get("Upgrade", "").lower() == "websocket":
        return web.HTTPUnauthorized(text="401")
    return web.HTTPSeeOther(location)


def _page_of(request: web.Request) -> str:
    """The page to come back to: after a lost session, a form's own page."""
    if request.method in ("GET", "HEAD"):
        return staff_page(request.path)
    conversation_id = request.match_info.get("conversation_id")
    return HOME if conversation_id is None else f"{HOME}conversations/{conversation_id}"


def staff_page(path: str | None) -> str:
    """`path` if it is a page of the staff on this host, else the console."""
    return path if path is not None and _STAFF_PAGE.fullmatch(path) else HOME


@routes.get(SIGN_IN)
async def ask_credentials(request: web.Request) -> web.StreamResponse:
    """The sign-in page."""
    following = staff_page(request.query.get("suite"))
    if await who(request) is not None:
        raise web.HTTPSeeOther(following)
    return _sign_in_page(request, following=following)


def _sign_in_page(
    request: web.Request,
    *,
    following: str,
    status: int = 200,
    problem: str = "",
    username: str = "",
    wait: int = 0,
) -> web.Response:
    return page(
        request,
        "sign_in.html",
        status=status,
        following=following,
        problem=problem,
        username=username,
        wait=wait,
    )


@routes.post(SIGN_IN)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Right: a new session, or the second step; wrong: the form again, calmly."""
    app = request.app
    form = await read_form(request)
    following = staff_page(form.get("suite"))
    username = form.get("username", "")[:MAX_USERNAME]

    def again(problem: str, status: int, wait: int = 0) -> web.Response:
        return _sign_in_page(
            request,
            following=following,
            status=status,
            problem=problem,
            username=username,
            wait=wait,
        )

    try:
        async with counted(request, username):
            staff = await accounts.check_password(
                app[DATABASE], username=username, password=form.get("password", "")
            )
    except TooMany as error:
        response = again("too_many", HTTPStatus.TOO_MANY_REQUESTS, error.retry_after)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except BadCredentials:
        return again("credentials", HTTPStatus.UNAUTHORIZED)
    if staff.second_factor:
        return ask_for_code(request, staff, following)
    return await let_in(request, staff, following)


@asynccontextmanager
async def counted(request: web.Request, username: str) -> AsyncIterator[None]:
    """One attempt to sign in to this account; `TooMany` when it comes too soon."""
    app = request.app
    device = known_device(request, username)
    await app[LIMITS].take("sign_ins", device or address(request), SIGN_INS)
    subjects = slowing.subjects(username, device=device, address=counted_address(request))
    if not app[SETTINGS].rate_limit:
        yield
        return
    try:
        async with slowing.attempt(app[DATABASE], subjects, clock=app[CLOCK]):
            yield
    except SlowedDown as error:
        raise TooMany(ceil(error.wait.total_seconds())) from error


async def let_in(request: web.Request, staff: Staff, location: str) -> web.Response:
    """A new session instead of the one that the browser had, and on to the page."""
    app = request.app
    token = await accounts.open_session(
        app[DATABASE],
        staff,
        clock=app[CLOCK],
        browser=browser_name(request),
        address=short_address(request),
        instead_of=request.cookies.get(COOKIE),
    )
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
    keep_cookie(request, response, COOKIE, token, path="/", samesite="Lax")
    keep_device(request, response, staff.username)
    return response


def ask_for_code(request: web.Request, staff: Staff, following: str) -> web.Response:
    """The password was right: on to the code, with a cookie that says so for a while."""
    expires = int((request.app[CLOCK]() + SECOND_STEP).timestamp())
    sealed = request.app[SIGNER].seal(_second_step(staff), f"{staff.id}-{expires}")
    query = urlencode({"suite": following})
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{CODE}?{query}"})
    keep_cookie(
        request, response, SECOND_COOKIE, sealed, path=CODE, samesite="Lax", lasts=SECOND_STEP
    )
    return response


async def halfway(request: web.Request) -> Staff | None:
    """Who gave the right password in this browser and owes the code."""
    sealed = request.cookies.get(SECOND_COOKIE, "")
    staff_id, _, rest = sealed.partition("-")
    async with request.app[DATABASE].read() as connection:
        staff = await store.by_id(connection, StaffId(staff_id)) if staff_id.isalnum() else None
    if staff is None or staff.disabled_at is not None or not staff.second_factor:
        return None
    try:
        request.app[SIGNER].opened(_second_step(staff), sealed)
    except BadSignature:
        return None
    expires = int(rest.partition(".")[0])
    return staff if request.app[CLOCK]().timestamp() < expires else None


def _second_step(staff: Staff) -> str:
    # Another password ends what the one before began.
    return f"second step {staff.password_hash}"


@routes.post("/console/deconnexion")
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session."""
    await signed_in(request, one_time_password=True)
    await accounts.sign_out(request.app[DATABASE], request.cookies[COOKIE])
    request.app[HUB].sessions_ended()
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": SIGN_IN})
    response.del_cookie(COOKIE, path="/")
    return response
