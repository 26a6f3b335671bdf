"""The tables of what was written of Marie's knowledge.

A revision's content never changes; its state moves on. Nothing in them is a visitor's.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

revision = Table(
    "revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("item", String(100), nullable=False),
    # None is SQL's, not JSON's: an item that is withdrawn.
    Column("content", JSON(none_as_null=True)),
    Column("state", String(16), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("why", Text, nullable=False),
    Column("based_on", Integer, ForeignKey("revision.id"), autoincrement=False),
    Column("created_at", Moment, nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id")),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(32), ForeignKey("staff.id")),
    Column("note", Text, nullable=False),
    Column("publish_at", Moment),
    Column("expires_at", Moment),
    Column("published_at", Moment),
    Column("published_by", String(32), ForeignKey("staff.id")),
    Column("publication", Integer, unique=True, autoincrement=False),
    Index("ix_revision_item", "kind", "item", "id"),
    Index("ix_revision_state", "state", "publish_at"),
)
"""`state`, `origin`: see `marie.knowledge.revisions`. `based_on`: the revision that was spoken when
this one was written. `why`: its author's reason; `note`: what was said when its state last moved.
`publication`: the number of its publication, which grows; of an item the highest is spoken."""

revision_open = Table(
    "revision_open",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("item", String(100), primary_key=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True),
    Column("seen_at", Moment, nullable=False),
)
"""Who has an item's form open, and when it last said so."""

revision_state = Table(
    "revision_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""One row: a number that grows with every publication and every end of one."""
