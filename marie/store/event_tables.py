"""The tables of events and of who registered for them."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

event = Table(
    "event",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("region", String(2), nullable=False),
    Column("place", Text, nullable=False),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("organizer", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(32), ForeignKey("staff.id")),
    Column("cancelled_at", Moment),
    Column("announce_at", Moment),
    Column("review_at", Moment),
)
"""`announce_at`: from when Marie speaks of it, none for a draft; `review_at`: since when a draft
waits for somebody to read it."""

registration = Table(
    "registration",
    metadata,
    Column("event_id", String(32), ForeignKey("event.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("number", Integer, nullable=False),
    Column("seat", String(8), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("phone", Text),
    Column("consent", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("notice", String(16), index=True),
)
"""One row a visitor and event, gone when she leaves or erases. `number`: the order of arrival.
`notice`: what Marie still has to tell her (`seated`, `changed`, `cancelled`)."""
