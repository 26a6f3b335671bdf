"""The directory as people search and edit it: cards, what lies over the sources, what was done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import StaffId
from marie.knowledge.edits import Edits, conflicts, edited, search_words
from marie.knowledge.freshness import Periods, checked_on
from marie.knowledge.resources import Resource
from marie.language.folding import fold, fold_key
from marie.store import batches, tables
from marie.store.card_tables import (
    directory_card,
    directory_distinct,
    directory_edit,
    directory_edit_batch,
    directory_edit_change,
    directory_telling,
)
from marie.store.directory_tables import (
    directory_batch,
    directory_change,
    directory_entry,
    directory_link,
    directory_merge,
)
from marie.store.rows import chunks, upsert

_resources = msgspec.json.Decoder(Resource)
_edits = msgspec.json.Decoder(Edits)

LONGEST_WORDS = 4000
"""Characters of a card that are searched."""


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


@dataclass(frozen=True, kw_only=True)
class Telling:
    """An entry: what its source says, what lies over it, who told it, in which card it is said."""

    resource: Resource
    edits: Edits | None
    origin: str
    scope: str
    merged: str | None


@dataclass(frozen=True, kw_only=True)
class EditBatch:
    """What somebody did at once; `count` cards, `cards` some of them by id."""

    id: int
    at: datetime
    by: str
    action: str
    note: str
    import_id: int | None
    undone_at: datetime | None
    count: int


@dataclass(frozen=True, kw_only=True)
class EditChange:
    """What a batch did to one entry: states as `marie.services.cards` keeps them, fields shown."""

    entry_id: str
    before: Any
    after: Any
    fields: Any


@dataclass(frozen=True, kw_only=True)
class Past:
    """Something that happened to a card: by a person (`batch`) or by an import (`import_id`)."""

    at: datetime
    by: str
    action: str
    note: str
    fields: Any
    batch: int | None
    import_id: int | None
    undone_at: datetime | None


# Copies to publish and search


async def write_tellings(connection: AsyncConnection, told: Sequence[tuple[Resource, str]]) -> None:
    """Keep what sources (`origin` beside each) say, and the cards that follow of it."""
    rows = [{"id": each.id, "told": msgspec.json.encode(each).decode()} for each, _ in told]
    await upsert(connection, directory_telling, rows)
    over = await read_edits(connection, [each.id for each, _ in told])
    await upsert(
        connection,
        directory_card,
        [_flat(each, origin, over.get(each.id)) for each, origin in told],
    )


async def count_missing(connection: AsyncConnection) -> int:
    """Entries that have no copy yet: those of a database older than the copies."""
    known = exists().where(directory_telling.c.id == directory_entry.c.id)
    query = select(func.count()).select_from(directory_entry).where(not_(known))
    return await connection.scalar(query) or 0


async def read_told(connection: AsyncConnection) -> list[str]:
    """What every source says, each resource as JSON, in the order of the ids."""
    query = select(directory_telling.c.told).order_by(directory_telling.c.id)
    return [told for (told,) in await connection.execute(query)]


def decoded(told: Iterable[str]) -> list[Resource]:
    """Resources of their JSON; some time for many: off the loop."""
    return [_resources.decode(each) for each in told]


def _flat(told: Resource, origin: str, over: Edits | None) -> dict[str, Any]:
    said = edited(told, over)
    return {
        "id": said.id,
        "name": said.name,
        "sorted_by": fold_key(said.name)[:200],
        "words": fold(" ".join(search_words(said)))[:LONGEST_WORDS],
        "kind": said.kind,
        "origin": origin,
        "region": said.region,
        "municipality_code": said.municipality_code,
        "municipality": said.municipality,
        "phone": said.phone,
        "url": said.url,
        "email": said.email,
        "lat": said.lat,
        "lon": said.lon,
        "read_on": said.source.read_on,
        "verified_on": said.source.verified_on,
        "checked_on": checked_on(said),
        "edited": bool(over and over.mine),
        "hidden": bool(over and over.hidden),
        "conflict": bool(conflicts(told, over)),
    }


# What lies over


async def read_edits(
    connection: AsyncConnection, ids: Collection[str] | None = None
) -> dict[str, Edits]:
    """What lies over entries, by id: of some, or of all."""
    query = select(directory_edit)
    if ids is None:
        rows = list(await connection.execute(query))
    else:
        rows = []
        for some in chunks(list(ids)):
            rows += await connection.execute(query.where(directory_edit.c.entry_id.in_(some)))
    return {row.entry_id: _edits.decode(row.edits) for row in rows}


async def write_edits(connection: AsyncConnection, over: Mapping[str, Edits | None]) -> None:
    """Lay edits over entries; None takes them away. The cards follow."""
    for some in chunks([key for key, each in over.items() if each is None]):
        await connection.execute(delete(directory_edit).where(directory_edit.c.entry_id.in_(some)))
    rows = [
        {"entry_id": key, "edits": msgspec.json.encode(each).decode()}
        for key, each in over.items()
        if each is not None
    ]
    await upsert(connection, directory_edit, rows, key="entry_id")
    tellings = await read_tellings(connection, list(over))
    await upsert(
        connection,
        directory_card,
        [_flat(each.resource, each.origin, each.edits) for each in tellings.values()],
    )


async def read_tellings(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, Telling]:
    """Entries by id, those that are known."""
    over = await read_edits(connection, ids)
    found: dict[str, Telling] = {}
    for some in chunks(ids):
        rows = await connection.execute(
            select(
                directory_telling.c.id,
                directory_telling.c.told,
                directory_entry.c.origin,
                directory_entry.c.scope,
                directory_merge.c.kept,
            )
            .join(directory_entry, directory_entry.c.id == directory_telling.c.id)
            .outerjoin(directory_merge, directory_merge.c.duplicate == directory_telling.c.id)
            .where(directory_telling.c.id.in_(some))
        )
        for row in rows:
            found[row.id] = Telling(
                resource=_resources.decode(row.told),
                edits=over.get(row.id),
                origin=row.origin,
                scope=row.scope,
                merged=row.kept,
            )
    return found


async def merged_into(connection: AsyncConnection, kept: str) -> list[str]:
    """The duplicates that are said in an entry."""
    rows = await connection.execute(
        select(directory_merge.c.duplicate)
        .where(directory_merge.c.kept == kept)
        .order_by(directory_merge.c.duplicate)
    )
    return [row.duplicate for row in rows]


async def write_merges(connection: AsyncConnection, merged: Mapping[str, str | None]) -> None:
    """Say entries in another one from now on (None: by themselves)."""
    for some in chunks(list(merged)):
        await connection.execute(
            delete(directory_merge).where(directory_merge.c.duplicate.in_(some))
        )
    rows = [
        {"duplicate": one, "kept": kept, "batch_id": None}
        for one, kept in merged.items()
        if kept is not None
    ]
    if rows:
        await connection.execute(insert(directory_merge), rows)


# Looking


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
        select(
            directory_card,
            directory_merge.c.kept,
            _dead().label("dead"),
        )
        .outerjoin(directory_merge, directory_merge.c.duplicate == directory_card.c.id)
        .where(directory_card.c.id.in_(some))
        .order_by(directory_card.c.sorted_by, directory_card.c.id)
    )
    return total or 0, [_card(row) for row in await connection.execute(query)]


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


def _card(row: Any) -> Card:
    return Card(
        id=row.id,
        name=row.name,
        kind=row.kind,
        origin=row.origin,
        region=row.region,
        municipality=row.municipality,
        municipality_code=row.municipality_code,
        phone=row.phone,
        url=row.url,
        email=row.email,
        lat=row.lat,
        lon=row.lon,
        read_on=row.read_on,
        verified_on=row.verified_on,
        edited=row.edited,
        hidden=row.hidden,
        conflict=row.conflict,
        merged=row.kept,
        dead=bool(row.dead),
    )


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


# What was done


async def add_edit_batch(
    connection: AsyncConnection,
    *,
    at: datetime,
    staff_id: StaffId,
    action: str,
    note: str,
    changes: Sequence[EditChange],
    import_id: int | None = None,
) -> int:
    """Keep what somebody did; its number."""
    result = await connection.execute(
        insert(directory_edit_batch)
        .values(at=at, staff_id=staff_id, action=action, note=note, import_id=import_id)
        .returning(directory_edit_batch.c.id)
    )
    batch_id = int(result.scalar_one())
    await connection.execute(
        insert(directory_edit_change),
        [
            {
                "batch_id": batch_id,
                "entry_id": each.entry_id,
                "before": each.before,
                "after": each.after,
                "fields": each.fields,
            }
            for each in changes
        ],
    )
    return batch_id


def _batches() -> Any:
    count = (
        select(func.count())
        .where(directory_edit_change.c.batch_id == directory_edit_batch.c.id)
        .scalar_subquery()
    )
    return select(
        directory_edit_batch.c.id,
        directory_edit_batch.c.at,
        tables.staff.c.name.label("by"),
        directory_edit_batch.c.action,
        directory_edit_batch.c.note,
        directory_edit_batch.c.import_id,
        directory_edit_batch.c.undone_at,
        count.label("count"),
    ).join(tables.staff, tables.staff.c.id == directory_edit_batch.c.staff_id)


async def read_edit_batches(connection: AsyncConnection, limit: int = 50) -> list[EditBatch]:
    """What was done last, the latest first."""
    query = _batches().order_by(directory_edit_batch.c.id.desc()).limit(limit)
    return [EditBatch(**row._mapping) for row in await connection.execute(query)]


async def read_edit_batch(connection: AsyncConnection, batch_id: int) -> EditBatch | None:
    """One of them."""
    query = _batches().where(directory_edit_batch.c.id == batch_id)
    row = (await connection.execute(query)).first()
    return None if row is None else EditBatch(**row._mapping)


async def edit_batches_of(connection: AsyncConnection, import_id: int) -> list[int]:
    """What was decided with an import and holds, the latest first."""
    rows = await connection.execute(
        select(directory_edit_batch.c.id)
        .where(
            directory_edit_batch.c.import_id == import_id,
            directory_edit_batch.c.undone_at.is_(None),
        )
        .order_by(directory_edit_batch.c.id.desc())
    )
    return [row.id for row in rows]


async def read_edit_changes(connection: AsyncConnection, batch_id: int) -> list[EditChange]:
    """What a batch did, by the entries' ids."""
    rows = await connection.execute(
        select(directory_edit_change)
        .where(directory_edit_change.c.batch_id == batch_id)
        .order_by(directory_edit_change.c.entry_id)
    )
    return [
        EditChange(entry_id=row.entry_id, before=row.before, after=row.after, fields=row.fields)
        for row in rows
    ]


