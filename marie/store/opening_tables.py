"""The tables of employers' openings: those of each list, and what each import changed."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

opening = Table(
    "opening",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("listed", String(160), nullable=False, index=True),
    Column("valid_until", Date, nullable=False),
    Column("told", JSON, nullable=False),
)
"""`told`: the opening whole, as `marie.guidance.matching.Opening` names its fields."""

opening_batch = Table(
    "opening_batch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("listed", String(160), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("applied_at", Moment, nullable=False),
    Column("applied_by", String(100), nullable=False),
    Column("undone_at", Moment),
    Column("summary", JSON, nullable=False),
)

opening_change = Table(
    "opening_change",
    metadata,
    Column(
        "batch_id",
        Integer,
        ForeignKey("opening_batch.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("opening_id", String(200), primary_key=True),
    Column("before", JSON),
    Column("after", JSON),
    Index("ix_opening_change_opening_id", "opening_id", "batch_id"),
)
"""What an import did to one opening; nothing before: it was new, nothing after: it went."""
