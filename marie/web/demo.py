"""The demonstration page with the widget, in the manner of a host site."""

from __future__ import annotations

from aiohttp import web

from marie.web.pages import page

routes = web.RouteTableDef()


@routes.get("/")
async def demo(request: web.Request) -> web.Response:
    """A partner's page with one line more: the widget's script."""
    return page(request, "demo.html")
