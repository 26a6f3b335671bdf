"""`/admin/registres`: purposes, consents, accesses to files, retention (Loi 25)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from marie.clock import local_date
from marie.domain.conversation import ConversationId
from marie.domain.people import Role
from marie.knowledge.spreadsheet import to_csv
from marie.services import retention
from marie.store import accesses, consents, jobs
from marie.store.accesses import Access
from marie.web.figure_labels import ACCESS_COLUMNS
from marie.web.keys import CLOCK, DATABASE, SETTINGS
from marie.web.pages import page
from marie.web.privacy import privacy_of
from marie.web.requests import known_form, whole_number
from marie.web.sign_in import signed_in

PAGE = "/admin/registres"
AT_ONCE = 50
"""Lines of a page."""

PURGE = "purge"

routes = web.RouteTableDef()


@routes.get(PAGE)
async def purposes(request: web.Request) -> web.StreamResponse:
    """The register of purposes, and of everything that is kept."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    async with request.app[DATABASE].read() as connection:
        given = await consents.counted(connection)
    return _page(request, "registers.html", staff=staff, at="purposes", given=given)


@routes.get(PAGE + "/consentements")
async def consent_list(request: web.Request) -> web.StreamResponse:
    """Every consent that is still there, the newest first."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    purpose = request.query.get("finalite", "")
    number = max(1, whole_number(request, "page", 1, most=100_000))
    async with request.app[DATABASE].read() as connection:
        whole, found = await consents.newest(
            connection, limit=AT_ONCE, offset=(number - 1) * AT_ONCE, purpose=purpose
        )
    return _page(
        request,
        "register_consents.html",
        staff=staff,
        at="consents",
        found=found,
        purpose=purpose,
        **_pages(whole, number),
    )


@routes.get(PAGE + "/acces")
async def access_files(request: web.Request) -> web.StreamResponse:
    """Which files were opened, the newest first."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    number = max(1, whole_number(request, "page", 1, most=100_000))
    async with request.app[DATABASE].read() as connection:
        whole, files = await accesses.files(
            connection, limit=AT_ONCE, offset=(number - 1) * AT_ONCE
        )
        latest = await accesses.latest(connection, limit=20)
    return _page(
        request,
        "register_accesses.html",
        staff=staff,
        at="accesses",
        files=files,
        latest=latest,
        **_pages(whole, number),
    )


@routes.get(PAGE + "/acces/{conversation_id}")
async def access_file(request: web.Request) -> web.StreamResponse:
    """Who did what with one file, and what its visitor accepted."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    conversation_id = known_form(request.match_info["conversation_id"])
    async with request.app[DATABASE].read() as connection:
        found = await accesses.of_file(connection, conversation_id)
        given = await consents.of_conversation(connection, ConversationId(conversation_id))
    return _page(
        request,
        "register_file.html",
        staff=staff,
        at="accesses",
        conversation_id=conversation_id,
        found=found,
        given=given,
    )


@routes.get(PAGE + "/acces/{conversation_id}/registre.csv")
async def access_csv(request: web.Request) -> web.StreamResponse:
    """The same as a table for spreadsheets."""
    await signed_in(request, Role.ADMINISTRATOR)
    conversation_id = known_form(request.match_info["conversation_id"])
    async with request.app[DATABASE].read() as connection:
        found = await accesses.of_file(connection, conversation_id)
    return csv_file(to_csv(ACCESS_COLUMNS, _rows(found)), f"acces-{conversation_id[:8]}.csv")


@routes.get(PAGE + "/conservation")
async def retention_page(request: web.Request) -> web.StreamResponse:
    """How long what is kept, and what the next purge will take."""
    app = request.app
    staff = await signed_in(request, Role.ADMINISTRATOR)
    overview = await retention.overview(
        app[DATABASE], privacy_of(app), data=app[SETTINGS].data, clock=app[CLOCK]
    )
    async with app[DATABASE].read() as connection:
        job = (await jobs.standings(connection)).get(PURGE)
    return _page(
        request, "register_retention.html", staff=staff, at="retention", overview=overview, job=job
    )


def csv_file(text: str, name: str) -> web.Response:
    """A CSV that a browser keeps under `name`."""
    return web.Response(
        body=text.encode("utf-8-sig"),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rows(found: Sequence[Access]) -> list[Sequence[object]]:
    return [
        (each.at.isoformat(), each.name or "", each.organization or "", each.action)
        for each in found
    ]


def _pages(whole: int, number: int) -> dict[str, int]:
    return {"whole": whole, "number": number, "last": max(1, -(-whole // AT_ONCE))}


def _page(request: web.Request, template: str, **values: Any) -> web.Response:
    app = request.app
    return page(
        request,
        template,
        privacy=privacy_of(app),
        today=local_date(app[CLOCK]()),
        **values,
    )
