"""`/admin/agents`: the list of the territories' agents, and the file that it comes from."""

from __future__ import annotations

import asyncio
import tempfile
from http import HTTPStatus
from pathlib import Path

from aiohttp import BodyPartReader, web

from marie.domain.people import Role, Staff
from marie.knowledge.importers import agents as importer
from marie.knowledge.importers.agents import AgentList
from marie.knowledge.importers.model import UnreadableFile
from marie.services import agents
from marie.services.agents import Changed, NoAgents
from marie.store import referrals
from marie.web.keys import CLOCK, DATABASE, GAZETTEER
from marie.web.pages import page
from marie.web.sign_in import signed_in

PAGE = "/admin/agents"
MAX_BYTES = 2 * 1024 * 1024

routes = web.RouteTableDef()


@routes.get(PAGE)
async def show(request: web.Request) -> web.StreamResponse:
    """The agents, and how to import the list."""
    return await _page(request, await signed_in(request, Role.ADMINISTRATOR))


@routes.post(PAGE)
async def receive(request: web.Request) -> web.StreamResponse:
    """Read a list and put it in the place of the one that is there; what is wrong is said."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    try:
        name, content = await _file(request)
        found = await asyncio.to_thread(_read, name, content, request)
        changed = await agents.replace_list(app[DATABASE], found, by=staff, clock=app[CLOCK])
    except UnreadableFile as error:
        return await _page(request, staff, problem=str(error))
    except NoAgents:
        return await _page(request, staff, problem="none", found=found)
    return await _page(request, staff, found=found, changed=changed)


async def _file(request: web.Request) -> tuple[str, bytes]:
    if request.content_type != "multipart/form-data":
        raise UnreadableFile("")
    try:
        async for part in await request.multipart():
            if isinstance(part, BodyPartReader) and part.name == "file" and part.filename:
                content = b""
                while piece := await part.read_chunk(64 * 1024):
                    content += piece
                    if len(content) > MAX_BYTES:
                        raise UnreadableFile("large")
                return part.filename, content
    except (ValueError, AssertionError) as error:
        raise UnreadableFile("") from error
    raise UnreadableFile("")


def _read(name: str, content: bytes, request: web.Request) -> AgentList:
    # Only the ending of the sender's name counts, and it is one of two.
    suffix = ".xlsx" if name.lower().endswith(".xlsx") else ".csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"liste{suffix}"
        path.write_bytes(content)
        return importer.read(path, request.app[GAZETTEER])


async def _page(
    request: web.Request,
    staff: Staff,
    *,
    problem: str | None = None,
    found: AgentList | None = None,
    changed: Changed | None = None,
) -> web.Response:
    app = request.app
    async with app[DATABASE].read() as connection:
        listed = await referrals.agents(connection)
    return page(
        request,
        "agents.html",
        status=HTTPStatus.OK if problem is None else HTTPStatus.BAD_REQUEST,
        staff=staff,
        agents=listed,
        region_names={each.region: each.name for each in app[GAZETTEER].of_kind("region")},
        problem=problem,
        rejected=found.rejected if found is not None else (),
        changed=changed,
    )
