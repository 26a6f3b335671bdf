"""`/admin/`, what errors reported by visitors, dead links and unverified contacts say of cards."""

from __future__ import annotations

from http import HTTPStatus

from aiohttp import web

from marie.domain.people import Role
from marie.services import links, reports
from marie.store import card_lists
from marie.web.directory_map import drawn
from marie.web.directory_pages import LINKS, MAP, administrator, directory_page, number, regions
from marie.web.keys import CLOCK, DATABASE, GAZETTEER, LIBRARY
from marie.web.sign_in import signed_in

SHOWN = 50

routes = web.RouteTableDef()


@routes.post("/admin/signalements/{report_id:[0-9a-f]{32}}/regler")
async def settle(request: web.Request) -> web.StreamResponse:
    """A reported error was looked into; pressed twice it stays so."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    await reports.settle(app[DATABASE], request.match_info["report_id"], by=staff, clock=app[CLOCK])
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/admin/#signalements"})


@routes.get(LINKS)
async def dead_links(request: web.Request) -> web.StreamResponse:
    """The links that are dead, and what gives them."""
    staff = await administrator(request)
    app = request.app
    return directory_page(
        request,
        "directory_links.html",
        staff=staff,
        links=await links.report(
            app[DATABASE], await links.named(app[DATABASE], app[LIBRARY].current())
        ),
    )


@routes.get(MAP)
async def unverified(request: web.Request) -> web.StreamResponse:
    """Where cards stand whose contact nobody verified: a map, and a list that says the same."""
    staff = await administrator(request)
    app = request.app
    gazetteer = app[GAZETTEER]
    region = request.query.get("region", "")
    region = region if region == "QC" or region in regions(gazetteer) else ""
    async with app[DATABASE].read() as connection:
        spots = await card_lists.unverified_by_place(connection, region)
    at = max(1, number(request.query.get("page")) or 1)
    pages = max(1, -(-len(spots) // SHOWN))
    at = min(at, pages)
    return directory_page(
        request,
        "directory_map.html",
        staff=staff,
        map=drawn(gazetteer, spots, region),
        spots=spots[(at - 1) * SHOWN : at * SHOWN],
        region=region,
        total=sum(each.count for each in spots),
        unreachable=sum(each.unreachable for each in spots),
        at=at,
        pages=pages,
    )
