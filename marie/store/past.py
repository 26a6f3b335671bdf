"""Finds conversations again: by words, label, outcome, day, counsellor, within what may be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from marie.domain.conversation import ConversationId, StaffId, State
from marie.domain.following import Outcome
from marie.domain.people import Staff
from marie.store import access, tables
from marie.store.console_tables import conversation_label, label, note
from marie.store.labels import usable_by

ACCENTED = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ’"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyaaaaaaceeeeiiiinooooouuuuyy'"
"""`translate` in both engines makes the first the second: SQLite's is in `marie.store.engine`."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for; what is None is not asked. `since` and `until`: its newest message lies
    between them, `until` not included. `words`: every one is said, noted, or in the request."""

    words: Sequence[str] = ()
    label: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    counsellor: StaffId | None = None


@dataclass(frozen=True, kw_only=True)
class Match:
    """A conversation that fits. `said`: a message or note with the first word, None without one."""

    id: ConversationId
    state: State
    last_at: datetime
    name: str | None
    need: str | None
    outcome: Outcome | None
    owner_name: str | None
    said: str | None
    seq: int | None


def fold(column: ColumnElement[str]) -> ColumnElement[str]:
    """A text without capitals and accents, in the database."""
    return func.lower(func.translate(column, ACCENTED, PLAIN))


def folded(text: str) -> str:
    """The same of a word that is typed."""
    return text.translate(str.maketrans(ACCENTED, PLAIN)).lower()


def _has(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    escaped = folded(word).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return fold(column).like(f"%{escaped}%", escape="\\")


async def search(
    connection: AsyncConnection, wanted: Wanted, staff: Staff, *, limit: int, offset: int
) -> list[Match]:
    """What fits, the newest first: one more than `limit` when there is more."""
    talk, message, lead = tables.conversation, tables.message, tables.lead
    last_at = (
        select(func.max(message.c.at))
        .where(message.c.conversation_id == talk.c.id)
        .correlate(talk)
        .scalar_subquery()
    )
    newest = (
        select(lead.c.id)
        .where(lead.c.conversation_id == talk.c.id)
        .order_by(*tables.newest_lead_first())
        .limit(1)
        .correlate(talk)
        .scalar_subquery()
    )
    of_lead = lead.alias("newest_lead")
    owner = tables.staff.alias("owner_of")
    query = (
        select(
            talk.c.id,
            talk.c.state,
            last_at.label("last_at"),
            of_lead.c.name,
            of_lead.c.need,
            of_lead.c.outcome,
            owner.c.name.label("owner_name"),
        )
        .select_from(talk)
        .join(of_lead, of_lead.c.id == newest)
        .outerjoin(owner, owner.c.id == func.coalesce(talk.c.owner, of_lead.c.owner))
        .where(access.visible_to(staff))
        .order_by(last_at.desc(), talk.c.id)
    )
    for word in wanted.words:
        query = query.where(
            or_(
                _has(of_lead.c.need, word),
                _has(func.coalesce(of_lead.c.name, ""), word),
                exists(
                    select(message.c.seq)
                    .where(message.c.conversation_id == talk.c.id, _has(message.c.text, word))
                    .correlate(talk)
                ),
                exists(
                    select(note.c.id)
                    .where(note.c.conversation_id == talk.c.id, _has(note.c.text, word))
                    .correlate(talk)
                ),
            )
        )
    if wanted.label is not None:
        query = query.where(
            exists(
                select(conversation_label.c.label_id)
                .join(label, label.c.id == conversation_label.c.label_id)
                .where(
                    conversation_label.c.conversation_id == talk.c.id,
                    label.c.id == wanted.label,
                    usable_by(staff),
                )
                .correlate(talk)
            )
        )
    if wanted.outcome is not None:
        query = query.where(of_lead.c.outcome == wanted.outcome.value)
    if wanted.since is not None:
        query = query.where(last_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(last_at < wanted.until)
    if wanted.counsellor is not None:
        query = query.where(
            or_(talk.c.owner == wanted.counsellor, of_lead.c.owner == wanted.counsellor)
        )
    rows = (await connection.execute(query.limit(limit + 1).offset(offset))).all()
    said = await _said(connection, [row.id for row in rows], wanted.words)
    return [
        Match(
            id=ConversationId(row.id),
            state=State(row.state),
            last_at=row.last_at,
            name=row.name,
            need=row.need,
            outcome=None if row.outcome is None else Outcome(row.outcome),
            owner_name=row.owner_name,
            said=said.get(row.id, (None, None))[0],
            seq=said.get(row.id, (None, None))[1],
        )
        for row in rows
    ]


async def _said(
    connection: AsyncConnection, ids: Sequence[str], words: Sequence[str]
) -> dict[str, tuple[str | None, int | None]]:
    """By conversation its newest text with one of the words; a note when no message has any."""
    if not ids or not words:
        return {}
    message = tables.message
    found: dict[str, tuple[str | None, int | None]] = {}
    noted = await connection.execute(
        select(note.c.conversation_id, note.c.text, note.c.after_seq)
        .where(note.c.conversation_id.in_(ids), or_(*(_has(note.c.text, each) for each in words)))
        .order_by(note.c.at)
    )
    for row in noted:
        found[row.conversation_id] = (row.text, row.after_seq)
    spoken = await connection.execute(
        select(message.c.conversation_id, message.c.text, message.c.seq)
        .where(
            and_(
                message.c.conversation_id.in_(ids),
                or_(*(_has(message.c.text, each) for each in words)),
            )
        )
        .order_by(message.c.seq)
    )
    for row in spoken:
        found[row.conversation_id] = (row.text, row.seq)
    return found
