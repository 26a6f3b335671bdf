"""`/admin/lieux`: what Marie says of each host region: words, figures with their sources, towns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from marie.domain.people import Role
from marie.knowledge.checking import candidate
from marie.knowledge.items import Content
from marie.knowledge.model import RegionProfile
from marie.knowledge.saying import figures_of, profile_message
from marie.web import item_forms, place_form
from marie.web.editing import PAGES, today_of
from marie.web.item_forms import Form
from marie.web.keys import CLOCK, DIRECTORY, LIBRARY, REVISIONS
from marie.web.labels import PREVIEWS
from marie.web.pages import page
from marie.web.parameter_form import shown as shown_number
from marie.web.previews import Shown, drawn
from marie.web.revision_pages import ITEM
from marie.web.sign_in import signed_in
from marie.web.standing import SOON, Standing, standing

PAGE = PAGES["place"]
REVIEW_EVERY = 365
"""Days after which a region's sources are to be read again."""

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class RegionLine:
    """A region in the list. `imported`: how many of its figures come from an import."""

    profile: RegionProfile
    standing: Standing
    imported: int


@routes.get(PAGE)
async def regions(request: web.Request) -> web.StreamResponse:
    """The fifteen host regions."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    found = [
        RegionLine(
            profile=profile,
            standing=standing(_sources(profile), REVIEW_EVERY),
            imported=len(app[DIRECTORY].figures(profile.code)),
        )
        for profile in app[LIBRARY].current().profiles.values()
    ]
    return page(
        request,
        "admin_places.html",
        staff=staff,
        today=today_of(request),
        soon=today_of(request) + SOON,
        lines=sorted(found, key=lambda each: each.profile.code),
        drafts={each.item: each for each in await app[REVISIONS].open_ones("place")},
    )


def _sources(profile: RegionProfile) -> Any:
    return (*profile.sources, *(figure.source for figure in profile.figures))


def shown(
    request: web.Request, name: str, content: Content, form: Mapping[str, str]
) -> dict[str, Any]:
    """The rows of the form, and the region as Marie presents it."""
    app = request.app
    resources = app[DIRECTORY].current()
    names = [*(content.get("colleges") or []), *(content.get("universities") or [])]
    return {
        "listed": {each: place_form.listed(content, each) for each in place_form.LISTS},
        "figures": place_form.rows(content, "figures"),
        "sources": place_form.rows(content, "sources"),
        "shown_number": shown_number,
        "imported": app[DIRECTORY].figures(name),
        "sectors": sorted(app[REVISIONS].rules.sectors),
        "schools": {each: found.name for each in names if (found := resources.get(each))},
        "messages": _messages(request, name, content),
    }


def _messages(request: web.Request, name: str, content: Content) -> list[Shown]:
    library = candidate(request.app[LIBRARY].current(), "place", name, content)
    if library is None:
        return []
    profile = library.profiles[name]
    figures = list(figures_of(profile, request.app[DIRECTORY].figures(name)).values())
    found = []
    for part, label in PREVIEWS:
        if part in ("text", "simple"):
            spoken = library.in_simple_french if part == "simple" else library
            said = profile_message(
                profile, spoken, figures, place=f"region:{name}", simple=part == "simple"
            )
            found.append(drawn(label, said, request.app[CLOCK]()))
    return found


FORM = Form(kind="place", template="admin_place.html", written=place_form.written, shown=shown)


@routes.get(PAGE + ITEM)
@routes.get(PAGE + ITEM + "/modifier")
async def place_page(request: web.Request) -> web.StreamResponse:
    """One region."""
    return await item_forms.show(request, await signed_in(request, Role.ADMINISTRATOR), FORM)


@routes.post(PAGE + ITEM + "/modifier")
async def change(request: web.Request) -> web.StreamResponse:
    """Keep or publish what was written."""
    return await item_forms.change(request, await signed_in(request, Role.ADMINISTRATOR), FORM)


@routes.post(PAGE + ITEM + "/apercu")
async def preview(request: web.Request) -> web.StreamResponse:
    """What Marie would say."""
    await signed_in(request, Role.ADMINISTRATOR)
    return await item_forms.preview(request, FORM)
