"""`/admin/repertoire`: the cards, searched and narrowed, and what is done to several at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web

from marie.clock import local_date
from marie.knowledge.edits import edited
from marie.knowledge.export import to_spreadsheet
from marie.knowledge.resources import KINDS
from marie.services import cards
from marie.services.imports import ChangedSince, UnknownBatch
from marie.store import card_batches, card_lists
from marie.store import cards as store
from marie.web.directory_pages import (
    ACTS,
    HOME,
    MAX_QUERY,
    TooLarge,
    administrator,
    codes_in,
    directory_page,
    first,
    heard,
    mrcs,
    number,
    own_page,
    read_fields,
    regions,
    to,
)
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER

SHOWN = 50
"""Cards on a page."""

ACTIONS = ("verify", "hide", "restore", "kind", "region", "export")

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the page was asked for, as its address says it."""

    words: str
    kind: str
    region: str
    mrc: str
    origin: str
    state: str

    @property
    def address(self) -> str:
        """The address of the same list."""
        named = {
            "q": self.words,
            "genre": self.kind,
            "region": self.region,
            "mrc": self.mrc,
            "source": self.origin,
            "etat": self.state,
        }
        said = urlencode({name: value for name, value in named.items() if value})
        return f"{HOME}?{said}" if said else HOME

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked for."""
        return self.address != HOME


def _asked(request: web.Request, query: Mapping[str, str]) -> Asked:
    gazetteer = request.app[GAZETTEER]
    kind, region, mrc = (query.get(name, "") for name in ("genre", "region", "mrc"))
    state = query.get("etat", "")
    words = query.get("q", "")[:MAX_QUERY].replace("\x00", "").strip()
    return Asked(
        words=words.encode("utf-8", "replace").decode(),
        kind=kind if kind in KINDS else "",
        region=region if region == "QC" or region in regions(gazetteer) else "",
        mrc=mrc if mrc in mrcs(gazetteer) else "",
        origin="".join(
            each for each in query.get("source", "")[:20] if each.isalnum() or each == "-"
        ),
        state=state if state in card_lists.STATES else "",
    )


def _wanted(request: web.Request, asked: Asked) -> card_lists.Wanted:
    return card_lists.Wanted(
        words=asked.words,
        kind=asked.kind,
        region=asked.region,
        codes=codes_in(request.app[GAZETTEER], asked.mrc) if asked.mrc else None,
        origin=asked.origin,
        state=asked.state,
    )


@routes.get(HOME)
async def search(request: web.Request) -> web.StreamResponse:
    """The cards, by name; the address says how they are narrowed."""
    staff = await administrator(request)
    app = request.app
    asked = _asked(request, request.query)
    at = max(1, number(request.query.get("page")) or 1)
    today = local_date(app[CLOCK]())
    periods = app[DIRECTORY].current().periods
    async with app[DATABASE].read() as connection:
        total, found = await card_lists.find(
            connection,
            _wanted(request, asked),
            periods=periods,
            today=today,
            limit=SHOWN,
            offset=(at - 1) * SHOWN,
        )
        origins = await card_lists.origins(connection)
    pages = max(1, -(-total // SHOWN))
    if at > pages:
        return to(asked.address, page=pages)
    return directory_page(
        request,
        "directory.html",
        staff=staff,
        asked=asked,
        total=total,
        found=found,
        at=at,
        pages=pages,
        origins=origins,
        first=(at - 1) * SHOWN + 1,
        periods=periods,
        problem=request.query.get("probleme", ""),
    )


@routes.get(HOME + "/export.csv")
async def export(request: web.Request) -> web.StreamResponse:
    """The cards of a list, for a spreadsheet."""
    await administrator(request)
    ids = await _ids(request, _asked(request, request.query))
    return await _spreadsheet(request, ids)


@routes.post(HOME + "/lot")
async def several(request: web.Request) -> web.StreamResponse:
    """Something is to be done to a selection: how many, and which, before it is."""
    staff = await administrator(request)
    app = request.app
    try:
        form = await read_fields(request)
    except TooLarge:
        return to(HOME, probleme="too_large")
    asked = _asked(request, {name: first(form, name) for name in form})
    action, every = first(form, "geste"), first(form, "tout") == "oui"
    ids = await _ids(request, asked) if every else form.get("id", [])
    if action not in ACTIONS:
        return to(asked.address, probleme="action")
    if not ids:
        return to(asked.address, probleme="none")
    if action == "export":
        return await _spreadsheet(request, ids)
    if len(ids) > cards.MOST_AT_ONCE:
        return to(asked.address, probleme="too_many")
    async with app[DATABASE].read() as connection:
        tellings = await store.read_tellings(connection, ids)
    said = [edited(each.resource, each.edits) for each in tellings.values()]
    return directory_page(
        request,
        "directory_several.html",
        staff=staff,
        asked=asked,
        action=action,
        every=every,
        cards=said,
        with_town=sum(each.municipality is not None for each in said),
        problem="",
        form={},
    )


@routes.post(HOME + "/lot/confirmer")
async def confirmed(request: web.Request) -> web.StreamResponse:
    """Do it; one act, undone as one."""
    staff = await administrator(request)
    app = request.app
    try:
        form = await read_fields(request)
    except TooLarge:
        return to(HOME, probleme="too_large")
    asked = _asked(request, {name: first(form, name) for name in form})
    database, clock = app[DATABASE], app[CLOCK]
    ids = form.get("id", [])
    if first(form, "tout") == "oui":
        ids = await _ids(request, asked)
        if len(ids) != number(first(form, "nombre")):
            # Meanwhile the list became another: nobody confirmed that one.
            return to(asked.address, probleme="changed")
    if len(ids) > cards.MOST_AT_ONCE:
        return to(asked.address, probleme="too_many")
    match first(form, "geste"):
        case "verify":
            batch = await cards.verify(database, ids, by=staff, clock=clock)
        case "hide":
            note = first(form, "raison")[:300]
            batch = await cards.retire(database, ids, note=note, by=staff, clock=clock)
        case "restore":
            batch = await cards.restore(database, ids, by=staff, clock=clock)
        case "kind" if (kind := first(form, "nouveau_genre")) in KINDS:
            batch = await cards.set_kind(database, ids, kind, by=staff, clock=clock)
        case "region" if (code := first(form, "nouvelle_region")) in {
            "QC",
            *regions(app[GAZETTEER]),
        }:
            region = None if code == "QC" else code
            batch = await cards.set_region(database, ids, region, by=staff, clock=clock)
        case _:
            return to(asked.address, probleme="action")
    heard(app)
    return to(asked.address, fait="lot" if batch else "rien", geste=batch)


@routes.get(ACTS)
async def acts(request: web.Request) -> web.StreamResponse:
    """What people did, the latest first, each with its undoing."""
    return await _acts_page(request)


async def _acts_page(
    request: web.Request, *, problem: str = "", later: tuple[int, ...] = ()
) -> web.Response:
    staff = await administrator(request)
    async with request.app[DATABASE].read() as connection:
        batches = await card_batches.read_edit_batches(connection, limit=100)
        names: dict[int, str] = {}
        for batch in batches[:SHOWN]:
            if batch.count != 1:
                continue
            if changes := await card_batches.read_edit_changes(connection, batch.id):
                names[batch.id] = changes[0].entry_id
    return directory_page(
        request,
        "directory_acts.html",
        staff=staff,
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        batches=batches,
        only=names,
        problem=problem,
        later=later,
    )


@routes.post(ACTS + "/{batch:[0-9]{1,9}}/annuler")
async def undo(request: web.Request) -> web.StreamResponse:
    """Put back what somebody did."""
    staff = await administrator(request)
    app = request.app
    form = await read_fields(request)
    batch = int(request.match_info["batch"])
    try:
        await cards.undo(app[DATABASE], batch, by=staff, clock=app[CLOCK])
    except UnknownBatch:
        return await _acts_page(request, problem="unknown")
    except ChangedSince as error:
        return await _acts_page(request, problem="changed_since", later=tuple(error.batches))
    heard(app)
    return to(own_page(first(form, "retour"), ACTS), fait="annule")


async def _ids(request: web.Request, asked: Asked) -> list[str]:
    async with request.app[DATABASE].read() as connection:
        return await card_lists.wanted_ids(
            connection,
            _wanted(request, asked),
            periods=request.app[DIRECTORY].current().periods,
            today=local_date(request.app[CLOCK]()),
        )


async def _spreadsheet(request: web.Request, ids: list[str]) -> web.Response:
    app = request.app
    async with app[DATABASE].read() as connection:
        tellings = await store.read_tellings(connection, ids)
    resources = [edited(each.resource, each.edits) for each in tellings.values()]
    text = to_spreadsheet(resources, app[GAZETTEER])
    response = web.Response(body=text.encode(), content_type="text/csv", charset="utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="repertoire.csv"'
    return response
