"""`/admin/fiches`: every answer, found again, written, shown as the widget draws it, published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

from aiohttp import web
from msgspec.structs import replace as with_replies

from marie.domain.people import Role, Staff
from marie.knowledge.checking import candidate
from marie.knowledge.items import Content
from marie.knowledge.library import Library
from marie.knowledge.model import GROUPS, PLACEHOLDER, TOPICS, Entry, QuickReply
from marie.knowledge.revisions import Revision
from marie.language.folding import fold
from marie.web import entry_form
from marie.web.editing import (
    NOTHING_WRONG,
    PAGES,
    Opened,
    Refused,
    open_form,
    page_of,
    people,
    refused,
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
from marie.web.standing import SOON, Standing, standing

PAGE = PAGES["entry"]
A_PAGE = 60
"""Entries on one page of the list."""

MAX_QUERY = 200
UNNAMED = "nouvelle-fiche"
NEW: Content = {
    "topic": "",
    "title": "",
    "text": "",
    "simple": "",
    "questions": [],
    "sources": [],
    "review_every": 180,
}

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """An entry in the list."""

    entry: Entry
    standing: Standing

    def is_due(self, today: date) -> bool:
        """Whether somebody must look at it again; courtesy without a source never is."""
        return bool(self.entry.sources) and self.standing.is_due(today)


@routes.get(PAGE)
async def entries(request: web.Request) -> web.StreamResponse:
    """All of them: `?q=` words, `?famille=`, `?etat=`, `?page=`."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    library = app[LIBRARY].current()
    today = today_of(request)
    query = request.query.get("q", "")[:MAX_QUERY].strip()
    family = request.query.get("famille", "")
    wanted = request.query.get("etat", "")
    drafts: dict[str, list[Revision]] = {}
    for each in await app[REVISIONS].open_ones("entry"):
        drafts.setdefault(each.item, []).append(each)
    lines = [
        EntryLine(entry=entry, standing=standing(entry.sources, entry.review_every))
        for entry in library.entries.values()
    ]
    due = sum(each.is_due(today) for each in lines)
    words = fold(query).split()
    topics = GROUPS.get(family, ())
    found = [
        each
        for each in lines
        if (not family or each.entry.topic in topics)
        and (not words or _has_words(each.entry, words))
        and _is_in_state(each, wanted, today, drafts)
    ]
    order = {topic: place for place, topic in enumerate(t for ts in GROUPS.values() for t in ts)}
    found.sort(key=lambda each: (order[each.entry.topic], not each.entry.default, each.entry.id))
    number = _page_number(request)
    return page(
        request,
        "admin_entries.html",
        staff=staff,
        today=today,
        soon=today + SOON,
        query=query,
        family=family,
        wanted=wanted,
        lines=found[(number - 1) * A_PAGE : number * A_PAGE],
        groups={topic: group for group, topics in GROUPS.items() for topic in topics},
        count=len(found),
        due=due,
        number=number,
        pages=max(1, -(-len(found) // A_PAGE)),
        drafts=drafts,
        new=[name for name in drafts if name not in library.entries],
        problems=app[LIBRARY].problems,
        damaged=app[LIBRARY].damaged,
    )


def _is_in_state(
    each: EntryLine, wanted: str, today: date, drafts: Mapping[str, list[Revision]]
) -> bool:
    match wanted:
        case "relire":
            return each.is_due(today)
        case "jamais":
            return each.standing.verified_on is None
        case "cours":
            return each.entry.id in drafts
        case "questions":
            return not each.entry.questions
    return True


def _has_words(entry: Entry, words: list[str]) -> bool:
    text = fold(" ".join((entry.id, entry.topic, entry.title, entry.text, *entry.questions)))
    return all(word in text for word in words)


def _page_number(request: web.Request) -> int:
    text = request.query.get("page", "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1


@routes.get(PAGE + "/nouvelle")
async def new_form(request: web.Request) -> web.StreamResponse:
    """An entry that does not exist yet; `?titre=`, `?sujet=` and `?question=`s begin it."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    asked = [each[:MAX_QUERY].strip() for each in request.query.getall("question", [])[:20]]
    topic = request.query.get("sujet", "")
    content = {
        **NEW,
        "title": request.query.get("titre", "")[:MAX_QUERY].strip(),
        "topic": topic if topic in TOPICS else "",
        "questions": [each for each in asked if each],
    }
    return await _form_page(request, staff, "", _fresh(content), form={})


@routes.post(PAGE + "/nouvelle")
async def add_new(request: web.Request) -> web.StreamResponse:
    """Keep or publish it under the name that was typed."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    form = await read_form(request)
    name = form.get("id", "").strip()
    content = entry_form.written({"id": name}, form)
    wrong: Refused | None = None
    if not name:
        wrong = Refused(fields={"id": ["il manque le nom"]})
    elif request.app[REVISIONS].item("entry", name) is not None:
        wrong = Refused(fields={"id": ["ce nom est déjà pris"]})
    if wrong is None:
        done = await submit(request, staff, ("entry", name), content, form)
        if not isinstance(done, Refused):
            return done
        wrong = done
    return await _form_page(request, staff, "", _fresh(content), form=form, wrong=wrong)


def _fresh(content: Content) -> Opened:
    return Opened(content=content, ground="", draft=None, others=[], drafts=[])


@routes.post(PAGE + "/apercu")
async def preview_new(request: web.Request) -> web.StreamResponse:
    """What Marie would say of an entry that does not exist yet."""
    await signed_in(request, Role.ADMINISTRATOR)
    form = await read_form(request)
    name = form.get("id", "").strip() or UNNAMED
    return await _preview(request, name, entry_form.written({"id": name}, form))


@routes.get(PAGE + ITEM)
async def entry_page(request: web.Request) -> web.StreamResponse:
    """One entry: as Marie says it today, where it comes from, and what is under way."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    name = request.match_info["item"]
    library = app[LIBRARY].current()
    entry = library.entries.get(name)
    revisions = app[REVISIONS]
    drafts = await revisions.open_ones("entry", name)
    if entry is None and not drafts:
        raise web.HTTPNotFound
    today = today_of(request)
    values: dict[str, Any] = {
        "staff": staff,
        "today": today,
        "address": page_of("entry", name),
        "name": name,
        "drafts": drafts,
        "names": await people(request, drafts),
        "done": request.query.get("fait", ""),
    }
    if entry is None:
        return page(request, "admin_entry_new.html", **values)
    standing_now = await revisions.standing("entry", name)
    return page(
        request,
        "admin_entry.html",
        **values,
        entry=entry,
        group=next(group for group, topics in GROUPS.items() if entry.topic in topics),
        standing=standing(entry.sources, entry.review_every),
        replies=[_reply(reply, library) for reply in entry.quick_replies],
        parameters=_said(entry, library),
        messages=previews(entry, library, today, app[CLOCK](), PREVIEWS),
        wrong=NOTHING_WRONG,
        published=standing_now.revision,
    )


def _reply(reply: QuickReply, library: Library) -> tuple[str, str]:
    """A quick reply's title, and the entry that it leads to."""
    entry = reply.entry or library.default_entry(reply.topic or "").id
    return reply.title, entry


def _said(entry: Entry, library: Library) -> list[tuple[str, str]]:
    """The amounts that an entry says: id and label."""
    texts = (entry.text, entry.simple, entry.details or "", entry.found or "")
    names = dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text))
    return [(name, library.parameters[name].label) for name in names]


@routes.get(PAGE + ITEM + "/modifier")
async def edit(request: web.Request) -> web.StreamResponse:
    """The form of an entry."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    opened = await open_form(request, staff, "entry", name)
    return await _form_page(request, staff, name, opened, form={})


@routes.post(PAGE + ITEM + "/modifier")
async def change(request: web.Request) -> web.StreamResponse:
    """Keep or publish what the form says."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    form = await read_form(request)
    content = entry_form.written(await _base(request, name, form), form)
    done = await submit(request, staff, ("entry", name), content, form)
    if isinstance(done, Refused):
        opened = Opened(
            content=content,
            ground=form.get("ground", ""),
            draft=int(form["draft"]) if form.get("draft", "").isdecimal() else None,
            others=await request.app[REVISIONS].see("entry", name, by=staff),
            drafts=[],
        )
        return await _form_page(request, staff, name, opened, form=form, wrong=done)
    await request.app[REVISIONS].leave("entry", name, by=staff)
    return done


@routes.post(PAGE + ITEM + "/apercu")
async def preview_change(request: web.Request) -> web.StreamResponse:
    """What Marie would say with what is being typed."""
    await signed_in(request, Role.ADMINISTRATOR)
    name = request.match_info["item"]
    form = await read_form(request)
    return await _preview(request, name, entry_form.written(await _base(request, name, form), form))


async def _base(request: web.Request, name: str, form: Mapping[str, str]) -> Content:
    """What the form was opened on: fields that it does not show stay as they are there."""
    revisions = request.app[REVISIONS]
    draft = form.get("draft", "")
    if draft.isdecimal():
        revision = await revisions.read(int(draft[:9]))
        if revision.key == ("entry", name) and revision.content is not None:
            return revision.content
    content = (await revisions.standing("entry", name)).content
    if content is None:
        raise web.HTTPNotFound
    return content


async def _preview(request: web.Request, name: str, content: Content) -> web.Response:
    wrong = refused(request.app[REVISIONS].check("entry", name, content), "entry", name)
    return page(request, "_preview.html", messages=_messages(request, name, content), wrong=wrong)


def _messages(request: web.Request, name: str, content: Content) -> list[Shown]:
    """The messages of a content, as far as it can be said at all."""
    library = request.app[LIBRARY].current()
    changed = candidate(library, "entry", name, content)
    if changed is None:
        return []
    entry = changed.entries[name]
    # A button that leads nowhere yet is among the mistakes; the rest is shown.
    known = [
        each for each in entry.quick_replies if each.entry is None or each.entry in changed.entries
    ]
    texts = (entry.text, entry.simple, entry.details or "", entry.found or "")
    named = {each for text in texts for each in PLACEHOLDER.findall(text)}
    if not named <= changed.parameters.keys():
        return []
    entry = with_replies(entry, quick_replies=tuple(known))
    return previews(entry, changed, today_of(request), request.app[CLOCK](), PREVIEWS)


async def _form_page(
    request: web.Request,
    staff: Staff,
    name: str,
    opened: Opened,
    *,
    form: Mapping[str, str],
    wrong: Refused = NOTHING_WRONG,
) -> web.Response:
    library = request.app[LIBRARY].current()
    content = opened.content
    typed = {key: form.get(key, "") for key in ("why", "publish_on", "expires_on", "id")}
    return page(
        request,
        "admin_entry_edit.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong.count else HTTPStatus.OK,
        staff=staff,
        today=today_of(request),
        name=name,
        address=page_of("entry", name) if name else PAGE,
        content=content,
        opened=opened,
        ground=opened.ground,
        draft=opened.draft,
        form=typed,
        wrong=wrong,
        topics=GROUPS,
        title=lambda topic: next((e.title for e in library.topic_entries(topic)), topic),
        rows={each: entry_form.rows(content, each) for each in entry_form.ROWS},
        questions=entry_form.questions(content),
        resources=content.get("resources") or {},
        entries=sorted(library.entries.values(), key=lambda each: fold(each.title)),
        parameters=sorted(library.parameters.values(), key=lambda each: fold(each.label)),
        messages=_messages(request, name or UNNAMED, {**content, "id": name or UNNAMED}),
        both=[each for each in request.query.get("deux", "").split(",") if each],
        names=await people(request, opened.drafts),
    )
