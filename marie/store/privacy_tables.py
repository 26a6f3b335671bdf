"""The tables of Loi 25: consents that visitors gave, and incidents that concern their data."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

consent = Table(
    "consent",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("purpose", String(32), nullable=False),
    Column("version", String(12), nullable=False),
    Column("text", Text, nullable=False),
    Column("given_at", Moment, nullable=False, index=True),
)
"""What a visitor accepted, word for word. `version`: the beginning of the text's SHA-256, so that
who accepted which wording can be counted without reading it."""

incident = Table(
    "incident",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("happened_on", String(10), nullable=False),
    Column("known_on", String(10), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("persons", Integer),
    Column("risk", String(8), nullable=False),
    Column("risk_because", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("commission_on", String(10)),
    Column("persons_on", String(10)),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String(32), ForeignKey("staff.id")),
)
"""An incident of confidentiality. Days are local ISO dates; `happened_on` may be a month
("2026-11") or a year when the day is not known. `persons`: how many, None while nobody knows.
`risk`: of a serious injury (`marie.domain.incidents.Risk`). `commission_on`, `persons_on`: when
they were told."""
