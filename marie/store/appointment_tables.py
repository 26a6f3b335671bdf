"""The tables of appointments, call-backs, and of what was done about leads that were late."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from marie.store.tables import Moment, metadata

agenda = Table(
    "agenda",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("minutes", Integer, nullable=False),
    Column("means", JSON, nullable=False),
    Column("place", Text, nullable=False),
    Column("video_url", Text, nullable=False),
    Column("notice_hours", Integer, nullable=False),
    Column("ahead_days", Integer, nullable=False),
    Column("weekly", JSON, nullable=False),
    Column("exceptions", JSON, nullable=False),
    Column("changed_at", Moment, nullable=False),
)
"""When a counsellor receives (`marie.domain.appointments.Agenda`). Its row is locked while one of
her slots is being taken."""

appointment = Table(
    "appointment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("lead_id", String(32), ForeignKey("lead.id", ondelete="CASCADE"), index=True),
    Column("staff_id", String(32), ForeignKey("staff.id"), index=True),
    Column("organization", String(32), ForeignKey("organization.id")),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("means", String(16), nullable=False),
    Column("place", Text, nullable=False),
    Column("changes", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Column("cancelled_by", String(16)),
    Column("reminded_at", Moment),
    Column("notice", String(16), index=True),
    Column("held", String(64), unique=True),
)
"""`staff_id` None: its counsellor left, somebody of `organization` must take it over. `place`: the
address, or the video's. `changes`: the calendars' SEQUENCE. `notice`: what Marie still has to tell
the visitor. `held`: whose time it takes, None once it is cancelled: no two are at the same time."""

call_back = Table(
    "call_back",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("lead_id", String(32), ForeignKey("lead.id", ondelete="CASCADE"), index=True),
    Column("created_at", Moment, nullable=False),
    Column("channel", String(8), nullable=False),
    Column("address", Text, nullable=False),
    Column("part", String(16), nullable=False),
    Column("done_at", Moment),
    Column("done_by", String(32), ForeignKey("staff.id")),
)
"""A visitor who wants to be called or written to: `channel` (phone, email), `address`, and the
`part` of the day."""

lead_step = Table(
    "lead_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("lead_id", String(32), ForeignKey("lead.id", ondelete="CASCADE"), nullable=False),
    Column("step", String(16), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("lead_id", "step", "due_at"),
)
"""What was done about a lead whose date `due_at` was past: each step once for that date."""
