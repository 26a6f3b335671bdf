"""On which sites the widget may stand: all, or those that administrators list (CONTRACT
"Addresses"). Our own site always may: no list can lock out the page on which it is tried.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from marie.web.keys import CONFIGURED, SETTINGS
from marie.web.problems import Problem

API = "/api/v1/"


def allowed_origin(request: web.Request) -> str | None:
    """What `Access-Control-Allow-Origin` says: "*" without a list; None for a site that is not
    on it."""
    if not request.app[CONFIGURED].current().sites.hosts:
        return "*"
    origin = request.headers.get("Origin")
    return origin if origin and _is_listed(request, origin) else None


def is_embedded_elsewhere(request: web.Request) -> bool:
    """Whether the page that asks, as its browser tells, is of a site that is not on the list."""
    told = request.headers.get("Origin") or request.headers.get("Referer")
    return told is not None and not _is_listed(request, told)


def _is_listed(request: web.Request, address: str) -> bool:
    try:
        host = urlsplit(address).netloc.lower()
    except ValueError:
        host = ""
    own = {request.host.lower(), urlsplit(request.app[SETTINGS].public_url).netloc.lower()}
    return host in own or request.app[CONFIGURED].current().sites.allows(host)


@web.middleware
async def listed_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a browser's request to the API from a site that is not on the list."""
    from_a_page = request.path.startswith(API) and bool(request.headers.get("Origin"))
    if from_a_page and is_embedded_elsewhere(request):
        raise Problem("site")
    return await handler(request)
