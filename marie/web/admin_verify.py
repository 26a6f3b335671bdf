"""`/admin/verifier`: what Marie states beside its official page, and « Vérifié aujourd’hui ».

One at a time: there is no button for several, for each is to be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import get_args

from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role, Staff
from marie.knowledge.model import Source
from marie.services import cards, verifying
from marie.services.revisions import ChangedMeanwhile, HasMistakes
from marie.services.verifying import Kind, NotAsSeen, seen_mark
from marie.store import card_lists
from marie.web.directory_pages import CARDS, heard, number, to
from marie.web.editing import today_of
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, LIBRARY, REVISIONS
from marie.web.labels import VERIFIED
from marie.web.pages import page
from marie.web.sign_in import signed_in
from marie.web.statements import State, Statement, statements

PAGE = "/admin/verifier"
SHOWN = 20
"""Statements on a page."""

STATES: Mapping[str, State] = {"": "never", "retard": "late", "an": "old"}
CARD_STATES = {"": "unverified", "retard": "stale"}
ROOT = "/admin/"

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A statement with its button. `mark`: what is looked at; `note`: "expired", or ""."""

    kind: str
    id: str
    title: str
    said: str
    sources: Sequence[Source]
    address: str
    mark: str
    note: str = ""
    where: str = ""


def shown(request: web.Request, each: Statement) -> Shown:
    """A statement as it is said today."""
    live = request.app[LIBRARY]
    library = live.current()
    said = library.fill(each.said, today_of(request)) if each.kind == "entry" else each.said
    return Shown(
        kind=each.kind,
        id=each.id,
        title=each.title,
        said=said,
        sources=each.sources,
        address=each.address,
        mark=seen_mark(live.items[each.kind][each.id].content),
        note="expired" if each.expired else "",
    )


@routes.get(PAGE)
async def to_verify(request: web.Request) -> web.StreamResponse:
    """`?genre=` entry, parameter, program or card; `?etat=` retard (due), an (old page), or what
    nobody ever compared; `?page=`."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await _list_page(request, staff)


@routes.post(PAGE)
async def verify(request: web.Request) -> web.StreamResponse:
    """Somebody compared one statement with its official page."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await read_form(request)
    kind, item = form.get("kind", ""), form.get("id", "")
    title = form.get("title", "")[:200]
    back = _own_page(form.get("back", ""))
    if kind == "card":
        try:
            await cards.read(app[DATABASE], item)
            await cards.verify(app[DATABASE], [item], by=staff, clock=app[CLOCK])
        except cards.UnknownCard:
            raise web.HTTPNotFound from None
        heard(app)
        return to(back, fait="verifie", quoi=title)
    known = next((each for each in get_args(Kind) if each == kind), None)
    if known is None:
        raise web.HTTPNotFound
    try:
        await verifying.verify(
            app[REVISIONS],
            known,
            item,
            mark=form.get("mark", ""),
            why=VERIFIED,
            by=staff,
            clock=app[CLOCK],
        )
    except (NotAsSeen, ChangedMeanwhile):
        return await _list_page(request, staff, problem="changed", title=title)
    except HasMistakes as error:
        return await _list_page(request, staff, problem="mistakes", title=title, about=str(error))
    return to(back, fait="verifie", quoi=title)


async def _list_page(
    request: web.Request, staff: Staff, *, problem: str = "", title: str = "", about: str = ""
) -> web.Response:
    app = request.app
    today = local_date(app[CLOCK]())
    live = app[LIBRARY]
    directory = app[DIRECTORY].current()
    state = request.query.get("etat", "")
    state = state if state in STATES else ""
    known = [
        each
        for each in statements(live.current(), live.items, today)
        if each.is_(STATES[state], today)
    ]
    counts = {kind: sum(each.kind == kind for each in known) for kind in get_args(Kind)}
    at = max(1, number(request.query.get("page")) or 1)
    wanted = card_lists.Wanted(state=CARD_STATES.get(state, ""))
    async with app[DATABASE].read() as connection:
        counts["card"], listed = (
            await card_lists.find(
                connection,
                wanted,
                periods=directory.periods,
                today=today,
                limit=SHOWN,
                offset=(at - 1) * SHOWN,
            )
            if state in CARD_STATES
            else (0, [])
        )
    kind = request.query.get("genre", "")
    if kind not in counts:
        kind = next((each for each, count in counts.items() if count), "entry")
    if kind == "card":
        lines = [_card(request, each) for each in listed]
    else:
        of_kind = [each for each in known if each.kind == kind]
        lines = [shown(request, each) for each in of_kind[(at - 1) * SHOWN : at * SHOWN]]
    return page(
        request,
        "verify.html",
        status=HTTPStatus.CONFLICT if problem else HTTPStatus.OK,
        staff=staff,
        today=today,
        kind=kind,
        state=state,
        counts=counts,
        lines=lines,
        number=at,
        pages=max(1, -(-counts[kind] // SHOWN)),
        problem=problem,
        about=about,
        title=title,
        done=request.query.get("fait", "")[:20],
        done_title=request.query.get("quoi", "")[:200],
    )


def _card(request: web.Request, card: card_lists.Card) -> Shown:
    resource = request.app[DIRECTORY].current().get(card.id)
    told = [each for each in (card.phone, card.email, card.url) if each]
    return Shown(
        kind="card",
        id=card.id,
        title=card.name,
        said="\n".join([*([resource.address] if resource and resource.address else []), *told]),
        sources=[resource.source] if resource else [],
        address=f"{CARDS}/{card.id}",
        mark="",
        where=card.municipality or "",
    )


def _own_page(path: str) -> str:
    """Where a form came from: one of the two pages that have the button."""
    plain = path.isprintable() and path.isascii() and "\\" not in path and len(path) < 300
    return path if plain and (path == ROOT or path.startswith(f"{PAGE}?")) else PAGE
