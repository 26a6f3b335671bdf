"""The daily counts that outlive what they count. No row says anything of one person."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from marie.store.tables import metadata

figure_count = Table(
    "figure_count",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("measure", String(20), primary_key=True),
    Column("organization", String(32), primary_key=True),
    Column("region", String(60), primary_key=True),
    Column("source", String(100), primary_key=True),
    Column("detail", String(32), primary_key=True),
    Column("number", Integer, nullable=False),
)
"""A `marie.domain.figures.Cell` a row (its fields, "" where one has no sense); `number`: how many.

Only what is no longer there to be counted: conversations that were erased or purged, and the
widget's loads, of which nothing else is ever kept.
"""
