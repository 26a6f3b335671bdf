"""`/console/recherche`: past conversations by words, label, outcome, day and counsellor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from aiohttp import web

from marie.clock import MONTREAL
from marie.domain.conversation import StaffId
from marie.domain.following import Outcome
from marie.domain.notes import usable
from marie.store import labels, participants, past
from marie.store import staff as accounts
from marie.store.past import Wanted, folded
from marie.web.keys import CLOCK, DATABASE
from marie.web.pages import page
from marie.web.requests import whole_number
from marie.web.sign_in import signed_in

PAGE = "/console/recherche"
SHOWN = 20
MAX_WORDS = 8
AROUND = 90
"""Characters of a snippet on each side of the word."""

FIELDS = ("q", "etiquette", "issue", "du", "au", "personne")

routes = web.RouteTableDef()


@routes.get(PAGE)
async def search(request: web.Request) -> web.StreamResponse:
    """What she may see and what fits, the newest first; nothing was asked: the form alone."""
    staff = await signed_in(request)
    asked = {name: request.query.get(name, "")[:200].strip() for name in FIELDS}
    wanted = _wanted(asked)
    offset = whole_number(request, "apres", 0, most=10_000)
    async with request.app[DATABASE].read() as connection:
        to_choose = await labels.all_of(connection, staff)
        colleagues = await participants.colleagues(connection)
        found = []
        if any(asked.values()):
            found = await past.search(connection, wanted, staff, limit=SHOWN, offset=offset)
        given = await labels.of_conversations(connection, [each.id for each in found])
    if found:
        # A line of what she said is a look into her file.
        async with request.app[DATABASE].write() as connection:
            for each in found[:SHOWN]:
                await accounts.record(
                    connection,
                    at=request.app[CLOCK](),
                    staff_id=staff.id,
                    action="search",
                    subject=each.id,
                )
    inside = [each for each in colleagues if staff.organization in (None, each.organization)]
    return page(
        request,
        "search.html",
        staff=staff,
        asked=asked,
        searched=any(asked.values()),
        found=[(each, snippet(each.said or "", wanted.words)) for each in found[:SHOWN]],
        labels_of={each: usable(all_given, staff) for each, all_given in given.items()},
        labels=to_choose,
        colleagues=inside,
        outcomes=list(Outcome),
        more=offset + SHOWN if len(found) > SHOWN else None,
        offset=offset,
        now=request.app[CLOCK](),
    )


def _wanted(asked: dict[str, str]) -> Wanted:
    known = {each.value for each in Outcome}
    until = _midnight(asked["au"])
    return Wanted(
        words=tuple(asked["q"].split()[:MAX_WORDS]),
        label=asked["etiquette"] or None,
        outcome=Outcome(asked["issue"]) if asked["issue"] in known else None,
        since=_midnight(asked["du"]),
        until=until + timedelta(days=1) if until else None,
        counsellor=StaffId(asked["personne"]) if asked["personne"] else None,
    )


def _midnight(day: str) -> datetime | None:
    """The day's first moment in Montréal; None for what is no day."""
    try:
        return datetime.combine(date.fromisoformat(day), time(), MONTREAL)
    except ValueError:
        return None


def snippet(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """The text around the first of the words, in pieces: each, and whether it is such a word."""
    if not words:
        return []
    plain = folded(text)
    if len(plain) != len(text):  # a letter that folds to several: no place to mark
        return [(text[: 2 * AROUND], False)]
    found = re.compile("|".join(re.escape(folded(each)) for each in words))
    first = found.search(plain)
    if first is None:
        return [(text[: 2 * AROUND], False)]
    start, end = max(0, first.start() - AROUND), min(len(text), first.end() + AROUND)
    pieces = [("… ", False)] if start else []
    at = start
    for each in found.finditer(plain, start, end):
        pieces += [(text[at : each.start()], False), (text[each.start() : each.end()], True)]
        at = each.end()
    pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((" …", False))
    return [piece for piece in pieces if piece[0]]
