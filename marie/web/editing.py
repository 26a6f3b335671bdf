"""What every form of the administration does with what was typed: draft, second look, publication.

A kind's page turns its fields into a content and calls `submit`; what is wrong comes back by field
as `Refused`, to be shown with what was typed. The rest (history, differences, restoring) is the
same for all kinds: `marie.web.revision_pages`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import web

from marie.clock import MONTREAL
from marie.domain.people import Staff
from marie.knowledge.items import Content, Mistake, Versioned
from marie.knowledge.revisions import Revision, State
from marie.services.revisions import BadMoment, ChangedMeanwhile, HasMistakes
from marie.store import revisions as store
from marie.web.keys import CLOCK, DATABASE, REVISIONS
from marie.web.problems import Problem

PAGES: Mapping[Versioned, str] = {
    "entry": "/admin/fiches",
    "parameter": "/admin/montants",
    "phrase": "/admin/phrases",
    "program": "/admin/programmes",
    "place": "/admin/lieux",
    "event": "/admin/evenements",
    "setting": "/admin/reglages",
}
"""Where the items of a kind are changed; an item's own page is `<page>/<id>`."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Nothing was published. `fields`: sentences by path ("sources.0.url"); `others`: sentences
    about other items, or the whole; `moments`: a name of `BadMoment`'s by its field."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    moments: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How much there is to correct."""
        return sum(map(len, self.fields.values())) + len(self.others) + len(self.moments)


NOTHING_WRONG = Refused()


def refused(mistakes: Iterable[Mistake], kind: Versioned, item_id: str) -> Refused:
    """Mistakes beside their fields; those of other items as sentences that name them."""
    fields: dict[str, list[str]] = {}
    others: list[str] = []
    for each in mistakes:
        if (each.kind, each.item) == (kind, item_id) and each.field and not each.about:
            fields.setdefault(each.field, []).append(each.text)
        elif each.about or (each.kind, each.item) != (kind, item_id):
            others.append(each.sentence)
        else:
            others.append(f"{each.text[:1].upper()}{each.text[1:]}.")
    return Refused(fields=fields, others=tuple(dict.fromkeys(others)))


async def submit(
    request: web.Request,
    staff: Staff,
    item: tuple[Versioned, str],
    content: Content | None,
    form: Mapping[str, str],
) -> web.Response | Refused:
    """Do what the pressed button says (`do`: "draft", "review", "publish", "schedule").

    `form` also has `why`, `ground`, `draft` (the open revision that is gone on from), `publish_on`
    and `expires_on` (days). A draft may have mistakes; whatever else happens, nothing that was
    typed is lost and what is said stays as it was.
    """
    revisions = request.app[REVISIONS]
    kind, item_id = item
    do = form.get("do", "draft")
    moments: dict[str, str] = {}
    at = _moment(form, "publish_on", moments) if do == "schedule" else None
    until = _moment(form, "expires_on", moments) if do in ("schedule", "publish") else None
    if do == "schedule" and at is None and not moments:
        moments["publish_at"] = "empty"
    if do != "draft":
        wrong = refused(revisions.check(kind, item_id, content), kind, item_id)
        if wrong.count or moments:
            return Refused(fields=wrong.fields, others=wrong.others, moments=moments)
    try:
        number = await revisions.save(
            kind,
            item_id,
            content,
            by=staff,
            why=form.get("why", "").strip(),
            ground=form.get("ground", ""),
            draft=_number(form.get("draft", "")),
        )
    except ChangedMeanwhile as error:
        return conflict(item, error)
    if do == "draft":
        return back(item, "brouillon")
    if do == "review":
        await revisions.ask_review(number, by=staff)
        return back(item, "relecture")
    try:
        state = await revisions.publish(number, by=staff, at=at, until=until)
    except BadMoment as error:
        return Refused(moments={error.field: error.reason})
    except HasMistakes as error:
        return refused(error.mistakes, kind, item_id)
    except ChangedMeanwhile as error:
        return conflict(item, error)
    return back(item, "publie" if state is State.PUBLISHED else "planifie")


def conflict(item: tuple[Versioned, str], error: ChangedMeanwhile) -> web.Response:
    """Their version beside ours, which is kept."""
    theirs = error.theirs.id if error.theirs is not None else 0
    address = f"{page_of(*item)}/historique/{error.ours}?avec={theirs}&conflit=1"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def back(item: tuple[Versioned, str], done: str) -> web.Response:
    """The item's own page, which says what was done."""
    address = f"{page_of(*item)}?fait={done}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def page_of(kind: Versioned, item_id: str) -> str:
    """The address of an item's page."""
    return f"{PAGES[kind]}/{quote(item_id, safe='')}"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a form begins with. `content`: of the draft, or what is said; `ground` and `draft` go
    back with it; `others`: who else has it open; `drafts`: what else is under way."""

    content: Content
    ground: str
    draft: int | None
    others: list[store.Opened]
    drafts: list[Revision]


async def open_form(request: web.Request, staff: Staff, kind: Versioned, item_id: str) -> Opened:
    """An item for its form: `?revision=` goes on from an open one; 404 for what is not there."""
    revisions = request.app[REVISIONS]
    standing = await revisions.standing(kind, item_id)
    drafts = await revisions.open_ones(kind, item_id)
    chosen = _number(request.query.get("revision", ""))
    draft = next((each for each in drafts if each.id == chosen), None)
    content = draft.content if draft is not None else standing.content
    if content is None:
        raise web.HTTPNotFound
    ground = standing.ground
    if draft is not None:
        ground = "" if draft.based_on is None else str(draft.based_on)
    return Opened(
        content=content,
        ground=ground,
        draft=draft.id if draft is not None else None,
        others=await revisions.see(kind, item_id, by=staff),
        drafts=[each for each in drafts if draft is None or each.id != draft.id],
    )


async def people(request: web.Request, revisions: Iterable[Revision]) -> dict[str, str]:
    """The names of those who wrote, moved or published these."""
    ids = {
        each
        for one in revisions
        for each in (one.staff_id, one.changed_by, one.published_by)
        if each is not None
    }
    if not ids:
        return {}
    async with request.app[DATABASE].read() as connection:
        return await store.names(connection, ids)


def revision_number(request: web.Request) -> int:
    """The revision that the address names."""
    number = _number(request.match_info["revision"])
    if number is None:
        raise Problem("number")
    return number


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _moment(form: Mapping[str, str], name: str, problems: dict[str, str]) -> datetime | None:
    """The first moment of a day in Montréal."""
    typed = form.get(name, "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        problems[_COLUMNS[name]] = "date"
        return None
    return datetime.combine(day, time(), tzinfo=MONTREAL)


_COLUMNS = {"publish_on": "publish_at", "expires_on": "expires_at"}


def today_of(request: web.Request) -> date:
    """The day in Montréal."""
    return request.app[CLOCK]().astimezone(MONTREAL).date()
