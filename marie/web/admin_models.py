"""`/admin/modeles`: trained models and their figures, and wordings that Marie should learn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role, Staff
from marie.knowledge.examples import MAX_LENGTH, NotAnExample
from marie.knowledge.library import Library
from marie.knowledge.model import GROUPS
from marie.rasa import models as files
from marie.rasa.model import fingerprint
from marie.rasa.models import Model, NothingBefore, NotPromoted, UnknownModel
from marie.services import examples
from marie.services.examples import UnknownProposal
from marie.store import examples as store
from marie.store import staff as accounts
from marie.store.examples import Proposal, State
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, LIBRARY, SETTINGS
from marie.web.pages import page
from marie.web.sign_in import signed_in

PAGE = "/admin/modeles"
EXAMPLE = PAGE + "/tournures/{example:[0-9a-f]{32}}"

AT_ONCE = 50
"""Proposals on the page; the next ones come up as these are settled."""

RUNNING = "model.json"
"""What `marie run` says of the model that runs (`marie.cli.rolling`)."""

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The models. `using`: the chosen one's name; `running`: the one that runs, if that is known;
    `failed`: one that did not load."""

    models: list[Model]
    using: str | None
    running: str | None
    failed: str | None
    tree: str
    can_roll_back: bool


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What was sent for a proposal, and why it was not taken."""

    id: str
    text: str
    topic: str
    problem: NotAnExample


@routes.get(PAGE)
async def show(request: web.Request) -> web.StreamResponse:
    """Everything on one page."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await _page(request, staff)


@routes.post(PAGE + "/{name}/promouvoir")
async def promote(request: web.Request) -> web.StreamResponse:
    """Use a model from now on."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    folder, name, now = request.app[SETTINGS].models, request.match_info["name"], request.app[CLOCK]
    return await _choose(
        request, staff, lambda: files.promote(folder, name, now=now(), by=staff.name)
    )


@routes.post(PAGE + "/retour")
async def roll_back(request: web.Request) -> web.StreamResponse:
    """Use the model before again."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    folder, now = request.app[SETTINGS].models, request.app[CLOCK]
    return await _choose(request, staff, lambda: files.roll_back(folder, now=now(), by=staff.name))


async def _choose(
    request: web.Request, staff: Staff, choose: Callable[[], Path]
) -> web.StreamResponse:
    try:
        path = await asyncio.to_thread(choose)
    except UnknownModel:
        return await _page(request, staff, problem="unknown", status=HTTPStatus.NOT_FOUND)
    except NotPromoted:
        return await _page(request, staff, problem="refused", status=HTTPStatus.CONFLICT)
    except NothingBefore:
        return await _page(request, staff, problem="nothing", status=HTTPStatus.CONFLICT)
    except OSError:
        return await _page(request, staff, problem="read_only", status=HTTPStatus.CONFLICT)
    async with request.app[DATABASE].write() as connection:
        await accounts.record(
            connection,
            at=request.app[CLOCK](),
            staff_id=staff.id,
            action="choose model",
            subject=path.name.removesuffix(files.SUFFIX),
        )
    raise web.HTTPSeeOther(f"{PAGE}?fait=modele")


@routes.post(EXAMPLE + "/accepter")
async def accept(request: web.Request) -> web.StreamResponse:
    """Let a wording go into the examples, as it stands in the form."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    form = await read_form(request)
    example_id = request.match_info["example"]
    text, topic = form.get("text", "")[: MAX_LENGTH * 10], form.get("topic", "")
    try:
        await examples.accept(
            request.app[DATABASE],
            await examples.known_examples(),
            example_id,
            text=text,
            topic=topic,
            by=staff,
            clock=request.app[CLOCK],
        )
    except NotAnExample as error:
        tried = Tried(id=example_id, text=text, topic=topic, problem=error)
        return await _page(request, staff, tried=tried, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except UnknownProposal:
        return await _page(request, staff, problem="settled", status=HTTPStatus.CONFLICT)
    raise web.HTTPSeeOther(f"{PAGE}?fait=acceptee#tournures")


@routes.post(EXAMPLE + "/refuser")
async def refuse(request: web.Request) -> web.StreamResponse:
    """Set a wording aside."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    try:
        await examples.refuse(
            app[DATABASE], request.match_info["example"], by=staff, clock=app[CLOCK]
        )
    except UnknownProposal:
        return await _page(request, staff, problem="settled", status=HTTPStatus.CONFLICT)
    raise web.HTTPSeeOther(f"{PAGE}?fait=refusee#tournures")


async def _page(
    request: web.Request,
    staff: Staff,
    *,
    problem: str = "",
    tried: Tried | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> web.Response:
    app = request.app
    async with app[DATABASE].read() as connection:
        waiting = await store.in_state(connection, State.PROPOSED, limit=AT_ONCE)
        accepted = await store.in_state(connection, State.ACCEPTED)
        counts = await store.counts(connection)
    standing = await asyncio.to_thread(_standing, app[SETTINGS].models, app[SETTINGS].data)
    known = await examples.known_examples()
    library = app[LIBRARY].current()
    return page(
        request,
        "models.html",
        status=status,
        staff=staff,
        today=local_date(app[CLOCK]()),
        done=request.query.get("fait", ""),
        problem=problem,
        tried=tried,
        standing=standing,
        waiting=waiting,
        accepted=accepted,
        counts={state.value: number for state, number in counts.items()},
        families=_families(library, known.topics, (*waiting, *accepted)),
        title=lambda topic: _title(library, topic),
        entry=library.entries.get,
        most=MAX_LENGTH,
    )


def _families(
    library: Library, topics: frozenset[str], proposals: tuple[Proposal, ...]
) -> dict[str, list[tuple[str, str]]]:
    """Topic and title of everything that can be learned, by family."""
    wanted = topics | {each.topic for each in proposals}
    return {
        family: [(topic, _title(library, topic)) for topic in listed if topic in wanted]
        for family, listed in GROUPS.items()
    }


def _title(library: Library, topic: str) -> str:
    entries = library.topic_entries(topic)
    return entries[0].title if entries else topic


def _standing(models: Path, data: Path) -> Standing:
    using = files.model_before(models)
    try:
        running = json.loads((data / RUNNING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        running = {}
    return Standing(
        models=files.all_models(models),
        using=_name(using.name if using else None),
        running=_name(running.get("model")),
        failed=_name(running.get("failed")),
        tree=fingerprint(),
        can_roll_back=files.can_roll_back(models),
    )


def _name(archive: str | None) -> str | None:
    return archive.removesuffix(files.SUFFIX) if archive else None
