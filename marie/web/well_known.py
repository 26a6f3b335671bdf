"""What robots and finders of weaknesses look for: `/robots.txt`, `/.well-known/security.txt`."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from marie.web.keys import CLOCK, SETTINGS

ROBOTS = """User-agent: *
Disallow: /admin
Disallow: /api/
Disallow: /chat/
Disallow: /console
Disallow: /orientation/
Disallow: /papers/
Disallow: /rendez-vous/
"""

GOOD_FOR = timedelta(days=180)
"""RFC 9116 wants an end less than a year away."""

routes = web.RouteTableDef()


@routes.get("/robots.txt")
async def robots(_request: web.Request) -> web.Response:
    """Nothing but the pages that anybody may find."""
    return web.Response(text=ROBOTS)


@routes.get("/.well-known/security.txt")
async def security(request: web.Request) -> web.Response:
    """Whom to tell of a weakness (RFC 9116); not there without a contact."""
    settings = request.app[SETTINGS]
    if settings.security_contact is None:
        raise web.HTTPNotFound
    expires = (request.app[CLOCK]() + GOOD_FOR).strftime("%Y-%m-%dT00:00:00Z")
    return web.Response(
        text=f"Contact: {settings.security_contact}\nExpires: {expires}\n"
        "Preferred-Languages: fr, en\n"
        f"Canonical: {settings.public_url.rstrip('/')}/.well-known/security.txt\n"
    )
