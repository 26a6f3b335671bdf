"""Staff signs in: the session cookie, the page for it, and the guard of every staff page.

The cookie holds a random token, the database its hash; the session lasts twelve hours and ends
with the password, the account or a click. Pages of the staff begin with `signed_in`: a test walks
all routes.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from aiohttp import web

from marie.domain.people import BadCredentials, Role, Staff, WeakPassword
from marie.services import accounts
from marie.web.forms import keep_cookie, read_form
from marie.web.keys import CLOCK, DATABASE, LIMITS
from marie.web.limits import SIGN_INS, TooMany
from marie.web.pages import TEMPLATES, page
from marie.web.requests import address

COOKIE = "marie_session"
SIGN_IN = "/console/connexion"
PASSWORD = "/console/mot-de-passe"  # noqa: S105 - an address
HOME = "/console/"

MAX_USERNAME = 100

_STAFF_PAGE = re.compile(r"/(?:console|admin)/[A-Za-z0-9/_-]*")

routes = web.RouteTableDef()


async def signed_in(
    request: web.Request, role: Role = Role.COUNSELLOR, *, one_time_password: bool = False
) -> Staff:
    """Who asks. Nobody: to the sign-in page; a password given for one use: to change it.

    Raises 403 when the role is not enough. A socket cannot be redirected: it gets 401.
    """
    staff = await who(request)
    if staff is None:
        raise _elsewhere(request, f"{SIGN_IN}?suite={_page_of(request)}")
    if staff.must_change_password and not one_time_password:
        raise _elsewhere(request, PASSWORD)
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
    """Right: a new session and on to the page; wrong: the form again, calmly."""
    app = request.app
    form = await read_form(request)
    following = staff_page(form.get("suite"))
    username = form.get("username", "")[:MAX_USERNAME]
    try:
        await app[LIMITS].take("sign_ins", address(request), SIGN_INS)
        token = await _open_session(request, username, form.get("password", ""))
    except TooMany as error:
        response = _sign_in_page(
            request,
            following=following,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            problem="too_many",
            username=username,
            wait=error.retry_after,
        )
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except BadCredentials:
        return _sign_in_page(
            request,
            following=following,
            status=HTTPStatus.UNAUTHORIZED,
            problem="credentials",
            username=username,
        )
    return _to(request, following, token)


async def _open_session(request: web.Request, username: str, password: str) -> str:
    if "\x00" in username:
        raise BadCredentials  # PostgreSQL cannot even look for it
    app = request.app
    token = await accounts.sign_in(
        app[DATABASE], username=username, password=password, clock=app[CLOCK]
    )
    if before := request.cookies.get(COOKIE):
        await accounts.sign_out(app[DATABASE], before)
    return token


def _to(request: web.Request, location: str, token: str) -> web.Response:
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
    keep_cookie(request, response, COOKIE, token, path="/", samesite="Lax")
    return response


@routes.post("/console/deconnexion")
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session."""
    await signed_in(request, one_time_password=True)
    await accounts.sign_out(request.app[DATABASE], request.cookies[COOKIE])
    response = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": SIGN_IN})
    response.del_cookie(COOKIE, path="/")
    return response


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
    token = await _open_session(request, staff.username, new)
    return _to(request, HOME, token)
