"""The tables of the directory.

The `hsds_…` tables have the Human Services Data Specification's columns (`marie.knowledge.hsds`
says which and why); a `directory_entry` ties one resource to its rows and to where it came from.
A batch is one import; its changes keep what was there before, so that it can be undone.
"""

from __future__ import annotations

from typing import Any

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

from marie.knowledge.hsds import COLUMNS, NUMBERS
from marie.store.tables import Moment, metadata

LINKS = {
    ("service", "organization_id"): "organization",
    ("service_at_location", "service_id"): "service",
    ("service_at_location", "location_id"): "location",
    ("address", "location_id"): "location",
    ("phone", "service_id"): "service",
    ("schedule", "service_id"): "service",
    ("service_area", "service_id"): "service",
    ("language", "service_id"): "service",
    ("cost_option", "service_id"): "service",
    ("service_capacity", "service_id"): "service",
    ("attribute", "link_id"): "service",
    ("metadata", "resource_id"): "service",
}
"""Which column of which table names a row of another; it goes with it."""


def _column(table: str, name: str) -> Column[Any]:
    if name == "id":
        return Column(name, String(36), primary_key=True)
    target = LINKS.get((table, name))
    if target is not None:
        key = ForeignKey(f"hsds_{target}.id", ondelete="CASCADE")
        return Column(name, String(36), key, nullable=False, index=True)
    return Column(name, Float) if name in NUMBERS else Column(name, Text)


HSDS = {
    name: Table(f"hsds_{name}", metadata, *(_column(name, column) for column in columns))
    for name, columns in COLUMNS.items()
}
"""The HSDS tables by the specification's names, each after those that it names rows of."""

directory_entry = Table(
    "directory_entry",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("kind", String(20), nullable=False, index=True),
    Column("origin", String(20), nullable=False),
    Column("scope", String(60), nullable=False),
    Column("parent", String(200)),
    Column("organization_id", String(36), nullable=False, index=True),
    Column("service_id", String(36), nullable=False, index=True),
    Column("location_id", String(36), index=True),
    Column("service_at_location_id", String(36), unique=True),
    Index("ix_directory_entry_scope", "origin", "scope"),
)
"""A resource under Marie's own id: who told it (`origin`), in which file of theirs (`scope`)."""

directory_seed = Table(
    "directory_seed",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("resource", JSON, nullable=False),
)
"""The seed as it was when it was last brought in, in its editors' order."""

directory_batch = Table(
    "directory_batch",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("origin", String(20), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("applied_at", Moment, nullable=False),
    Column("applied_by", String(100), nullable=False),
    Column("undone_at", Moment),
    Column("summary", JSON, nullable=False),
)

directory_change = Table(
    "directory_change",
    metadata,
    Column(
        "batch_id",
        Integer,
        ForeignKey("directory_batch.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("entry_id", String(200), primary_key=True),
    Column("action", String(10), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("scope", String(60), nullable=False),
    Column("before", JSON),
    Column("after", JSON),
    Index("ix_directory_change_entry_id", "entry_id", "batch_id"),
)
"""What a batch did to a resource: new, changed, read (its source alone was read again), gone."""

directory_merge = Table(
    "directory_merge",
    metadata,
    Column("duplicate", String(200), primary_key=True),
    Column("kept", String(200), nullable=False, index=True),
    Column("batch_id", Integer, ForeignKey("directory_batch.id", ondelete="CASCADE")),
)
"""Two entries that tell one resource: the kept one is spoken, completed by the duplicate."""

directory_state = Table(
    "directory_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
)
"""One row: a number that grows with every change, by which processes see that there was one."""

directory_link = Table(
    "directory_link",
    metadata,
    Column("url", Text, primary_key=True),
    Column("checked_at", Moment, nullable=False),
    Column("status", Integer),
    Column("problem", Text),
    Column("failures", Integer, nullable=False),
    Column("dead", Boolean, nullable=False),
)
"""When each address was last asked for and what it answered (`marie.services.links`)."""

directory_figure = Table(
    "directory_figure",
    metadata,
    Column("region", String(5), primary_key=True),
    Column("indicator", String(40), primary_key=True),
    Column("period", String(20), primary_key=True),
    Column("value", Float, nullable=False),
    Column("source_title", Text, nullable=False),
    Column("source_url", Text, nullable=False),
    Column("read_on", Date),
    Column(
        "batch_id",
        Integer,
        ForeignKey("directory_batch.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
)
"""Published figures of a region; of several batches the latest counts."""
