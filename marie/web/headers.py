"""Headers on every answer: a strict content policy, and cross-origin rules (CONTRACT "Addresses").

`/widget/*` and `/api/v1/*` answer any origin, or those that administrators list: they know bearer
tokens only, never cookies. Pages that know cookies accept a change only from themselves
(`same_origin`).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from marie.web.embedding import allowed_origin

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

NO_PAGE = "default-src 'none'; frame-ancestors 'none'"
"""For what is no page: data and scripts, which run under the policy of the page that asks."""

NO_DEVICES = ", ".join(
    f"{each}=()"
    for each in (
        *("accelerometer", "camera", "display-capture", "geolocation"),
        *("gyroscope", "microphone", "midi", "payment", "publickey-credentials-get", "usb"),
    )
)

_CROSS_ORIGIN = ("/widget/", "/api/v1/")


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer cross-origin pre-flights; refuse cross-site changes; add the headers."""
    cross_origin = request.path.startswith(_CROSS_ORIGIN)
    if cross_origin and request.method == "OPTIONS":
        response: web.StreamResponse = web.Response(status=204)
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, DELETE, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        response.headers["Access-Control-Max-Age"] = "86400"
    elif not cross_origin and request.method not in ("GET", "HEAD") and not same_origin(request):
        response = web.Response(status=403, text="403")
    else:
        try:
            response = await handler(request)
        except web.HTTPException as redirect_or_error:
            _add_headers(request, redirect_or_error, cross_origin=cross_origin)
            raise
    if not response.prepared:
        _add_headers(request, response, cross_origin=cross_origin)
    return response


def same_origin(request: web.Request) -> bool:
    """Whether a browser sent this from a page of ours. Other clients carry no such headers."""
    origin = request.headers.get("Origin")
    if origin is not None:
        try:
            return urlsplit(origin).netloc == request.host
        except ValueError:
            return False
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _add_headers(request: web.Request, response: web.StreamResponse, *, cross_origin: bool) -> None:
    headers = response.headers
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Permissions-Policy"] = NO_DEVICES
    headers.setdefault("Cache-Control", "no-store")
    if cross_origin:
        headers.setdefault("Content-Security-Policy", NO_PAGE)
        origin = allowed_origin(request)
        if origin is not None:
            headers["Access-Control-Allow-Origin"] = origin
        if origin != "*":
            headers["Vary"] = ", ".join(filter(None, (headers.get("Vary"), "Origin")))
        headers["Access-Control-Expose-Headers"] = "Retry-After"
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    else:
        headers["Content-Security-Policy"] = POLICY
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
