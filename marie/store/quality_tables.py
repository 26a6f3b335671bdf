"""The tables of opinions, of what is counted of Marie's answers, and of the widget's logo."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from marie.store.tables import Moment, metadata

opinion = Table(
    "opinion",
    metadata,
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("helpful", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("topic", String(40), nullable=False),
    Column("entry", String(100), nullable=False),
    Column("at", Moment, nullable=False, index=True),
)
"""Whether an answer (message `seq`) helped, and why or why not, masked. One for each message; `at`
is when it was first given, so that a change of mind counts on the same day."""

quality_count = Table(
    "quality_count",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("measure", String(16), primary_key=True),
    Column("topic", String(40), primary_key=True),
    Column("entry", String(100), primary_key=True),
    Column("number", Integer, nullable=False),
)
"""A `marie.domain.quality.Cell` a row, and how many. No row says anything of one person."""

quality_state = Table(
    "quality_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counted_until", Moment, nullable=False),
)
"""One row: the messages before this moment are counted, whoever erases them."""

logo = Table(
    "logo",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("type", String(20), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
)
"""Pictures for the widget. `id`: the SHA-256 of `body`, so an address never changes its picture."""
