"""The tables of the console: what colleagues keep beside a conversation, and what they write with.

All that is about a visitor hangs on her conversation and is erased with it.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from marie.store.tables import Moment, metadata

note = Table(
    "note",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("after_seq", Integer, nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Index("ix_note_conversation_id", "conversation_id", "at"),
)
"""What counsellors write for each other: never shown to the visitor. `after_seq`: the message
under which it stands. `kind`: see `marie.domain.notes.Kind`."""

label = Table(
    "label",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("organization", String(32), ForeignKey("organization.id")),
    Column("name", String(40), nullable=False),
    Column("colour", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("organization", "name"),
)
"""The words that an organisation sorts its conversations by; without one, everybody's."""

conversation_label = Table(
    "conversation_label",
    metadata,
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column(
        "label_id",
        String(32),
        ForeignKey("label.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("at", Moment, nullable=False),
)

participant = Table(
    "participant",
    metadata,
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("staff_id", String(32), ForeignKey("staff.id"), primary_key=True, index=True),
    Column("invited_by", String(32), ForeignKey("staff.id"), nullable=False),
    Column("at", Moment, nullable=False),
)
"""Colleagues who read and write beside the owner, for as long as she has the conversation."""

reminder = Table(
    "reminder",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Moment),
    Column("done_at", Moment),
    Index("ix_reminder_due_at", "due_at"),
)
"""What somebody (`staff_id`) wants to be reminded of. `sent_at`: she was told; `done_at`: done."""

canned_answer = Table(
    "canned_answer",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("organization", String(32), ForeignKey("organization.id"), index=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), index=True),
    Column("title", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("updated_at", Moment, nullable=False),
)
"""Answers that are written once. `staff_id`: whose alone; else the whole organisation's."""
