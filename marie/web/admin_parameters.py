"""`/admin/montants`: every amount, deadline and number, by date, and the entries that say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus

from aiohttp import web

from marie.domain.people import Role, Staff
from marie.knowledge.checking import candidate, users
from marie.knowledge.items import Content
from marie.knowledge.library import Library
from marie.knowledge.model import PLACEHOLDER, DatedValue, Entry, Parameter
from marie.language.folding import fold
from marie.web import parameter_form
from marie.web.editing import (
    NOTHING_WRONG,
    PAGES,
    Opened,
    Refused,
    open_form,
    page_of,
    people,
    submit,
    today_of,
)
from marie.web.forms import read_form
from marie.web.keys import CLOCK, LIBRARY, REVISIONS
from marie.web.labels import PREVIEWS
from marie.web.pages import page
from marie.web.previews import Shown, previews
from marie.web.revision_pages import ITEM
from marie.web.sign_in import signed_in
from marie.web.standing import Standing, standing

PAGE = PAGES["parameter"]
A_PAGE = 100
"""Amounts on one page of the list."""

MAX_QUERY = 200
SOON = timedelta(days=60)

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Line:
    """An amount in the list. `value`: what is said today, None before its first day; `coming`: what
    is said from a later day on; `state`: "expired", "ending" (within 60 days, and nothing follows)
    or ""."""

    parameter: Parameter
    value: DatedValue | None
    coming: DatedValue | None
    standing: Standing
    state: str


def line(parameter: Parameter, today: date) -> Line:
    """How an amount stands on a day."""
    begun = [each for each in parameter.values if each.from_ <= today]
    value = max(begun, key=lambda each: each.from_, default=None)
    later = sorted(
        (each for each in parameter.values if each.from_ > today), key=lambda each: each.from_
    )
    coming = later[0] if later else None
    state = ""
    if value is not None and value.until is not None and not coming:
        if value.until < today:
            state = "expired"
        elif value.until <= today + SOON:
            state = "ending"
    source = (value or parameter.values[0]).source
    return Line(
        parameter=parameter,
        value=value,
        coming=coming,
        standing=standing((source,), parameter.review_every),
        state=state,
    )


@routes.get(PAGE)
async def amounts(request: web.Request) -> web.StreamResponse:
    """All of them: `?q=` words, `?etat=` what is to be looked at, `?page=`."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    library = request.app[LIBRARY].current()
    today = today_of(request)
    query = request.query.get("q", "")[:MAX_QUERY].strip()
    wanted = request.query.get("etat", "")
    lines = [line(each, today) for each in library.parameters.values()]
    words = fold(query).split()
    entries = _entries_that_say(library) if words else {}
    found = []
    for each in lines:
        place = _place(each.parameter, entries.get(each.parameter.id, []), words)
        if place is not None and _is_in_state(each, wanted, today):
            found.append((place, fold(each.parameter.label), each))
    found.sort(key=lambda each: each[:2])
    number = _page_number(request)
    return page(
        request,
        "admin_parameters.html",
        staff=staff,
        today=today,
        query=query,
        wanted=wanted,
        lines=[each for *_, each in found[(number - 1) * A_PAGE : number * A_PAGE]],
        entries=entries,
        count=len(found),
        number=number,
        pages=max(1, -(-len(found) // A_PAGE)),
        attention=sum(1 for each in lines if each.state),
        drafts={each.item for each in await request.app[REVISIONS].open_ones("parameter")},
        problems=request.app[LIBRARY].problems,
    )


def _entries_that_say(library: Library) -> dict[str, list[Entry]]:
    """The entries that say each amount: who looks for « garderie » means what is said of it."""
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in library.entries.values():
        said = " ".join((entry.text, entry.simple, entry.details or "", entry.found or ""))
        for name in set(PLACEHOLDER.findall(said)):
            found[name].append(entry)
    return found


def _place(parameter: Parameter, entries: list[Entry], words: list[str]) -> int | None:
    """How near an amount is to the words: 0 by itself, 1 by the answers that say it; None: not."""
    own = (parameter.id, parameter.id.replace("_", " "), parameter.label)
    values = (value.value for value in parameter.values)
    around = (text for each in entries for text in (each.title, *each.questions))
    text = fold(" ".join((*own, *values)))
    if all(word in text for word in words):
        return 0
    text = " ".join((text, fold(" ".join(around))))
    return 1 if all(word in text for word in words) else None


def _is_in_state(each: Line, wanted: str, today: date) -> bool:
    match wanted:
        case "fini":
            return bool(each.state)
        case "jamais":
            return each.standing.verified_on is None
        case "relire":
            return each.standing.is_due(today)
    return True


def _page_number(request: web.Request) -> int:
    text = request.query.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


@routes.get(PAGE + "/nouveau")
async def new_form(request: web.Request) -> web.StreamResponse:
    """An amount that does not exist yet."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    content: Content = {"label": "", "values": [], "review_every": 365}
    return await _edit_page(request, staff, "", _fresh(content), form={})


@routes.post(PAGE + "/nouveau")
async def add_new(request: web.Request) -> web.StreamResponse:
    """Keep or publish it under the name that was typed."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    form = await read_form(request)
    name = form.get("id", "").strip()
    content = parameter_form.written({"id": name}, form)
    if request.app[REVISIONS].item("parameter", name) is not None:
        wrong = Refused(fields={"id": ["ce nom est déjà pris"]})
        return await _edit_page(request, staff, "", _fresh(content), form=form, wrong=wrong)
    if not name:
        wrong = Refused(fields={"id": ["il manque le nom"]})
        return await _edit_page(request, staff, "", _fresh(content), form=form, wrong=wrong)
    done = await submit(request, staff, ("parameter", name), content, form)
    if isinstance(done, Refused):
        return await _edit_page(request, staff, "", _fresh(content), form=form, wrong=done)
    return done


def _fresh(content: Content) -> Opened:
    return Opened(content=content, ground="", draft=None, others=[], drafts=[])


@routes.get(PAGE + ITEM)
async def amount(request: web.Request) -> web.StreamResponse:
    """One amount: what is said today, all its values, a new one, and who says it."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    return await _amount_page(request, staff, form={})


@routes.post(PAGE + ITEM + "/valeurs")
async def add_value(request: web.Request) -> web.StreamResponse:
    """Say another value from a day on."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    form = await read_form(request)
    revisions = request.app[REVISIONS]
    standing_now = await revisions.standing("parameter", name)
    if standing_now.content is None:
        raise web.HTTPNotFound
    content, wrong = parameter_form.added(standing_now.content, form, today_of(request))
    if wrong:
        return await _amount_page(request, staff, form=form, wrong=wrong)
    done = await submit(request, staff, ("parameter", name), content, form)
    if isinstance(done, Refused):
        return await _amount_page(request, staff, form=form, refused=done)
    return done


@routes.post(PAGE + ITEM + "/apercu-valeur")
async def preview_value(request: web.Request) -> web.StreamResponse:
    """What Marie would say with the value that is being typed, from its day on."""
    await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    form = await read_form(request)
    standing_now = await request.app[REVISIONS].standing("parameter", name)
    if standing_now.content is None:
        raise web.HTTPNotFound
    today = today_of(request)
    filled = {
        "source_title": "…",
        "source_url": "https://a.ca",
        **{k: v for k, v in form.items() if v},
    }
    content, wrong = parameter_form.added(standing_now.content, filled, today)
    day = today if wrong else date.fromisoformat(form["from"])
    return page(
        request,
        "_preview.html",
        messages=_previews(request, name, content, day, form.get("dans", "")),
        wrong=NOTHING_WRONG,
    )


def _previews(
    request: web.Request, name: str, content: Content, day: date, chosen: str
) -> list[Shown]:
    library = request.app[LIBRARY].current()
    entries = _saying(request, name, library)
    changed = candidate(library, "parameter", name, content)
    entry = next((each for each in entries if each.id == chosen), entries[0] if entries else None)
    if changed is None or entry is None:
        return []
    parts = [
        (part, label)
        for part, label in PREVIEWS
        if part != "details" or f"{{{name}}}" in (entry.details or "")
    ]
    return previews(entry, changed, day, request.app[CLOCK](), parts)


def _saying(request: web.Request, name: str, library: Library) -> list[Entry]:
    """The entries that say an amount."""
    items = request.app[LIBRARY].items
    found = users("parameter", name, library, items)
    return [library.entries[each.id] for each in found if each.kind == "entry"]


async def _amount_page(
    request: web.Request,
    staff: Staff,
    *,
    form: Mapping[str, str],
    wrong: Mapping[str, str] | None = None,
    refused: Refused = NOTHING_WRONG,
) -> web.Response:
    name = request.match_info["item"]
    app = request.app
    library = app[LIBRARY].current()
    parameter = library.parameters.get(name)
    opened = await open_form(request, staff, "parameter", name) if parameter else None
    if parameter is None or opened is None:
        raise web.HTTPNotFound
    today = today_of(request)
    shown = line(parameter, today)
    entries = _saying(request, name, library)
    last = max(parameter.values, key=lambda each: each.from_)
    suggested = {
        "from": _next_start(last, today),
        "value": "",
        "source_title": last.source.title,
        "source_url": last.source.url,
        "source_published": "",
        "verified": "",
        "why": "",
        "ground": opened.ground,
        "dans": "",
    }
    typed = {**suggested, **{key: value for key, value in form.items() if key in suggested}}
    return page(
        request,
        "admin_parameter.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong or refused.count else HTTPStatus.OK,
        staff=staff,
        today=today,
        name=name,
        address=page_of("parameter", name),
        parameter=parameter,
        line=shown,
        values=sorted(parameter.values, key=lambda each: each.from_, reverse=True),
        entries=entries,
        form=typed,
        wrong=dict(wrong or {}),
        refused=refused,
        opened=opened,
        names=await people(request, opened.drafts),
        done=request.query.get("fait", ""),
        messages=_previews(request, name, opened.content, today, typed["dans"]),
        together=_together(library, parameter, shown, entries),
    )


def _next_start(last: DatedValue, today: date) -> str:
    """The day after the last value's end, or the next 1st of January: when amounts change."""
    if last.until is not None and last.until >= today:
        return (last.until + timedelta(days=1)).isoformat()
    return date(max(today, last.from_).year + 1, 1, 1).isoformat()


def _together(
    library: Library, parameter: Parameter, shown: Line, entries: list[Entry]
) -> list[Parameter]:
    """Other amounts of the same entries that end on the same day, and that nothing follows."""
    until = shown.value.until if shown.value else None
    if until is None:
        return []
    said = " ".join(f"{each.text} {each.simple} {each.details or ''}" for each in entries)
    return [
        each
        for each in library.parameters.values()
        if each.id != parameter.id
        and f"{{{each.id}}}" in said
        and max(each.values, key=lambda value: value.from_).until == until
    ]


@routes.get(PAGE + ITEM + "/modifier")
async def edit(request: web.Request) -> web.StreamResponse:
    """The long form: label, and every value."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    opened = await open_form(request, staff, "parameter", name)
    return await _edit_page(request, staff, name, opened, form={})


@routes.post(PAGE + ITEM + "/modifier")
async def change(request: web.Request) -> web.StreamResponse:
    """Keep or publish what the long form says."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    form = await read_form(request)
    opened = await open_form(request, staff, "parameter", name)
    content = parameter_form.written(opened.content, form)
    done = await submit(request, staff, ("parameter", name), content, form)
    if isinstance(done, Refused):
        shown = replace(opened, content=content, ground=form.get("ground", ""))
        return await _edit_page(request, staff, name, shown, form=form, wrong=done)
    return done


async def _edit_page(
    request: web.Request,
    staff: Staff,
    name: str,
    opened: Opened,
    *,
    form: Mapping[str, str],
    wrong: Refused = NOTHING_WRONG,
) -> web.Response:
    typed = {key: form.get(key, "") for key in ("why", "publish_on", "expires_on", "id")}
    draft = form.get("draft") or opened.draft
    return page(
        request,
        "admin_parameter_edit.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong.count else HTTPStatus.OK,
        staff=staff,
        today=today_of(request),
        name=name,
        address=page_of("parameter", name) if name else PAGE,
        content=opened.content,
        shown=parameter_form.shown,
        opened=opened,
        ground=opened.ground,
        draft=draft,
        form=typed,
        wrong=wrong,
        both=[each for each in request.query.get("deux", "").split(",") if each],
        names=await people(request, opened.drafts),
    )
