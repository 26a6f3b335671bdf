"""`/admin/manques`: what Marie missed, group by group, and where the directory has nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from http import HTTPStatus
from typing import get_args
from urllib.parse import urlencode

from aiohttp import web

from marie.domain.people import Role, Staff
from marie.knowledge.library import Library
from marie.knowledge.missed import nearest_entries
from marie.knowledge.model import GROUPS, Entry, ResourceKind
from marie.language.folding import fold
from marie.services import misses
from marie.services.misses import ASIDE, BadWordings, Overview, UnknownGroup, Waiting
from marie.services.revisions import ChangedMeanwhile, HasMistakes
from marie.store import holes
from marie.store import misses as store
from marie.web.directory_pages import regions
from marie.web.editing import today_of
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER, LIBRARY, REVISIONS
from marie.web.labels import ATTACHED, DETACHED
from marie.web.pages import page
from marie.web.sign_in import signed_in

PAGE = "/admin/manques"
SETTLED = PAGE + "/reglees"
HOLES = PAGE + "/repertoire"
ONE = PAGE + "/{miss:[0-9a-f]{32}}"

SHOWN = 25
"""Groups, or decisions, on a page."""

OFFERED = 6
"""Entries that are proposed for a group."""

FOUND = 12
"""Entries that a search shows."""

MAX_QUERY = 200
SPAN = timedelta(days=90)
"""How far back looks for cards are counted together."""

NEVER_OFFERED = frozenset({"clarify", "abuse", "safety", "language"})

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Cards of a kind in a region: how many there are, how often any was looked for, and how often
    none stood there or near."""

    cards: int
    asked: int
    empty: int


@routes.get(PAGE)
async def waiting(request: web.Request) -> web.StreamResponse:
    """What waits, the most frequent first; `?page=`, `?lieu=`."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    library = app[LIBRARY].current()
    found = await misses.overview(app[DATABASE], library)
    number = _number(request.query.get("page"))
    return page(
        request,
        "misses.html",
        staff=staff,
        today=today_of(request),
        groups=found.groups[(number - 1) * SHOWN : number * SHOWN],
        count=len(found.groups),
        messages=sum(each.count for each in found.groups),
        aside=found.aside,
        number=number,
        pages=max(1, -(-len(found.groups) // SHOWN)),
        place=_place_namer(request),
        topic=lambda name: library.default_entry(name).title,
        new_entry=_new_entry,
        done=request.query.get("fait", "")[:20],
        done_number=_number(request.query.get("geste"), 0),
        done_entry=library.entries.get(request.query.get("fiche", "")),
    )


@routes.get(ONE)
async def one_group(request: web.Request) -> web.StreamResponse:
    """One group: its wordings, and the entry that is to have them; `?q=` looks for entries."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await _group_page(request, staff, await _group(request), {})


@routes.post(ONE)
async def attach(request: web.Request) -> web.StreamResponse:
    """Make the wordings questions of an entry: Marie answers them from the next message on."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await read_form(request)
    shown = await _group(request)
    try:
        number = await misses.attach(
            app[DATABASE],
            app[REVISIONS],
            _seen(shown, form),
            entry=form.get("entry", ""),
            wordings=misses.checked(form.get("wordings", "")),
            why=ATTACHED,
            by=staff,
            clock=app[CLOCK],
        )
    except BadWordings as error:
        return await _group_page(request, staff, shown, form, (error.problem, error.about))
    except HasMistakes as error:
        return await _group_page(request, staff, shown, form, ("mistakes", str(error)))
    except ChangedMeanwhile:
        return await _group_page(request, staff, shown, form, ("meanwhile", ""))
    return _to(PAGE, fait="attachee", geste=number, fiche=form["entry"])


@routes.post(ONE + "/ecarter")
async def set_aside(request: web.Request) -> web.StreamResponse:
    """Not Marie's business, or nothing to make of it."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    form = await read_form(request)
    shown = await _group(request)
    action = next((each for each in ASIDE if each == form.get("do")), None)
    if action is None:
        raise web.HTTPBadRequest
    number = await misses.set_aside(
        app[DATABASE], _seen(shown, form), action, by=staff, clock=app[CLOCK]
    )
    return _to(PAGE, fait=action, geste=number)


@routes.get(SETTLED)
async def settled(request: web.Request) -> web.StreamResponse:
    """What was decided, the newest first, and what entries answer by now."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await _settled_page(request, staff)


@routes.post(SETTLED + "/{number:[0-9]{1,9}}/annuler")
async def undo(request: web.Request) -> web.StreamResponse:
    """Take a decision back."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    try:
        await misses.undo(
            app[DATABASE],
            app[REVISIONS],
            int(request.match_info["number"]),
            why=DETACHED,
            by=staff,
            clock=app[CLOCK],
        )
    except UnknownGroup:
        raise web.HTTPNotFound from None
    except HasMistakes as error:
        return await _settled_page(request, staff, "mistakes", str(error))
    except ChangedMeanwhile:
        return await _settled_page(request, staff, "meanwhile")
    return _to(PAGE, fait="annulee")


