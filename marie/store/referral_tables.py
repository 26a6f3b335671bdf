"""The tables of the referral: the agents of the territories, and who was referred to whom."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

territory_agent = Table(
    "territory_agent",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("territory", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("region", String(2), index=True),
    Column("organization", Text, nullable=False),
    Column("email", Text),
    Column("url", Text),
    Column("imported_at", Moment, nullable=False),
    Column("gone_at", Moment),
)
"""A Place aux jeunes agent as the imported list tells it. `area`: region or MRC as it says it,
`region`: its code if that was recognised. `gone_at`: not in the newest list any more."""

referral = Table(
    "referral",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("kind", String(16), nullable=False),
    Column("agent_id", String(32), ForeignKey("territory_agent.id")),
    Column("recipient", Text, nullable=False),
    Column("email", Text),
    Column("asked_by", String(32), ForeignKey("staff.id"), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("asked_seq", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("consent", Text, nullable=False),
    Column("passed", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_at", Moment),
    Column("token_hash", String(64), unique=True),
    Column("expires_at", Moment),
    Column("answered_at", Moment),
    Column("reason", Text),
    Index("ix_referral_state", "state", "expires_at"),
)
"""`consent`: what the visitor was asked, word for word; `passed`: what is passed on, and nothing
else. `token_hash`: of the link that the recipient got; None once it is revoked."""
