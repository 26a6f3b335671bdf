"""The table of kept links: an address that leads to one paper of a conversation, for a while."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from marie.store.tables import Moment, metadata

paper_link = Table(
    "paper_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("seq", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)
"""`number`: which document of message `seq`, from 1. Only the token's hash is known here."""
