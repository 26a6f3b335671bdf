"""The directory's cards as people search them: which are wanted, in what state, and where."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, timedelta

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.knowledge.freshness import Periods
from marie.language.folding import fold
from marie.store.card_tables import (
    directory_card,
)
from marie.store.directory_tables import (
    directory_link,
    directory_merge,
)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which cards to list; what is empty narrows nothing.

    `codes`: municipalities. `region` "QC": what serves all of Québec. `state`: one of `STATES`.
    """

    words: str = ""
    kind: str = ""
    region: str = ""
    codes: tuple[str, ...] | None = None
    origin: str = ""
    state: str = ""


STATES = (
    "no_contact",
    "unverified",
    "stale",
    "dead",
    "edited",
    "conflict",
    "merged",
    "hidden",
)
"""What cards may be narrowed to: without any way to reach it, never compared by a person, due,
with a dead link, changed by hand, in conflict with its source, spoken in another, retired."""


UNSAID = frozenset({"merged", "hidden"})
"""The states of cards that are not spoken of themselves."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """A card in a list."""

    id: str
    name: str
    kind: str
    origin: str
    region: str | None
    municipality: str | None
    municipality_code: str | None
    phone: str | None
    url: str | None
    email: str | None
    lat: float | None
    lon: float | None
    read_on: date | None
    verified_on: date | None
    edited: bool
    hidden: bool
    conflict: bool
    merged: str | None
    dead: bool


_SHOWN = [directory_card.c[each.name] for each in fields(Card) if each.name in directory_card.c]


def _condition(wanted: Wanted, periods: Periods, today: date) -> list[ColumnElement[bool]]:
    card = directory_card.c
    found: list[ColumnElement[bool]] = [
        card.words.contains(word, autoescape=True) for word in fold(wanted.words).split()[:12]
    ]
    if wanted.kind:
        found.append(card.kind == wanted.kind)
    if wanted.region:
        found.append(
            card.region.is_(None) if wanted.region == "QC" else card.region == wanted.region
        )
    if wanted.codes is not None:
        found.append(card.municipality_code.in_(wanted.codes))
    if wanted.origin:
        found.append(card.origin == wanted.origin)
    found.append(_state(wanted.state, periods, today))
    return found if wanted.state in UNSAID else [*found, *_said()]


def _said() -> list[ColumnElement[bool]]:
    """What holds for every card that is spoken of."""
    return [not_(directory_card.c.hidden), not_(_merged())]


def _state(state: str, periods: Periods, today: date) -> ColumnElement[bool]:
    """What holds besides for the cards of a state; for all in none."""
    card = directory_card.c
    match state:
        case "hidden":
            return card.hidden
        case "merged":
            return _merged()
        case "no_contact":
            return and_(card.phone.is_(None), card.url.is_(None), card.email.is_(None))
        case "unverified":
            return card.verified_on.is_(None)
        case "stale":
            late = [
                and_(card.kind == kind, card.checked_on < today - timedelta(days=days))
                for kind, days in periods.items()
            ]
            return or_(card.checked_on.is_(None), *late)
        case "dead":
            return _dead()
        case "edited":
            return card.edited
        case "conflict":
            return card.conflict
    return true()


def _merged() -> ColumnElement[bool]:
    merge = exists().where(directory_merge.c.duplicate == directory_card.c.id)
    return merge.correlate(directory_card)


def _dead() -> ColumnElement[bool]:
    link = exists().where(
        directory_link.c.url == directory_card.c.url, directory_link.c.dead.is_(True)
    )
    return link.correlate(directory_card)


async def find(
    connection: AsyncConnection,
    wanted: Wanted,
    *,
    periods: Periods,
    today: date,
    limit: int | None = 50,
    offset: int = 0,
) -> tuple[int, list[Card]]:
    """How many cards are wanted, and some of them by name."""
    conditions = _condition(wanted, periods, today)
    total = await connection.scalar(
        select(func.count()).select_from(directory_card).where(*conditions)
    )
    # Which, then all of them: what is passed over is not put together.
    some = (
        select(directory_card.c.id)
        .where(*conditions)
        .order_by(directory_card.c.sorted_by, directory_card.c.id)
        .limit(limit)
        .offset(offset)
    )
    query = (
        select(*_SHOWN, directory_merge.c.kept.label("merged"), _dead().label("dead"))
        .outerjoin(directory_merge, directory_merge.c.duplicate == directory_card.c.id)
        .where(directory_card.c.id.in_(some))
        .order_by(directory_card.c.sorted_by, directory_card.c.id)
    )
    return total or 0, [Card(**row._mapping) for row in await connection.execute(query)]


async def wanted_ids(
    connection: AsyncConnection, wanted: Wanted, *, periods: Periods, today: date
) -> list[str]:
    """The ids of all cards that are wanted."""
    query = (
        select(directory_card.c.id)
        .where(*_condition(wanted, periods, today))
        .order_by(directory_card.c.sorted_by, directory_card.c.id)
    )
    return [row.id for row in await connection.execute(query)]


async def counts(
    connection: AsyncConnection, *, periods: Periods, today: date, states: Collection[str]
) -> dict[str, int]:
    """How many of the cards that are said are in each of the states, and `all`, by one look."""
    inside = {
        state: func.coalesce(func.sum(case((_state(state, periods, today), 1), else_=0)), 0)
        for state in states
    }
    query = select(func.count().label("all"), *(each.label(name) for name, each in inside.items()))
    row = (await connection.execute(query.select_from(directory_card).where(*_said()))).one()
    return {name: int(number) for name, number in row._mapping.items()}


async def origins(connection: AsyncConnection) -> list[str]:
    """Who told anything."""
    rows = await connection.execute(
        select(directory_card.c.origin).distinct().order_by(directory_card.c.origin)
    )
    return [row.origin for row in rows]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Cards of one municipality (or of a region, when they have none) without verified contact."""

    region: str | None
    municipality_code: str | None
    municipality: str | None
    count: int
    unreachable: int


async def unverified_by_place(connection: AsyncConnection, region: str = "") -> list[Spot]:
    """Where cards stand that nobody compared with their source, or that cannot be reached."""
    card = directory_card.c
    unreachable = and_(card.phone.is_(None), card.url.is_(None), card.email.is_(None))
    conditions = [
        not_(card.hidden),
        not_(_merged()),
        or_(card.verified_on.is_(None), unreachable),
    ]
    if region:
        conditions.append(card.region.is_(None) if region == "QC" else card.region == region)
    rows = await connection.execute(
        select(
            card.region,
            card.municipality_code,
            func.min(card.municipality).label("municipality"),
            func.count().label("count"),
            func.count().filter(unreachable).label("unreachable"),
        )
        .where(*conditions)
        .group_by(card.region, card.municipality_code)
        .order_by(func.count().desc(), card.region, card.municipality_code)
    )
    return [Spot(**row._mapping) for row in rows]