async def later_edit_batches(connection: AsyncConnection, batch_id: int) -> list[int]:
    """What was done after it, and not undone, to a card of it."""
    return await batches.later(
        connection,
        directory_edit_batch,
        directory_edit_change,
        directory_edit_change.c.entry_id,
        batch_id,
    )


async def mark_edit_undone(connection: AsyncConnection, batch_id: int, at: datetime) -> None:
    """A batch is undone once."""
    await connection.execute(
        update(directory_edit_batch)
        .where(directory_edit_batch.c.id == batch_id)
        .values(undone_at=at)
    )


async def edits_past(connection: AsyncConnection, entry_id: str) -> list[Past]:
    """What people did to a card, the latest first."""
    rows = await connection.execute(
        select(
            directory_edit_batch.c.id,
            directory_edit_batch.c.at,
            tables.staff.c.name,
            directory_edit_batch.c.action,
            directory_edit_batch.c.note,
            directory_edit_batch.c.undone_at,
            directory_edit_change.c.fields,
        )
        .join(directory_edit_change, directory_edit_change.c.batch_id == directory_edit_batch.c.id)
        .join(tables.staff, tables.staff.c.id == directory_edit_batch.c.staff_id)
        .where(directory_edit_change.c.entry_id == entry_id)
        .order_by(directory_edit_batch.c.id.desc())
    )
    return [
        Past(
            at=row.at,
            by=row.name,
            action=row.action,
            note=row.note,
            fields=row.fields,
            batch=row.id,
            import_id=None,
            undone_at=row.undone_at,
        )
        for row in rows
    ]


