"""One page for one item: what it says, its form, its preview. Phrases, programmes and regions.

A kind gives a `Form`: how its fields become a content, and what its template shows of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from marie.domain.people import Staff
from marie.knowledge.items import Content, Kind
from marie.knowledge.revisions import titled
from marie.services.revisions import UnknownRevision
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
from marie.web.keys import REVISIONS
from marie.web.pages import page

Fields = Mapping[str, str]


def as_found(content: Content, wrong: Refused) -> Refused:
    """The mistakes where they were found."""
    return wrong


@dataclass(frozen=True, kw_only=True)
class Form:
    """A kind's form.

    `written`: the content with what was typed; `shown`: what the templates need besides, of an
    item's name and content and what was typed, `messages` (the preview) among it; `placed`: moves
    mistakes to the fields that the form has; `preview`: the template of the preview alone.
    """

    kind: Kind
    template: str
    written: Callable[[Content, Fields], Content]
    shown: Callable[[web.Request, str, Content, Fields], dict[str, Any]]
    placed: Callable[[Content, Refused], Refused] = as_found
    preview: str = "_preview.html"


async def show(request: web.Request, staff: Staff, form: Form) -> web.StreamResponse:
    """The page of an item, or of its draft (`?revision=`); 404 for what is not there."""
    name = request.match_info["item"]
    revisions = request.app[REVISIONS]
    if revisions.item(form.kind, name) is None and "revision" not in request.query:
        drafts = await revisions.open_ones(form.kind, name)
        if drafts:
            done = request.query.get("fait", "")
            address = f"{page_of(form.kind, name)}?revision={drafts[0].id}&fait={done}"
            raise web.HTTPSeeOther(address)
    opened = await open_form(request, staff, form.kind, name)
    return await _page(request, staff, form, name, opened, typed={})


async def change(request: web.Request, staff: Staff, form: Form) -> web.StreamResponse:
    """Keep or publish what the form says."""
    name = request.match_info["item"]
    typed = await read_form(request)
    content = form.written(await _base(request, form, name, typed), typed)
    done = await submit(request, staff, (form.kind, name), content, typed)
    if not isinstance(done, Refused):
        await request.app[REVISIONS].leave(form.kind, name, by=staff)
        return done
    others = await request.app[REVISIONS].see(form.kind, name, by=staff)
    opened = replace(_fresh(content), others=others, ground=typed.get("ground", ""))
    if typed.get("draft", "").isdecimal():
        opened = replace(opened, draft=int(typed["draft"][:9]))
    return await _page(request, staff, form, name, opened, typed=typed, wrong=done)


async def preview(request: web.Request, form: Form) -> web.StreamResponse:
    """What Marie would say with what is being typed."""
    name = request.match_info["item"]
    typed = await read_form(request)
    content = form.written(await _base(request, form, name, typed), typed)
    wrong = refused(request.app[REVISIONS].check(form.kind, name, content), form.kind, name)
    return page(
        request,
        form.preview,
        **form.shown(request, name, content, typed),
        wrong=form.placed(content, wrong),
    )


async def show_new(
    request: web.Request, staff: Staff, form: Form, content: Content
) -> web.StreamResponse:
    """The form of an item that does not exist yet."""
    return await _page(request, staff, form, "", _fresh(content), typed={})


async def add(
    request: web.Request, staff: Staff, form: Form, content: Content
) -> web.StreamResponse:
    """Keep or publish it under the name that was typed (`id`)."""
    typed = await read_form(request)
    name = typed.get("id", "").strip()
    content = form.written({**content, "id": name}, typed)
    wrong = _unnamed(request, form, name)
    if not wrong.count:
        done = await submit(request, staff, (form.kind, name), content, typed)
        if not isinstance(done, Refused):
            return done
        wrong = done
    return await _page(request, staff, form, "", _fresh(content), typed=typed, wrong=wrong)


async def preview_new(request: web.Request, form: Form, content: Content) -> web.StreamResponse:
    """What Marie would say with what is being typed of an item that does not exist yet."""
    typed = await read_form(request)
    name = typed.get("id", "").strip()
    content = form.written({**content, "id": name}, typed)
    wrong = _unnamed(request, form, name)
    if not wrong.count:
        wrong = refused(request.app[REVISIONS].check(form.kind, name, content), form.kind, name)
    return page(
        request,
        form.preview,
        **form.shown(request, "", content, typed),
        wrong=form.placed(content, wrong),
    )


def _unnamed(request: web.Request, form: Form, name: str) -> Refused:
    """What is wrong with the name of a new item."""
    if not name:
        return Refused(fields={"id": ["il manque le nom"]})
    if request.app[REVISIONS].item(form.kind, name) is not None:
        return Refused(fields={"id": ["ce nom est déjà pris"]})
    return NOTHING_WRONG


def _fresh(content: Content) -> Opened:
    return Opened(content=content, ground="", draft=None, others=[], drafts=[])


async def _base(request: web.Request, form: Form, name: str, typed: Fields) -> Content:
    """What the form was opened on: what it does not show stays as it is there."""
    revisions = request.app[REVISIONS]
    draft = typed.get("draft", "")
    if draft.isdecimal():
        try:
            revision = await revisions.read(int(draft[:9]))
        except UnknownRevision:
            raise web.HTTPNotFound from None
        if revision.key == (form.kind, name) and revision.content is not None:
            return revision.content
    content = (await revisions.standing(form.kind, name)).content
    if content is None:
        raise web.HTTPNotFound
    return content


async def _page(
    request: web.Request,
    staff: Staff,
    form: Form,
    name: str,
    opened: Opened,
    *,
    typed: Fields,
    wrong: Refused = NOTHING_WRONG,
) -> web.Response:
    content = opened.content
    kept = {key: typed.get(key, "") for key in ("why", "publish_on", "expires_on", "id")}
    address = page_of(form.kind, name) if name else PAGES[form.kind]
    if wrong.count:
        wrong = form.placed(content, wrong)
    return page(
        request,
        form.template,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong.count else HTTPStatus.OK,
        staff=staff,
        today=today_of(request),
        name=name,
        kind=form.kind,
        section=PAGES[form.kind],
        address=address,
        title=titled(content) or name,
        content=content,
        opened=opened,
        ground=opened.ground,
        draft=opened.draft,
        form=kept,
        wrong=wrong,
        done=request.query.get("fait", ""),
        both=[each for each in request.query.get("deux", "").split(",") if each],
        names=await people(request, opened.drafts),
        **form.shown(request, name, content, typed),
    )
