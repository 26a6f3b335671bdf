"""The public directory (CONTRACT "The public directory")."""

from __future__ import annotations

from typing import cast

from aiohttp import web

from marie.knowledge.directory import to_json
from marie.knowledge.model import ResourceKind
from marie.knowledge.resources import KINDS
from marie.web.keys import DIRECTORY, GAZETTEER, LIMITS
from marie.web.limits import SEARCHES
from marie.web.problems import Problem, json_response
from marie.web.requests import address, whole_number

MAX_LIMIT = 50
MAX_QUERY = 200

routes = web.RouteTableDef()


@routes.get("/api/v1/directory")
async def search(request: web.Request) -> web.Response:
    """Resources, best first, with their total."""
    directory = request.app[DIRECTORY].current()
    gazetteer = request.app[GAZETTEER]
    request.app[LIMITS].take("directory", address(request), SEARCHES)
    query = request.query.get("q", "")[:MAX_QUERY]
    kind = request.query.get("kind")
    if kind and kind not in KINDS:
        raise Problem("kind")
    place = None
    if near := request.query.get("near", "")[:MAX_QUERY].strip():
        mention = gazetteer.match(near)
        if mention is None:
            raise Problem("place")
        place = mention.place
    page = directory.search(
        query,
        near=place,
        kinds=frozenset({cast(ResourceKind, kind)}) if kind else frozenset(),
        limit=whole_number(request, "limit", 10, most=MAX_LIMIT),
        offset=whole_number(request, "offset", 0),
    )
    return json_response(
        {
            "total": page.total,
            "resources": [to_json(hit.resource, hit.distance_km, gazetteer) for hit in page.hits],
        }
    )


@routes.get("/api/v1/directory/{resource_id}")
async def one(request: web.Request) -> web.Response:
    """One resource."""
    directory = request.app[DIRECTORY].current()
    gazetteer = request.app[GAZETTEER]
    resource = directory.get(request.match_info["resource_id"])
    if resource is None:
        raise web.HTTPNotFound
    return json_response(to_json(resource, None, gazetteer))
