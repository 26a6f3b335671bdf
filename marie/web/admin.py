"""`/admin/`: what Marie knows, how sure it is, and whether she is well."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
from aiohttp import web

from marie.clock import local_date
from marie.domain.people import Role
from marie.knowledge.library import Library
from marie.knowledge.model import GROUPS, Entry, Parameter, QuickReply, Source
from marie.language.folding import fold
from marie.services import reports
from marie.web.health import healthz
from marie.web.keys import CLOCK, DATABASE, DIRECTORY, GAZETTEER, LIBRARY
from marie.web.pages import page
from marie.web.sign_in import signed_in

SOON = timedelta(days=30)
"""What must be looked at within this is shown as soon due."""

MAX_QUERY = 200

routes = web.RouteTableDef()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How sure a statement is, by its least sure source.

    `verified_on` and `read_on` are the oldest, None when one source has none; `due`: the day from
    which it must be looked at again, None when nobody ever read it (then it is due now).
    """

    read_on: date | None
    verified_on: date | None
    due: date | None

    def is_due(self, today: date) -> bool:
        """Whether somebody must look at it again."""
        return self.due is None or self.due <= today


@dataclass(frozen=True, kw_only=True)
class EntryLine:
    """An entry in the table."""

    entry: Entry
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class ParameterLine:
    """A dated value in the table: what is said today, and until when that holds."""

    parameter: Parameter
    value: str
    until: date | None
    expired: bool
    standing: Standing


def standing(sources: tuple[Source, ...], review_every: int) -> Standing:
    """How sure a statement with these sources is; `review_every` in days."""
    read = [source.read_on for source in sources]
    verified = [source.verified_on for source in sources]
    seen = [source.verified_on or source.read_on for source in sources]
    oldest = _oldest(seen)
    return Standing(
        read_on=_oldest(read),
        verified_on=_oldest(verified),
        due=None if oldest is None else oldest + timedelta(days=review_every),
    )


def _oldest(days: list[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return min(known) if known and len(known) == len(days) else None


@routes.get("/admin")
async def without_slash(request: web.Request) -> web.StreamResponse:
    """The address as people type it."""
    await signed_in(request, Role.ADMINISTRATOR)
    raise web.HTTPSeeOther("/admin/")


@routes.get("/admin/")
async def overview(request: web.Request) -> web.StreamResponse:
    """Everything Marie knows on one page; `?q=` keeps the entries that have these words."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    app = request.app
    library = app[LIBRARY].current()
    directory = app[DIRECTORY].current()
    today = local_date(app[CLOCK]())
    query = request.query.get("q", "")[:MAX_QUERY].strip()
    lines = [_entry_line(entry) for entry in library.entries.values()]
    parameters = [_parameter_line(each, today) for each in library.parameters.values()]
    return page(
        request,
        "admin.html",
        staff=staff,
        today=today,
        soon=today + SOON,
        query=query,
        missing=await _missing(request),
        problems=app[LIBRARY].problems,
        reports=await reports.waiting(app[DATABASE]),
        resource=directory.get,
        entries=library.entries,
        families=_families([line for line in lines if _has_words(line.entry, query)]),
        totals={
            "entries": len(lines),
            "parameters": len(parameters),
            "resources": len(directory.resources),
            "places": len(app[GAZETTEER]),
            "due": sum(line.standing.is_due(today) for line in lines),
            "verified": sum(line.standing.verified_on is not None for line in lines),
            "expired": sum(line.expired for line in parameters),
        },
        parameters=sorted(parameters, key=lambda line: fold(line.parameter.label)),
        kinds=Counter(resource.kind for resource in directory.resources).most_common(),
    )


def _entry_line(entry: Entry) -> EntryLine:
    return EntryLine(entry=entry, standing=standing(entry.sources, entry.review_every))


def _parameter_line(parameter: Parameter, today: date) -> ParameterLine:
    value = parameter.at(today) or parameter.values[0]
    return ParameterLine(
        parameter=parameter,
        value=value.value,
        until=value.until,
        expired=value.until is not None and value.until < today,
        standing=standing((value.source,), parameter.review_every),
    )


def _families(lines: list[EntryLine]) -> dict[str, list[EntryLine]]:
    """The lines by group of topics, in the contract's order; groups without any are left out."""
    order = {topic: place for place, topic in enumerate(_topics())}
    ordered = sorted(
        lines,
        key=lambda line: (order[line.entry.topic], not line.entry.default, line.entry.id),
    )
    families = {
        group: [line for line in ordered if line.entry.topic in topics]
        for group, topics in GROUPS.items()
    }
    return {group: found for group, found in families.items() if found}


def _topics() -> list[str]:
    return [topic for topics in GROUPS.values() for topic in topics]


def _has_words(entry: Entry, query: str) -> bool:
    text = fold(" ".join((entry.id, entry.topic, entry.title, entry.text, *entry.questions)))
    return all(word in text for word in fold(query).split())


class _Health(msgspec.Struct):
    missing: list[str]


async def _missing(request: web.Request) -> list[str]:
    """The parts of Marie that do not answer."""
    answer = await healthz(request)
    assert isinstance(answer, web.Response)  # noqa: S101 - it is `json_response`'s
    assert isinstance(answer.body, bytes)  # noqa: S101
    return msgspec.json.decode(answer.body, type=_Health).missing


@routes.get("/admin/fiches/{entry_id}")
async def entry_page(request: web.Request) -> web.StreamResponse:
    """One entry: as Marie says it today, and where it comes from."""
    staff = await signed_in(request, Role.ADMINISTRATOR)
    library = request.app[LIBRARY].current()
    entry = library.entries.get(request.match_info["entry_id"])
    if entry is None:
        raise web.HTTPNotFound
    today = local_date(request.app[CLOCK]())
    return page(
        request,
        "admin_entry.html",
        staff=staff,
        today=today,
        entry=entry,
        group=next(group for group, topics in GROUPS.items() if entry.topic in topics),
        standing=standing(entry.sources, entry.review_every),
        replies=[_reply(reply, library) for reply in entry.quick_replies],
        text=library.fill(entry.text, today),
        simple=library.fill(entry.simple, today),
        details=library.fill(entry.details or "", today),
    )


def _reply(reply: QuickReply, library: Library) -> tuple[str, str]:
    """A quick reply's title, and the entry that it leads to."""
    entry = reply.entry or library.default_entry(reply.topic or "").id
    return reply.title, entry
