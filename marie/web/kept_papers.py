"""`/papers/…`: the moving plan under a link that a visitor keeps.

The page of a signed address offers to keep a link. The link works for months, for whoever has it,
and is erased from its own page or with the conversation.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from marie.clock import local_date
from marie.services import papers
from marie.web import plan_page
from marie.web.documents import opened, send
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, LIMITS
from marie.web.limits import DOCUMENTS
from marie.web.pages import page
from marie.web.problems import Problem
from marie.web.requests import address

PATH = "/papers"
_LINK = PATH + r"/{token:[\w-]{32}}"

routes = web.RouteTableDef()


@routes.post(f"{PATH}/")
async def keep(request: web.Request) -> web.Response:
    """Make a link for the plan of a signed address that still holds."""
    app = request.app
    await app[LIMITS].take("documents", address(request), DOCUMENTS)
    signed = urlsplit((await read_form(request)).get("document", ""))
    query = {name: values[0] for name, values in parse_qs(signed.query).items()}
    where = opened(app, signed.path, query)
    token = await papers.keep(
        app[DATABASE],
        where.conversation_id,
        seq=where.seq,
        number=where.number,
        clock=app[CLOCK],
    )
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": f"{PATH}/{token}"})


@routes.get(_LINK)
async def show(request: web.Request) -> web.Response:
    """The plan of a kept link."""
    kept = await _follow(request)
    link = f"{PATH}/{request.match_info['token']}"
    return plan_page.draw(
        request,
        kept.message,
        kept.number,
        files={kind: f"{link}/plan.{kind}" for kind in plan_page.FORMATS},
        link=link,
        until=local_date(kept.expires_at),
    )


@routes.get(_LINK + "/plan.{format:pdf|txt|ics}")
async def file(request: web.Request) -> web.Response:
    """A file of a kept link."""
    kept = await _follow(request)
    kind = request.match_info["format"]
    return await send(request.app, kept.conversation_id, kept.message, kept.number, kind)


@routes.post(_LINK + "/effacer")
async def forget(request: web.Request) -> web.Response:
    """Erase the link."""
    await papers.forget(request.app[DATABASE], request.match_info["token"])
    return page(request, "plan_forgotten.html")


async def _follow(request: web.Request) -> papers.KeptPaper:
    app = request.app
    await app[LIMITS].take("documents", address(request), DOCUMENTS)
    try:
        return await papers.follow(app[DATABASE], request.match_info["token"], clock=app[CLOCK])
    except papers.UnknownLink as error:
        raise Problem("kept_link") from error
