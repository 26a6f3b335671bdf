"""The second step of signing in: a code from an application, or a recovery code."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from marie.domain.people import BadCredentials
from marie.services import second_factor
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, SIGNER
from marie.web.limits import TooMany
from marie.web.pages import page
from marie.web.sign_in import CODE, SECOND_COOKIE, SIGN_IN, counted, halfway, let_in, staff_page

MAX_CODE = 40

routes = web.RouteTableDef()


def derive(request: web.Request) -> second_factor.Derive:
    """Makes secrets from seeds with this installation's key."""
    signer = request.app[SIGNER]
    return lambda seed: signer.derive("totp", seed)


@routes.get(CODE)
async def ask_code(request: web.Request) -> web.StreamResponse:
    """The page for the code; without a right password before it, the sign-in page."""
    if await halfway(request) is None:
        raise web.HTTPSeeOther(SIGN_IN)
    return _code_page(request, following=staff_page(request.query.get("suite")))


def _code_page(
    request: web.Request, *, following: str, status: int = 200, problem: str = "", wait: int = 0
) -> web.Response:
    return page(
        request,
        "sign_in_code.html",
        status=status,
        following=following,
        problem=problem,
        wait=wait,
    )


@routes.post(CODE)
async def check_code(request: web.Request) -> web.StreamResponse:
    """Right: a new session; wrong: the page again."""
    staff = await halfway(request)
    if staff is None:
        raise web.HTTPSeeOther(SIGN_IN)
    form = await read_form(request)
    following = staff_page(form.get("suite"))
    try:
        async with counted(request, staff.username):
            await second_factor.check(
                request.app[DATABASE],
                staff,
                form.get("code", "")[:MAX_CODE],
                derive=derive(request),
                clock=request.app[CLOCK],
            )
    except TooMany as error:
        response = _code_page(
            request,
            following=following,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            problem="too_many",
            wait=error.retry_after,
        )
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except BadCredentials:
        return _code_page(
            request, following=following, status=HTTPStatus.UNAUTHORIZED, problem="code"
        )
    response = await let_in(request, staff, following)
    response.del_cookie(SECOND_COOKIE, path=CODE)
    return response
