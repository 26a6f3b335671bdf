"""`/admin/…/<id>/historique`: the revisions of an item, and what is done with one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from marie.domain.people import Role, Staff
from marie.knowledge.items import Content, Versioned
from marie.knowledge.revisions import Change, Revision, State, changes, titled
from marie.services import event_versions, events
from marie.services.revisions import (
    ChangedMeanwhile,
    HasMistakes,
    NotOpen,
    Revisions,
    Standing,
    UnknownRevision,
)
from marie.store.events import UnknownEvent
from marie.web.editing import (
    PAGES,
    back,
    conflict,
    page_of,
    people,
    refused,
    revision_number,
    today_of,
)
from marie.web.event_form import as_read, regions_of
from marie.web.forms import read_form
from marie.web.keys import DATABASE, REVISIONS
from marie.web.pages import page
from marie.web.sign_in import signed_in

ITEM = "/{item:[A-Za-z0-9_-]{1,100}}"
OF_EVENTS = ("ecarter", "reprendre")
"""What is done with a text that was kept beside an event; the rest is done with the event's row."""

SHOWN = 200
"""Revisions of one item on a page, the newest first."""

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two versions; `before` None: what ships, or nothing."""

    before: Revision | None
    after: Revision
    changes: list[Change]


def _kind(request: web.Request) -> Versioned:
    return next(kind for kind, base in PAGES.items() if request.path.startswith(base + "/"))


def _item(request: web.Request) -> tuple[Versioned, str]:
    return _kind(request), request.match_info["item"]


async def history(request: web.Request) -> web.StreamResponse:
    """Every revision of an item; `?de=` and `?a=` show how two differ."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await _history_page(request, staff)


async def _history_page(
    request: web.Request, staff: Staff, *, problems: tuple[str, ...] = ()
) -> web.Response:
    kind, item_id = _item(request)
    revisions = request.app[REVISIONS]
    found = await revisions.history(kind, item_id)
    standing = await _standing(request, kind, item_id)
    if not found and standing.content is None:
        raise web.HTTPNotFound
    content = standing.content or next((each.content for each in found if each.content), None)
    return page(
        request,
        "revision_history.html",
        status=HTTPStatus.CONFLICT if problems else HTTPStatus.OK,
        staff=staff,
        today=today_of(request),
        kind=kind,
        section=PAGES[kind],
        item=item_id,
        address=page_of(kind, item_id),
        title=titled(content) or item_id,
        revisions=found[:SHOWN],
        spoken=standing.revision.id if standing.revision else None,
        names=await people(request, found[:SHOWN]),
        problems=problems,
        restorable=standing.content is not None or kind != "event",
        withdrawable=kind != "event"
        and standing.content is not None
        and not revisions.check(kind, item_id, None),
        chosen=(request.query.get("de", ""), request.query.get("a", "")),
        compared=await _chosen(request, revisions, found),
    )


async def _standing(request: web.Request, kind: Versioned, item_id: str) -> Standing:
    """What is said now; 404 for an event that is not there."""
    if kind != "event":
        return await request.app[REVISIONS].standing(kind, item_id)
    try:
        return await event_versions.standing(request.app[DATABASE], item_id)
    except UnknownEvent:
        raise web.HTTPNotFound from None


def _compared(request: web.Request, before: Revision | None, after: Revision) -> Compared:
    def read(revision: Revision | None) -> Content | None:
        content = None if revision is None else revision.content
        if revision is None or revision.kind != "event":
            return content
        return as_read(content, regions_of(request.app))

    return Compared(before=before, after=after, changes=changes(read(before), read(after)))


async def _chosen(
    request: web.Request, revisions: Revisions, found: list[Revision]
) -> Compared | None:
    by_id = {str(each.id): each for each in found}
    before = by_id.get(request.query.get("de", ""))
    after = by_id.get(request.query.get("a", ""))
    if before is None or after is None:
        return None
    return _compared(request, before, after)


