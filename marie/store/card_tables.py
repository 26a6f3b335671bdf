"""The tables of the directory that people keep: edits over the sources, and a list to search.

`directory_telling` and `directory_card` are copies of what the HSDS tables and the edits say, laid
out so that publishing reads one column, and searching scans short rows.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from marie.store.tables import Moment, metadata

_entry = "directory_entry.id"

directory_telling = Table(
    "directory_telling",
    metadata,
    Column("id", String(200), ForeignKey(_entry, ondelete="CASCADE"), primary_key=True),
    Column("told", Text, nullable=False),
)
"""`told`: the resource as its source tells it, `marie.knowledge.resources.Resource` as JSON."""

directory_card = Table(
    "directory_card",
    metadata,
    Column("id", String(200), ForeignKey(_entry, ondelete="CASCADE"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sorted_by", String(200), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("region", String(5)),
    Column("municipality_code", String(10)),
    Column("municipality", Text),
    Column("phone", Text),
    Column("url", Text),
    Column("email", Text),
    Column("lat", Float),
    Column("lon", Float),
    Column("read_on", Date),
    Column("verified_on", Date),
    Column("checked_on", Date),
    Column("edited", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
    Column("conflict", Boolean, nullable=False),
)
"""A card as it is said now, edits included. `words`: what it is looked for by, folded."""

directory_edit = Table(
    "directory_edit",
    metadata,
    Column("entry_id", String(200), primary_key=True),
    Column("edits", Text, nullable=False),
)
"""What lies over an entry: `marie.knowledge.edits.Edits` as JSON. It outlives the entry: a card
that a file forgets once and tells again is said as people said it."""

directory_edit_batch = Table(
    "directory_edit_batch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("action", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("import_id", Integer, ForeignKey("directory_batch.id", ondelete="CASCADE")),
    Column("undone_at", Moment),
)
"""What somebody did at once, to one card or many. `import_id`: it was decided with an import."""

directory_edit_change = Table(
    "directory_edit_change",
    metadata,
    Column(
        "batch_id",
        Integer,
        ForeignKey("directory_edit_batch.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("entry_id", String(200), primary_key=True),
    Column("before", JSON),
    Column("after", JSON),
    Column("fields", JSON, nullable=False),
    Index("ix_directory_edit_change_entry_id", "entry_id", "batch_id"),
)
"""`before` and `after`: the entry's edits and into what it was merged. `fields`: what differs."""

directory_distinct = Table(
    "directory_distinct",
    metadata,
    Column("one", String(200), primary_key=True),
    Column("other", String(200), primary_key=True),
)
"""Two entries that look alike and are not one; `one` sorts before `other`."""
