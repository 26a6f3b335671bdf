"""What the pages under `/admin/repertoire` share: their places, their counts, how they answer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role, Staff
from marie.knowledge.importers.fields import Towns
from marie.knowledge.places import Gazetteer
from marie.web.keys import CLOCK, DIRECTORY_CHANGED, GAZETTEER
from marie.web.pages import page
from marie.web.sign_in import signed_in

HOME = "/admin/repertoire"
CARDS = HOME + "/fiches"
CARD = r"{card_id:[A-Za-z0-9_.-]{1,200}}"
ACTS = HOME + "/gestes"
TWINS = HOME + "/doublons"
IMPORTS = HOME + "/imports"
LINKS = HOME + "/liens"
MAP = HOME + "/carte"

MAX_QUERY = 200


async def administrator(request: web.Request) -> Staff:
    """Who asks; nobody else comes here."""
    return await signed_in(request, Role.ADMINISTRATOR)


def directory_page(
    request: web.Request,
    template: str,
    *,
    staff: Staff,
    status: int = HTTPStatus.OK,
    **values: Any,
) -> web.Response:
    """A page with the names of places, and the day."""
    gazetteer = request.app[GAZETTEER]
    return page(
        request,
        template,
        status=status,
        staff=staff,
        today=local_date(request.app[CLOCK]()),
        regions=regions(gazetteer),
        mrcs=mrcs(gazetteer),
        done=request.query.get("fait", "")[:40],
        done_batch=number(request.query.get("geste")),
        **values,
    )


def regions(gazetteer: Gazetteer) -> dict[str, str]:
    """Every region by its code."""
    return {each.region: each.name for each in gazetteer.of_kind("region") if each.region}


def mrcs(gazetteer: Gazetteer) -> dict[str, str]:
    """Every MRC by its code, by name."""
    found = [(each.mrc, each.name) for each in gazetteer.of_kind("mrc") if each.mrc]
    return dict(sorted(found, key=lambda each: each[1]))


def codes_in(gazetteer: Gazetteer, mrc: str) -> tuple[str, ...]:
    """The municipalities of an MRC."""
    return tuple(
        each.municipality
        for each in gazetteer.of_kind("municipality")
        if each.mrc == mrc and each.municipality
    )


def towns(app: web.Application) -> Towns:
    """Municipalities by the names that people give them."""
    return Towns(app[GAZETTEER])


def heard(app: web.Application) -> None:
    """The directory changed: Marie says so in her next turn."""
    app[DIRECTORY_CHANGED].set()


def number(text: str | None) -> int | None:
    """A number of an address, or none."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def to(location: str, **query: object) -> web.Response:
    """On to a page."""
    known = {name: value for name, value in query.items() if value not in (None, "")}
    if known:
        path, anchor, fragment = location.partition("#")
        joint = "&" if "?" in path else "?"
        location = f"{path}{joint}{urlencode(known)}{anchor}{fragment}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


def own_page(path: str | None, otherwise: str = HOME) -> str:
    """A page of the directory that a form wants to come back to."""
    if path is None or not path.startswith(HOME) or "\\" in path or "//" in path:
        return otherwise
    return path if path.isprintable() and len(path) < 1000 else otherwise


async def read_fields(request: web.Request) -> Mapping[str, list[str]]:
    """A form's fields, each of which may come several times; line ends as LF.

    `TooLarge` when more was pasted than any card holds.
    """
    try:
        fields = await request.post()
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLarge from error
    except (UnicodeError, LookupError, ValueError):
        return {}
    found: dict[str, list[str]] = {}
    for name, value in fields.items():
        if isinstance(value, str):
            clean = value.replace("\r\n", "\n").replace("\x00", "")
            found.setdefault(name, []).append(clean.encode("utf-8", "replace").decode())
    return found


class TooLarge(Exception):
    """More than a form takes was sent."""


def first(fields: Mapping[str, list[str]], name: str) -> str:
    """A field's first value."""
    return next(iter(fields.get(name, ())), "")
