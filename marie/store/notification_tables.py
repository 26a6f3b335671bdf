"""The tables of what is sent: e-mails, who wants which, webhooks and their deliveries.

What hangs on a conversation goes with it. A link is kept only until its message is sent: some let
whoever has them in.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from marie.store.tables import Moment, metadata

notification = Table(
    "notification",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), index=True),
    Column("address", Text),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        index=True,
    ),
    Column("path", Text),
    Column("attachment", JSON),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("problem", String(40)),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("ix_notification_state", "state", "due_at"),
)
"""An e-mail to a member of the staff (`staff_id`) or to an `address`. `id`: made from the key that
it was asked for with, so that nothing is sent twice. `path`, `attachment`: None once it is sent."""

notification_preference = Table(
    "notification_preference",
    metadata,
    Column("staff_id", String(32), ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("mail", Boolean, nullable=False),
)
"""What a member of the staff chose; a kind without a row is sent."""

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("url", Text, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(32), ForeignKey("staff.id")),
    Column("removed_at", Moment),
)
"""An address that hears of events. Its secret is not stored: it is made from the installation's key
and the `id`."""

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", String(32), primary_key=True),
    Column(
        "webhook_id",
        String(32),
        ForeignKey("webhook.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("kind", String(32), nullable=False),
    Column(
        "conversation_id",
        String(32),
        ForeignKey("conversation.id", ondelete="CASCADE"),
        index=True,
    ),
    Column("path", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_at", Moment),
    Column("status", Integer),
    Column("duration_ms", Integer),
    Column("problem", String(40)),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("ix_webhook_delivery_state", "state", "due_at"),
)
"""One event for one webhook. `first_at`: the first try since it was last asked for."""
