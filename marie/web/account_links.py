"""`/console/lien/…`: who was invited makes her account, who lost her password chooses another."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from marie.domain.people import BadAccount, UsernameTaken, WeakPassword
from marie.services import accounts, invitations
from marie.services.invitations import LinkOver, Opened
from marie.store.account_links import Kind
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB, LIMITS
from marie.web.limits import SIGN_INS, TooMany
from marie.web.pages import page
from marie.web.requests import address
from marie.web.sign_in import HOME, MAX_USERNAME, ask_for_code, let_in

LINK = "/console/lien/{token}"

routes = web.RouteTableDef()


@routes.get(LINK)
async def open_link(request: web.Request) -> web.StreamResponse:
    """The form that the link is for, or a calm page when it is over."""
    try:
        opened = await _opened(request)
    except LinkOver:
        return _over(request)
    name = opened.link.name or ""
    return _link_page(request, opened, name=name, username=opened.link.email or "")


async def _opened(request: web.Request) -> Opened:
    return await invitations.open_link(
        request.app[DATABASE], request.match_info["token"], clock=request.app[CLOCK]
    )


def _over(request: web.Request) -> web.Response:
    return page(request, "account_link_over.html", status=HTTPStatus.GONE)


def _link_page(
    request: web.Request,
    opened: Opened,
    *,
    name: str = "",
    username: str = "",
    problem: str = "",
    wait: int = 0,
    status: int = 200,
) -> web.Response:
    return page(
        request,
        "account_link.html",
        status=status,
        invited=opened.link.kind is Kind.INVITATION,
        link=opened.link,
        known=opened.username,
        organization=opened.organization,
        path=request.path,
        name=name,
        username=username,
        problem=problem,
        wait=wait,
        shortest=accounts.MIN_PASSWORD,
    )


@routes.post(LINK)
async def use_link(request: web.Request) -> web.StreamResponse:
    """Make the account or replace the password, and let her in. What is wrong is said in place."""
    try:
        opened = await _opened(request)
        return await _use(request, opened)
    except LinkOver:
        return _over(request)


async def _use(request: web.Request, opened: Opened) -> web.StreamResponse:
    app, token = request.app, request.match_info["token"]
    form = await read_form(request)
    name, username = form.get("name", ""), form.get("username", "")[:MAX_USERNAME]
    password = form.get("password", "")

    def again(problem: str, *, status: int = 400, wait: int = 0) -> web.Response:
        return _link_page(
            request,
            opened,
            name=name,
            username=username,
            problem=problem,
            wait=wait,
            status=status,
        )

    if password != form.get("again"):
        return again("different")
    try:
        await app[LIMITS].take("account_links", address(request), SIGN_INS)
        if opened.link.kind is Kind.INVITATION:
            staff = await invitations.join(
                app[DATABASE],
                token,
                username=username,
                name=name,
                password=password,
                clock=app[CLOCK],
            )
        else:
            staff = await invitations.replace_password(
                app[DATABASE], token, password=password, clock=app[CLOCK]
            )
            app[HUB].sessions_ended()
    except TooMany as error:
        return again("too_many", status=HTTPStatus.TOO_MANY_REQUESTS, wait=error.retry_after)
    except WeakPassword:
        return again("weak")
    except UsernameTaken:
        return again("taken", status=HTTPStatus.CONFLICT)
    except BadAccount as error:
        return again(error.field)
    if staff.second_factor:
        return ask_for_code(request, staff, HOME)
    return await let_in(request, staff, HOME)
