"""`/admin/repertoire/doublons`: cards that may be one, side by side, merged field by field."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from aiohttp import web

from marie.knowledge.edits import EDITABLE, value_of
from marie.knowledge.merging import Duplicate
from marie.knowledge.resources import Resource
from marie.services import cards
from marie.store import cards as store
from marie.store import directory as directory_store
from marie.web.directory_pages import (
    CARD,
    CARDS,
    TWINS,
    administrator,
    directory_page,
    first,
    heard,
    number,
    own_page,
    read_fields,
    to,
)
from marie.web.keys import CLOCK, DATABASE

SHOWN = 25

CHOSEN = (
    *("name", "kind", "organization", "description", "municipality", "address", "phone"),
    *("other_phones", "email", "url", "hours", "cost", "eligibility", "languages", "capacity"),
    *("infants", "subsidized", "keywords", "lat", "source_url"),
)
"""The rows of the table; some stand for fields that go together."""

TOGETHER = {
    "municipality": ("municipality", "municipality_code", "region"),
    "lat": ("lat", "lon"),
    "source_url": ("source_title", "source_url"),
}

log = logging.getLogger(__name__)

routes = web.RouteTableDef()


@dataclass
class Proposals:
    """Which cards may be one, found in the background for a version of the directory."""

    version: int = -1
    pairs: list[Duplicate] = field(default_factory=list)
    task: asyncio.Task[None] | None = None


PROPOSALS = web.AppKey("twin_proposals", Proposals)


async def proposals(app: web.Application) -> Proposals:
    """What was found; what is there meanwhile when the directory changed since."""
    held = app[PROPOSALS]
    async with app[DATABASE].read() as connection:
        version = await directory_store.read_version(connection)
    if version != held.version and (held.task is None or held.task.done()):
        held.task = asyncio.create_task(_look(app, held, version))
        # A small directory is looked through before the page is put together.
        await asyncio.wait([held.task], timeout=0.1)
    return held


async def proposing(app: web.Application) -> AsyncIterator[None]:
    """From the start of the application to its end."""
    app[PROPOSALS] = Proposals()
    yield
    if (task := app[PROPOSALS].task) is not None:
        await task


async def _look(app: web.Application, held: Proposals, version: int) -> None:
    try:
        held.pairs = await cards.alike(app[DATABASE])
        held.version = version
    except Exception:
        log.exception("likely duplicates could not be looked for")


@routes.get(TWINS)
async def listed(request: web.Request) -> web.StreamResponse:
    """Cards that may be one, the likeliest first; two of one's own choice may be compared too."""
    staff = await administrator(request)
    app = request.app
    held = await proposals(app)
    at = max(1, number(request.query.get("page")) or 1)
    pages = max(1, -(-len(held.pairs) // SHOWN))
    at = min(at, pages)
    some = held.pairs[(at - 1) * SHOWN : at * SHOWN]
    ids = [key for pair in some for key in (pair.duplicate, pair.kept)]
    async with app[DATABASE].read() as connection:
        found = await store.read_tellings(connection, ids)
    return directory_page(
        request,
        "directory_twins.html",
        staff=staff,
        pairs=[
            (pair, found[pair.duplicate].resource, found[pair.kept].resource)
            for pair in some
            if pair.duplicate in found and pair.kept in found
        ],
        total=len(held.pairs),
        looking=held.task is not None and not held.task.done(),
        at=at,
        pages=pages,
        problem=request.query.get("probleme", ""),
    )


@routes.get(TWINS + "/comparer")
async def side_by_side(request: web.Request) -> web.StreamResponse:
    """Two cards, field by field."""
    await administrator(request)
    one, other = (request.query.get(name, "")[:200].strip() for name in ("un", "deux"))
    return await _pair_page(request, one, other)


@routes.post(TWINS + "/comparer")
async def merge(request: web.Request) -> web.StreamResponse:
    """Say them as one: each field as the card that was chosen says it."""
    staff = await administrator(request)
    app = request.app
    form = await read_fields(request)
    kept, duplicate = first(form, "garder"), first(form, "autre")
    if first(form, "inverser"):
        return to(f"{TWINS}/comparer", un=kept, deux=duplicate)
    chosen: list[str] = []
    for name in CHOSEN:
        if first(form, f"choix-{name}") == "autre":
            chosen += TOGETHER.get(name, (name,))
    try:
        batch = await cards.merge(
            app[DATABASE],
            duplicate,
            kept,
            chosen=[each for each in chosen if each in EDITABLE],
            basis=first(form, "basis"),
            by=staff,
            clock=app[CLOCK],
        )
    except cards.NotAlike:
        return to(TWINS, probleme="not_alike")
    except cards.ChangedMeanwhile:
        return await _pair_page(request, duplicate, kept, problem="meanwhile")
    heard(app)
    return to(f"{CARDS}/{kept}", fait="fusionnee", geste=batch)


@routes.post(TWINS + "/distincts")
async def distinct(request: web.Request) -> web.StreamResponse:
    """They are two: not proposed again."""
    staff = await administrator(request)
    app = request.app
    form = await read_fields(request)
    one, other = first(form, "un")[:200], first(form, "deux")[:200]
    try:
        await cards.pair(app[DATABASE], one, other)
    except cards.NotAlike:
        return to(TWINS, probleme="not_alike")
    await cards.set_distinct(app[DATABASE], one, other, by=staff, clock=app[CLOCK])
    held = app[PROPOSALS]
    held.pairs = [each for each in held.pairs if {each.duplicate, each.kept} != {one, other}]
    return to(own_page(first(form, "retour"), TWINS), fait="distincts")


async def _pair_page(
    request: web.Request, duplicate: str, kept: str, *, problem: str = ""
) -> web.Response:
    staff = await administrator(request)
    try:
        other, ours = await cards.pair(request.app[DATABASE], duplicate, kept)
    except cards.NotAlike:
        return to(TWINS, probleme="not_alike")
    return directory_page(
        request,
        "directory_pair.html",
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        staff=staff,
        kept=ours,
        other=other,
        rows=_rows(ours, other),
        basis=cards.pair_mark(other, ours),
        problem=problem,
    )


def _rows(kept: Resource, other: Resource) -> Sequence[tuple[str, object, object, bool]]:
    """Name of the field, both values, and whether there is anything to choose."""
    rows = []
    for name in CHOSEN:
        ours, theirs = value_of(kept, name), value_of(other, name)
        if ours in (None, [], "") and theirs in (None, [], ""):
            continue
        choice = ours != theirs and ours not in (None, []) and theirs not in (None, [])
        rows.append((name, ours, theirs, choice))
    return rows


# A card's own page leads here.
FIND = f"{CARDS}/{CARD}/doublons"


@routes.get(FIND)
async def of_one(request: web.Request) -> web.StreamResponse:
    """To the comparison of a card with another one whose id is typed."""
    await administrator(request)
    return to(
        f"{TWINS}/comparer",
        un=request.query.get("autre", "")[:200],
        deux=request.match_info["card_id"],
    )
