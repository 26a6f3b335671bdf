"""To be filled."""

from aiohttp import web

routes = web.RouteTableDef()
