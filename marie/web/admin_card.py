"""`/admin/repertoire/fiches`: one card – its form, its checks, its past, and taking back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Staff
from marie.knowledge.card_form import FORM, check, shown
from marie.knowledge.edits import NONE, FieldChange, differences, edited, with_values
from marie.knowledge.importers.fields import slug
from marie.knowledge.merging import completed
from marie.knowledge.model import Source
from marie.knowledge.resource_json import to_json
from marie.knowledge.resources import Resource
from marie.services import cards
from marie.store import links
from marie.web.directory_pages import (
    CARD,
    CARDS,
    HOME,
    TooLarge,
    administrator,
    directory_page,
    first,
    heard,
    own_page,
    read_fields,
    to,
    towns,
)
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER

_ONE = f"{CARDS}/{CARD}"
LANGUAGES = "languages"

routes = web.RouteTableDef()


@routes.get(CARDS + "/nouvelle")
async def blank(request: web.Request) -> web.StreamResponse:
    """An empty form."""
    form = dict.fromkeys(FORM, "") | {"kind": "other"}
    return await _new_page(request, form, ())


@routes.post(CARDS + "/nouvelle")
async def add(request: web.Request) -> web.StreamResponse:
    """Add a card; its source is needed."""
    staff = await administrator(request)
    app = request.app
    try:
        fields = await read_fields(request)
    except TooLarge:
        form = dict.fromkeys(FORM, "") | {"kind": "other"}
        return await _new_page(request, form, (), problems={"": "too_large"})
    form = {name: first(fields, name) for name in FORM}
    languages = fields.get(LANGUAGES, [])
    checked = check(form, languages, towns(app))
    if checked.problems:
        return await _new_page(request, form, languages, problems=checked.problems)
    today = local_date(app[CLOCK]())
    resource = _resource(checked.values, today)
    card_id = await cards.add(
        app[DATABASE],
        resource,
        verified=first(fields, "verified") == "oui",
        by=staff,
        clock=app[CLOCK],
    )
    heard(app)
    return to(f"{CARDS}/{card_id}", fait="ajoutee")


def _resource(values: Mapping[str, Any], today: date) -> Resource:
    own = {name: value for name, value in values.items() if not name.startswith("source_")}
    for name in ("languages", "keywords", "other_phones"):
        own[name] = tuple(own.get(name) or ())
    return Resource(
        id=slug("main", values["name"], values.get("municipality") or ""),
        source=Source(title=values["source_title"], url=values["source_url"], read_on=today),
        **own,
    )


async def _new_page(
    request: web.Request,
    form: Mapping[str, str],
    languages: Sequence[str],
    *,
    problems: Mapping[str, str] | None = None,
) -> web.Response:
    staff = await administrator(request)
    return directory_page(
        request,
        "directory_new.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        staff=staff,
        form=form,
        chosen=languages,
        problems=problems or {},
    )


@routes.get(_ONE)
async def one(request: web.Request) -> web.StreamResponse:
    """A card: its form, what its source says, and its past."""
    staff = await administrator(request)
    file = await _file(request)
    return await _card_page(request, staff, file, shown(file.said), file.said.languages)


@routes.post(_ONE)
async def save(request: web.Request) -> web.StreamResponse:
    """Write the card; what is wrong is said beside its field, and nothing is written."""
    staff = await administrator(request)
    app = request.app
    file = await _file(request)
    try:
        fields = await read_fields(request)
    except TooLarge:
        return await _card_page(
            request, staff, file, shown(file.said), file.said.languages, problems={"": "too_large"}
        )
    form = {name: first(fields, name) for name in FORM}
    languages = fields.get(LANGUAGES, [])
    checked = check(form, languages, towns(app), file.said)
    if checked.problems:
        return await _card_page(request, staff, file, form, languages, problems=checked.problems)
    try:
        changed = await cards.save(
            app[DATABASE],
            file.said.id,
            checked.values,
            basis=first(fields, "basis"),
            verified=first(fields, "verified") == "oui",
            note=first(fields, "note")[:300],
            by=staff,
            clock=app[CLOCK],
        )
    except cards.ChangedMeanwhile as error:
        # What the second person wrote stays in the form; what the first one did is shown.
        seen = await _file(request)
        typed = _typed(seen.said, checked.values)
        return await _card_page(
            request,
            staff,
            seen,
            form,
            languages,
            problems={"": "meanwhile"},
            apart=differences(error.now, typed),
        )
    heard(app)
    return to(f"{CARDS}/{file.said.id}", fait="enregistree" if changed else "rien")


def _typed(now: Resource, values: Mapping[str, Any]) -> Resource:
    return edited(now, with_values(now, NONE, values))


@routes.post(_ONE + "/verifier")
async def verify(request: web.Request) -> web.StreamResponse:
    """The card was compared with the official page today."""
    staff = await administrator(request)
    app = request.app
    form = await read_fields(request)
    card_id = (await _file(request)).said.id
    batch = await cards.verify(app[DATABASE], [card_id], by=staff, clock=app[CLOCK])
    heard(app)
    back = own_page(first(form, "retour"), f"{CARDS}/{card_id}")
    return to(back, fait="verifiee", geste=batch)


@routes.post(_ONE + "/retirer")
async def retire(request: web.Request) -> web.StreamResponse:
    """Say it no more."""
    staff = await administrator(request)
    app = request.app
    form = await read_fields(request)
    card_id = (await _file(request)).said.id
    note = first(form, "raison")[:300]
    batch = await cards.retire(app[DATABASE], [card_id], note=note, by=staff, clock=app[CLOCK])
    heard(app)
    return to(f"{CARDS}/{card_id}", fait="retiree", geste=batch)


@routes.post(_ONE + "/remettre")
async def restore(request: web.Request) -> web.StreamResponse:
    """Say it again."""
    staff = await administrator(request)
    app = request.app
    card_id = (await _file(request)).said.id
    batch = await cards.restore(app[DATABASE], [card_id], by=staff, clock=app[CLOCK])
    heard(app)
    return to(f"{CARDS}/{card_id}", fait="remise", geste=batch)


@routes.post(_ONE + "/separer")
async def split(request: web.Request) -> web.StreamResponse:
    """Say a merged card by itself again."""
    staff = await administrator(request)
    app = request.app
    card_id = (await _file(request)).said.id
    batch = await cards.split(app[DATABASE], card_id, by=staff, clock=app[CLOCK])
    heard(app)
    return to(f"{CARDS}/{card_id}", fait="separee", geste=batch)


@routes.post(_ONE + "/conflit")
async def settle(request: web.Request) -> web.StreamResponse:
    """Keep one's own word of a field, or take the source's."""
    staff = await administrator(request)
    app = request.app
    form = await read_fields(request)
    card_id = (await _file(request)).said.id
    await cards.settle(
        app[DATABASE],
        card_id,
        first(form, "champ"),
        keep=first(form, "choix") != "source",
        by=staff,
        clock=app[CLOCK],
    )
    heard(app)
    return to(f"{CARDS}/{card_id}", fait="tranchee")


async def _file(request: web.Request) -> cards.File:
    try:
        return await cards.read(request.app[DATABASE], request.match_info["card_id"])
    except cards.UnknownCard:
        raise web.HTTPNotFound from None


async def _card_page(
    request: web.Request,
    staff: Staff,
    file: cards.File,
    form: Mapping[str, str],
    languages: Sequence[str],
    *,
    problems: Mapping[str, str] | None = None,
    apart: Sequence[FieldChange] = (),
) -> web.Response:
    app = request.app
    directory = app[DIRECTORY].current()
    status = HTTPStatus.OK
    if problems:
        status = (
            HTTPStatus.CONFLICT
            if problems.get("") == "meanwhile"
            else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if problems.get("") == "too_large"
            else HTTPStatus.UNPROCESSABLE_ENTITY
        )
    whole = file.said
    for each in file.duplicates:
        whole = completed(whole, each)
    async with app[DATABASE].read() as connection:
        link = await links.read_link(connection, file.said.url) if file.said.url else None
        kept = file.merged and (await cards.name_of(connection, file.merged))
    return directory_page(
        request,
        "directory_card.html",
        status=status,
        staff=staff,
        file=file,
        form=form,
        chosen=languages,
        problems=problems or {},
        apart=apart,
        link=link,
        kept=kept,
        preview=to_json(whole, None, app[GAZETTEER], stale=directory.is_old(whole)),
        home=HOME,
    )