async def imports_past(
    connection: AsyncConnection, entry_id: str
) -> list[tuple[Past, Resource | None, Resource | None]]:
    """What imports did to a card, the latest first, with what its source said before and after."""
    rows = await connection.execute(
        select(directory_batch, directory_change)
        .join(directory_change, directory_change.c.batch_id == directory_batch.c.id)
        .where(directory_change.c.entry_id == entry_id)
        .order_by(directory_batch.c.id.desc())
    )
    return [
        (
            Past(
                at=row.applied_at,
                by=row.applied_by,
                action=f"import_{row.action}",
                note=row.file,
                fields=[],
                batch=None,
                import_id=row.id,
                undone_at=row.undone_at,
            ),
            None if row.before is None else msgspec.convert(row.before, Resource),
            None if row.after is None else msgspec.convert(row.after, Resource),
        )
        for row in rows
    ]


# Not the same


async def read_distinct(connection: AsyncConnection) -> set[tuple[str, str]]:
    """Pairs that somebody said are two."""
    return {(row.one, row.other) for row in await connection.execute(select(directory_distinct))}


async def add_distinct(connection: AsyncConnection, one: str, other: str) -> None:
    """These two are two."""
    pair = tuple(sorted((one, other)))
    if pair not in await read_distinct(connection):
        await connection.execute(insert(directory_distinct).values(one=pair[0], other=pair[1]))
