"""`/admin/`: what Marie knows at a glance, how sure it is, and whether she is well."""

from __future__ import annotations

from collections import Counter

import msgspec
from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role
from marie.services import reports
from marie.web.health import healthz
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER, LIBRARY, REVISIONS
from marie.web.pages import page
from marie.web.sign_in import signed_in
from marie.web.standing import standing

routes = web.RouteTableDef()


@routes.get("/admin")
async def without_slash(request: web.Request) -> web.StreamResponse:
    """The address as people type it."""
    await signed_in(request, Role.ADMINISTRATOR)
    raise web.HTTPSeeOther("/admin/")


@routes.get("/admin/")
async def overview(request: web.Request) -> web.StreamResponse:
    """Everything Marie knows in figures, and what visitors reported."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    library = app[LIBRARY].current()
    directory = app[DIRECTORY].current()
    today = local_date(app[CLOCK]())
    standings = [standing(each.sources, each.review_every) for each in library.entries.values()]
    said = [each.at(today) for each in library.parameters.values()]
    return page(
        request,
        "admin.html",
        staff=staff,
        today=today,
        missing=await _missing(request),
        problems=app[LIBRARY].problems,
        damaged=app[LIBRARY].damaged,
        reports=await reports.waiting(app[DATABASE]),
        resource=directory.get,
        entries=library.entries,
        open_revisions=len(await app[REVISIONS].open_ones()),
        totals={
            "entries": len(library.entries),
            "parameters": len(library.parameters),
            "resources": len(directory.resources),
            "places": len(app[GAZETTEER]),
            "due": sum(each.is_due(today) for each in standings),
            "verified": sum(each.verified_on is not None for each in standings),
            "expired": sum(
                each is not None and each.until is not None and each.until < today for each in said
            ),
        },
        kinds=Counter(resource.kind for resource in directory.resources).most_common(),
    )


class _Health(msgspec.Struct):
    missing: list[str]


async def _missing(request: web.Request) -> list[str]:
    """The parts of Marie that do not answer."""
    answer = await healthz(request)
    assert isinstance(answer, web.Response)  # noqa: S101 - it is `json_response`'s
    assert isinstance(answer.body, bytes)  # noqa: S101
    return msgspec.json.decode(answer.body, type=_Health).missing
