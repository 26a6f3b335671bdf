"""`/admin/`: what there is to do today, what hurts a family first, and whether Marie is well."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role
from marie.knowledge.revisions import State as RevisionState
from marie.services import reports, uploads
from marie.store import jobs as job_store
from marie.store import today as store
from marie.store.staff import record
from marie.web.admin_verify import PAGE as VERIFY
from marie.web.admin_verify import Shown, shown
from marie.web.directory_pages import to
from marie.web.editing import page_of, people
from marie.web.health import healthz
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER, JOBS, LIBRARY, SETTINGS
from marie.web.pages import page
from marie.web.sign_in import signed_in
from marie.web.statements import Statement, statements

FIRST = 5
"""Of what there is more of, so many are shown at once."""

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to do. `name` chooses its words; `urgent`: a family may be misled meanwhile."""

    name: str
    count: int
    address: str
    urgent: bool = False


@routes.get("/admin")
async def without_slash(request: web.Request) -> web.StreamResponse:
    """The address as people type it."""
    await signed_in(request, Role.ADMINISTRATOR)
    raise web.HTTPSeeOther("/admin/")


@routes.get("/admin/")
async def today_page(request: web.Request) -> web.StreamResponse:
    """Everything that waits, each with the place where it is settled."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    library = app[LIBRARY].current()
    directory = app[DIRECTORY].current()
    today = local_date(app[CLOCK]())
    async with app[DATABASE].read() as connection:
        counts = await store.read(connection, periods=directory.periods, today=today)
    refused = [
        each
        for each in await asyncio.to_thread(uploads.waiting, app[SETTINGS].data)
        if each.state == "refused"
    ]
    reported = await reports.waiting(app[DATABASE])
    known = statements(library, app[LIBRARY].items, today)
    late = [each for each in known if each.is_("late", today)]
    never = [each for each in known if each.is_("never", today)]
    review = [each for each in counts.revisions if each.state is RevisionState.REVIEW]
    scheduled = sorted(
        (each for each in counts.revisions if each.state is RevisionState.SCHEDULED),
        key=lambda each: (each.publish_at is None, each.publish_at, each.id),
    )
    silent = [each for each in library.entries.values() if not each.questions]
    tasks = [
        Task(name="reports", count=reported.count, address="#signalements", urgent=True),
        Task(name="late", count=len(late), address=f"{VERIFY}?etat=retard", urgent=True),
        Task(
            name="dead",
            count=counts.dead_links,
            address="/admin/repertoire/liens",
            urgent=True,
        ),
        Task(
            name="conflict",
            count=counts.cards["conflict"],
            address="/admin/repertoire?etat=conflict",
            urgent=True,
        ),
        Task(name="uploads", count=len(refused), address="#imports", urgent=True),
        Task(name="jobs", count=len(counts.failed), address="#travaux", urgent=True),
        Task(
            name="sending",
            count=counts.mails + counts.deliveries,
            address="/admin/envois",
            urgent=True,
        ),
        Task(name="review", count=len(review), address="#relectures"),
        Task(name="events", count=counts.events, address="/admin/evenements#prepared"),
        Task(name="misses", count=counts.misses, address="/admin/manques"),
        Task(
            name="old",
            count=sum(each.is_("old", today) for each in known),
            address=f"{VERIFY}?genre=program&etat=an",
        ),
        Task(
            name="stale",
            count=counts.cards["stale"],
            address=f"{VERIFY}?genre=card&etat=retard",
        ),
        Task(
            name="no_contact",
            count=counts.cards["no_contact"],
            address="/admin/repertoire?etat=no_contact",
        ),
        Task(name="silent", count=len(silent), address="/admin/fiches?etat=questions"),
        Task(
            name="never",
            count=len(never) + counts.cards["unverified"],
            address=VERIFY,
        ),
    ]
    return page(
        request,
        "admin.html",
        staff=staff,
        today=today,
        missing=await _missing(request),
        problems=app[LIBRARY].problems,
        damaged=app[LIBRARY].damaged,
        tasks=[each for each in tasks if each.count],
        settled=[each.name for each in tasks if not each.count],
        reports=reported,
        resource=directory.get,
        entries=library.entries,
        refused=refused,
        failed=counts.failed,
        review=review[:FIRST],
        scheduled=scheduled[:FIRST],
        scheduled_count=len(scheduled),
        names=await people(request, [*review[:FIRST], *scheduled[:FIRST]]),
        address_of=page_of,
        to_verify=_first(request, late or never),
        to_verify_late=bool(late),
        done=request.query.get("fait", "")[:20],
        done_title=request.query.get("quoi", "")[:200],
        totals={
            "entries": len(library.entries),
            "parameters": len(library.parameters),
            "resources": len(directory.resources),
            "places": len(app[GAZETTEER]),
            "statements": len(known),
            "verified": len(known) - len(never),
            "cards_verified": counts.cards["all"] - counts.cards["unverified"],
            "cards": counts.cards["all"],
        },
        kinds=Counter(resource.kind for resource in directory.resources).most_common(),
    )


def _first(request: web.Request, found: Sequence[Statement]) -> list[Shown]:
    return [shown(request, each) for each in found[:FIRST]]


@routes.post("/admin/travaux/{job:[a-z ]{1,64}}/relancer")
async def run_again(request: web.Request) -> web.StreamResponse:
    """Do work that failed once more, now."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    name = request.match_info["job"]
    async with app[DATABASE].write() as connection:
        now = app[CLOCK]()
        if name not in await job_store.standings(connection):
            raise web.HTTPNotFound
        await job_store.soon(connection, name, now=now)
        await record(connection, at=now, staff_id=staff.id, action="run_job", subject=name)
    app[JOBS].nudge()
    return to("/admin/#travaux", fait="relance")


class _Health(msgspec.Struct):
    missing: list[str]


async def _missing(request: web.Request) -> list[str]:
    """The parts of Marie that do not answer."""
    answer = await healthz(request)
    assert isinstance(answer, web.Response)  # noqa: S101 - it is `json_response`'s
    assert isinstance(answer.body, bytes)  # noqa: S101
    return msgspec.json.decode(answer.body, type=_Health).missing
