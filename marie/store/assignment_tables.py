"""The tables of the assignment: quotas by period, and the ledger. Both are only ever added to.

Nothing in them says anything of a person: a lead's number means nothing once the lead is erased.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from marie.store.tables import Moment, metadata

assignment_period = Table(
    "assignment_period",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started_at", Moment, nullable=False),
    Column("quotas", JSON, nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id")),
)
"""`quotas`: whole numbers by organisation. The newest period is the one that holds."""

assignment_entry = Table(
    "assignment_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "period_id",
        Integer,
        ForeignKey("assignment_period.id"),
        nullable=False,
        autoincrement=False,
    ),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("lead_id", String(32), index=True),
    Column("organization", String(32), ForeignKey("organization.id"), nullable=False),
    Column("moved_from", String(32), ForeignKey("organization.id")),
    Column("staff_id", String(32), ForeignKey("staff.id")),
    Column("why", JSON, nullable=False),
    Index("ix_assignment_entry_counts", "period_id", "kind", "organization", "moved_from"),
)
"""`kind`: see `marie.domain.assignment.Kind`. `why`: candidates, what narrowed them, deviations."""