async def difference(request: web.Request) -> web.StreamResponse:
    """One revision beside another (`?avec=`), or beside the one that it was written over."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    kind, item_id = _item(request)
    revisions = request.app[REVISIONS]
    after = await _read(revisions, revision_number(request), kind, item_id)
    other = request.query.get("avec", "")
    before = None
    if other.isdecimal() and other != "0":
        before = await _read(revisions, int(other[:9]), kind, item_id)
    elif after.based_on is not None and not other:
        before = await revisions.read(after.based_on)
    standing = await _standing(request, kind, item_id)
    both = [each for each in (before, after) if each is not None]
    hearing = 0
    if kind == "event" and after.content is not None:
        draft = event_versions.draft_of(after.content)
        hearing = await events.hearing(request.app[DATABASE], item_id, draft)
    return page(
        request,
        "revision_difference.html",
        staff=staff,
        today=today_of(request),
        kind=kind,
        section=PAGES[kind],
        item=item_id,
        address=page_of(kind, item_id),
        title=titled(after.content) or titled(standing.content) or item_id,
        compared=_compared(request, before, after),
        hearing=hearing,
        ground=standing.ground,
        restorable=standing.content is not None or kind != "event",
        spoken=standing.revision.id if standing.revision else None,
        names=await people(request, both),
        is_conflict="conflit" in request.query and after.is_open,
        wrong=refused(revisions.check(kind, item_id, after.content), kind, item_id)
        if after.is_open
        else None,
    )


async def _read(revisions: Revisions, number: int, kind: Versioned, item_id: str) -> Revision:
    try:
        revision = await revisions.read(number)
    except UnknownRevision:
        raise web.HTTPNotFound from None
    if revision.key != (kind, item_id):
        raise web.HTTPNotFound
    return revision


async def act(request: web.Request) -> web.StreamResponse:
    """Do something with one revision; what cannot be done is said on the history's page."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    kind, item_id = _item(request)
    if kind == "event" and request.match_info["do"] not in OF_EVENTS:
        raise web.HTTPNotFound
    revisions = request.app[REVISIONS]
    revision = await _read(revisions, revision_number(request), kind, item_id)
    form = await read_form(request)
    try:
        return await _ACTS[request.match_info["do"]](revisions, revision, staff, form)
    except ChangedMeanwhile as error:
        return conflict(revision.key, error)
    except HasMistakes as error:
        wrong = refused(error.mistakes, kind, item_id)
        said = [*wrong.others, *(f"{name} : {each[0]}." for name, each in wrong.fields.items())]
        return await _history_page(request, staff, problems=tuple(said))
    except NotOpen:
        return web.HTTPSeeOther(page_of(*revision.key) + "/historique")


_Act = Callable[[Revisions, Revision, Staff, dict[str, str]], Awaitable[web.Response]]


async def _publish(
    revisions: Revisions, revision: Revision, staff: Staff, form: dict[str, str]
) -> web.Response:
    await revisions.publish(revision.id, by=staff)
    return back(revision.key, "publie")


async def _restore(
    revisions: Revisions, revision: Revision, staff: Staff, form: dict[str, str]
) -> web.Response:
    why = form.get("why", "").strip()
    number = await revisions.restore(revision.id, by=staff, why=why)
    await revisions.publish(number, by=staff)
    return back(revision.key, "publie")


async def _review(
    revisions: Revisions, revision: Revision, staff: Staff, form: dict[str, str]
) -> web.Response:
    await revisions.ask_review(revision.id, by=staff)
    return back(revision.key, "relecture")


async def _give_back(
    revisions: Revisions, revision: Revision, staff: Staff, form: dict[str, str]
) -> web.Response:
    await revisions.give_back(revision.id, by=staff, note=form.get("note", "").strip())
    return back(revision.key, "rendu")


async def _discard(
    revisions: Revisions, revision: Revision, staff: Staff, form: dict[str, str]
) -> web.Response:
    await revisions.discard(revision.id, by=staff)
    return back(revision.key, "ecarte")


async def _rebase(
    revisions: Revisions, revision: Revision, staff: Staff, form: dict[str, str]
) -> web.Response:
    number, conflicts = await revisions.rebase(revision.id, by=staff)
    both = ",".join(conflicts)
    address = f"{page_of(*revision.key)}/modifier?revision={number}&deux={both}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


_ACTS: dict[str, _Act] = {
    "publier": _publish,
    "retablir": _restore,
    "relire": _review,
    "rendre": _give_back,
    "ecarter": _discard,
    "reprendre": _rebase,
}


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Take an item back that nothing needs; it stays in the history."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    kind, item_id = _item(request)
    revisions = request.app[REVISIONS]
    form = await read_form(request)
    if mistakes := revisions.check(kind, item_id, None):
        wrong = refused(mistakes, kind, item_id)
        return await _history_page(request, staff, problems=wrong.others)
    standing = await revisions.standing(kind, item_id)
    if standing.content is None:
        raise web.HTTPNotFound
    number = await revisions.save(
        kind, item_id, None, by=staff, why=form.get("why", "").strip(), ground=standing.ground
    )
    try:
        state = await revisions.publish(number, by=staff)
    except ChangedMeanwhile as error:
        return conflict((kind, item_id), error)
    assert state is State.PUBLISHED  # noqa: S101 - nothing was scheduled
    address = f"{page_of(kind, item_id)}/historique"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


async def still_open(request: web.Request) -> web.StreamResponse:
    """A form that says every minute that it is open; who else has it open."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    others = await request.app[REVISIONS].see(*_item(request), by=staff)
    return page(request, "_revision_others.html", others=others)


for _kind_of_page, _base in PAGES.items():
    routes.get(_base + ITEM + "/historique")(history)
    routes.get(_base + ITEM + "/historique/{revision}")(difference)
    routes.post(_base + ITEM + "/ouvert")(still_open)
    # An event is laid back and cancelled with its row: `marie.web.event_versions`.
    _acts = [each for each in _ACTS if (_kind_of_page, each) != ("event", "retablir")]
    routes.post(f"{_base}{ITEM}/revisions/{{revision}}/{{do:{'|'.join(_acts)}}}")(act)
    if _kind_of_page != "event":
        routes.post(_base + ITEM + "/retirer")(withdraw)