@routes.get(HOLES)
async def holes_page(request: web.Request) -> web.StreamResponse:
    """Kinds of cards by region: how many there are, and how often nothing was found."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    today = today_of(request)
    async with app[DATABASE].read() as connection:
        found = await holes.since(connection, today - SPAN)
    cards = Counter((each.kind, each.region) for each in app[DIRECTORY].current().resources)
    looked = {(each.kind, each.region): each for each in found}
    kinds = get_args(ResourceKind)
    cells = {
        (kind, region): Cell(
            cards=cards[kind, region],
            asked=looked[kind, region].asked if (kind, region) in looked else 0,
            empty=looked[kind, region].empty if (kind, region) in looked else 0,
        )
        for kind in kinds
        for region in regions(app[GAZETTEER])
    }
    used = {kind for (kind, _), cell in cells.items() if cell.cards or cell.asked}
    return page(
        request,
        "misses_directory.html",
        staff=staff,
        today=today,
        since=today - SPAN,
        worst=[each for each in found if each.empty][:10],
        asked=sum(each.asked for each in found),
        cells=cells,
        kinds=[kind for kind in kinds if kind in used],
        everywhere={kind: cards[kind, None] for kind in kinds},
        regions=regions(app[GAZETTEER]),
    )


async def _group(request: web.Request) -> Waiting:
    library = request.app[LIBRARY].current()
    try:
        return await misses.group(request.app[DATABASE], library, request.match_info["miss"])
    except UnknownGroup:
        raise web.HTTPNotFound from None


def _seen(shown: Waiting, form: Mapping[str, str]) -> list[store.Missed]:
    """The messages that were on the page: who decides about a group has seen all of it."""
    until = form.get("seen", "")
    if not until.isdecimal() or len(until) > 15:
        return list(shown.members)
    last = datetime.fromtimestamp(int(until) / 1000, timezone.utc)
    return [each for each in shown.members if each.at <= last]


async def _group_page(
    request: web.Request,
    staff: Staff,
    shown: Waiting,
    form: Mapping[str, str],
    wrong: tuple[str, str] = ("", ""),
) -> web.Response:
    """`wrong`: a problem and what it is about."""
    problem, about = wrong
    library = request.app[LIBRARY].current()
    query = request.query.get("q", "")[:MAX_QUERY].strip()
    chosen = library.entries.get(form.get("entry", "") or request.query.get("fiche", ""))
    plain = [each for each in shown.wordings if not misses.MASKED.search(each)]
    typed = form.get("wordings")
    return page(
        request,
        "miss.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        staff=staff,
        today=today_of(request),
        group=shown,
        seen=int(shown.last.timestamp() * 1000),
        masked=len(plain) < len(shown.wordings),
        wordings="\n".join(plain[: misses.MOST_WORDINGS] or shown.wordings[:1])
        if typed is None
        else typed,
        entries=_offered(library, shown, query, chosen),
        chosen=chosen.id if chosen else "",
        family={topic: group for group, topics in GROUPS.items() for topic in topics},
        query=query,
        problem=problem,
        about=about,
        place=_place_namer(request),
        topic=lambda name: library.default_entry(name).title,
        new_entry=_new_entry,
        said=lambda entry: library.fill(entry.text, today_of(request)),
    )


def _offered(library: Library, shown: Waiting, query: str, chosen: Entry | None) -> list[Entry]:
    """What fits a search, or else the entries whose words or topics are nearest."""
    known = [each for each in library.entries.values() if each.topic not in NEVER_OFFERED]
    if query:
        words = fold(query).split()
        text = {each.id: fold(" ".join((each.title, *each.questions))) for each in known}
        fit = [each for each in known if all(word in text[each.id] for word in words)]
        fit.sort(key=lambda each: (fold(each.title), each.id))
        found = fit[:FOUND]
    else:
        read = [library.default_entry(name) for name, _ in shown.topics]
        likely = [each for each in read if each.topic not in NEVER_OFFERED]
        near = nearest_entries(" ".join(shown.wordings[:3]), known, OFFERED)
        found = [*likely[:1], *near, *likely[1:]]
    return list({each.id: each for each in (*([chosen] if chosen else []), *found)}.values())


async def _settled_page(
    request: web.Request, staff: Staff, problem: str = "", about: str = ""
) -> web.Response:
    app = request.app
    library = app[LIBRARY].current()
    number = _number(request.query.get("page"))
    async with app[DATABASE].read() as connection:
        total, decisions = await store.settled(connection, limit=SHOWN, offset=(number - 1) * SHOWN)
    found: Overview = await misses.overview(app[DATABASE], library)
    return page(
        request,
        "misses_settled.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        staff=staff,
        today=today_of(request),
        decisions=decisions,
        count=total,
        understood=[(text, library.entries[entry]) for text, entry in found.understood],
        entries=library.entries,
        number=number,
        pages=max(1, -(-total // SHOWN)),
        problem=problem,
        about=about,
    )


def _new_entry(group: Waiting) -> str:
    """The form of a new entry that answers a group."""
    plain = [each for each in group.wordings if not misses.MASKED.search(each)]
    title = (plain or [""])[0].strip()
    fields = [("titre", title[:1].upper() + title[1:])]
    fields += [("sujet", name) for name, _ in group.topics[:1]]
    fields += [("question", each) for each in plain[: misses.MOST_WORDINGS]]
    return f"/admin/fiches/nouvelle?{urlencode(fields)}"


def _place_namer(request: web.Request) -> Callable[[str], str]:
    gazetteer = request.app[GAZETTEER]

    def name(place_id: str) -> str:
        place = gazetteer.get(place_id)
        return place.name if place else place_id

    return name


def _number(text: str | None, otherwise: int = 1) -> int:
    known = text and text.isascii() and text.isdecimal() and len(text) < 10
    return max(otherwise, int(text)) if known and text else otherwise


def _to(path: str, **query: object) -> web.Response:
    location = f"{path}?{urlencode(query)}" if query else path
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})
