"""`/console/reponses`: answers that are written once; `/console/etiquettes`: an organisation's
labels."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from marie.domain.canned import PLACEHOLDERS, BadCanned
from marie.domain.messages import BadMessage
from marie.domain.notes import COLOURS
from marie.domain.people import Role, Staff
from marie.services import canned, remarks
from marie.store import canned as answers
from marie.store import labels
from marie.store import staff as accounts
from marie.web.forms import read_form
from marie.web.keys import CLOCK, DATABASE, HUB
from marie.web.labels import PROBLEMS
from marie.web.pages import page
from marie.web.sign_in import signed_in

ANSWERS = "/console/reponses"
LABELS = "/console/etiquettes"

routes = web.RouteTableDef()


@routes.get(ANSWERS)
async def list_answers(request: web.Request) -> web.StreamResponse:
    """Hers, her organisation's, and the form for another one."""
    return await _answers_page(request, await signed_in(request))


@routes.post(ANSWERS)
async def keep_answer(request: web.Request) -> web.StreamResponse:
    """Keep a new answer, or another wording of one (`id`). What is wrong is said, nothing lost."""
    staff = await signed_in(request)
    app = request.app
    form = await read_form(request)
    try:
        await canned.keep(
            app[DATABASE],
            by=staff,
            title=form.get("title", ""),
            text=form.get("text", ""),
            shared=form.get("shared") == "1",
            answer_id=form.get("id") or None,
            clock=app[CLOCK],
        )
    except BadMessage as error:
        return await _answers_page(request, staff, error, form)
    return web.Response(status=303, headers={"Location": ANSWERS})


@routes.post(ANSWERS + "/{answer_id}/supprimer")
async def delete_answer(request: web.Request) -> web.StreamResponse:
    """Delete one that is hers to delete."""
    staff = await signed_in(request)
    app = request.app
    try:
        await canned.delete(
            app[DATABASE], request.match_info["answer_id"], by=staff, clock=app[CLOCK]
        )
    except BadMessage as error:
        return await _answers_page(request, staff, error)
    return web.Response(status=303, headers={"Location": ANSWERS})


async def _answers_page(
    request: web.Request,
    staff: Staff,
    error: BadMessage | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as connection:
        usable = await answers.all_of(connection, staff)
        names = await accounts.organizations(connection)
    status, _, detail = PROBLEMS[error.reason] if error else (200, "", "")
    return page(
        request,
        "canned.html",
        status=status,
        staff=staff,
        own=[each for each in usable if each.personal],
        shared=[each for each in usable if not each.personal],
        changeable={each.id for each in usable if canned.may_change(staff, each)},
        may_share=staff.role.includes(Role.SUPERVISOR),
        organization=names.get(staff.organization or ""),
        placeholders=PLACEHOLDERS,
        problem=error.reason if error else "",
        detail=detail,
        unknown=error.unknown if isinstance(error, BadCanned) else (),
        typed=typed or {},
    )


@routes.get(LABELS)
async def list_labels(request: web.Request) -> web.StreamResponse:
    """The labels, and how often each is used."""
    return await _labels_page(request, await signed_in(request, Role.SUPERVISOR))


@routes.post(LABELS)
async def change_labels(request: web.Request) -> web.StreamResponse:
    """A new label, or another name or colour for one (`id`), or one less (`supprimer`)."""
    staff = await signed_in(request, Role.SUPERVISOR)
    app = request.app
    form = await read_form(request)
    name, colour = form.get("name", ""), form.get("colour", "")
    database, hub, clock = app[DATABASE], app[HUB], app[CLOCK]
    try:
        if form.get("supprimer"):
            await remarks.delete_label(database, hub, form["supprimer"], by=staff, clock=clock)
        elif form.get("id"):
            await remarks.change_label(
                database, hub, form["id"], name, colour, by=staff, clock=clock
            )
        else:
            await remarks.create_label(database, hub, name, colour, by=staff, clock=clock)
    except BadMessage as error:
        return await _labels_page(request, staff, error, form)
    return web.Response(status=303, headers={"Location": LABELS})


async def _labels_page(
    request: web.Request,
    staff: Staff,
    error: BadMessage | None = None,
    typed: Mapping[str, str] | None = None,
) -> web.Response:
    async with request.app[DATABASE].read() as connection:
        usable = await labels.all_of(connection, staff)
        used = await labels.used(connection, staff)
        names = await accounts.organizations(connection)
    status, _, detail = PROBLEMS[error.reason] if error else (200, "", "")
    return page(
        request,
        "labels.html",
        status=status,
        staff=staff,
        labels=usable,
        used=used,
        organizations=names,
        colours=COLOURS,
        problem=error.reason if error else "",
        detail=detail,
        typed=typed or {},
    )
