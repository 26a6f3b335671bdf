"""The table of wordings that somebody proposed as training examples."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from marie.store.tables import Moment, metadata

proposed_example = Table(
    "proposed_example",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("text", Text, nullable=False),
    Column("folded", String(300), nullable=False, unique=True),
    Column("topic", String(40), nullable=False),
    Column("entry", String(100)),
    Column("miss_id", String(32), ForeignKey("miss.id", ondelete="CASCADE")),
    Column("conversation_id", String(32), ForeignKey("conversation.id", ondelete="CASCADE")),
    Column("state", String(16), nullable=False),
    Column("proposed_by", String(32), ForeignKey("staff.id")),
    Column("proposed_at", Moment, nullable=False),
    Column("settled_by", String(32), ForeignKey("staff.id")),
    Column("settled_at", Moment),
    Index("ix_proposed_example_state", "state", "proposed_at"),
    Index("ix_proposed_example_conversation_id", "conversation_id"),
)
"""`text`: a visitor's wording, personal data masked; `folded`: how training would compare it, so
that none is proposed twice. `entry`: the answer it was attached to; `miss_id`: where it comes from.
`state`: `proposed`, `accepted` by a person, then `pulled` into the files, or `refused`."""
