"""The tables of what became of what Marie missed, and of where the directory has nothing.

A settlement names no visitor: it keeps the wordings that an editor attached, as the editor left
them. What it settled goes with each conversation.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Integer, String, Table

from marie.store.tables import Moment, metadata

miss_settlement = Table(
    "miss_settlement",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("staff_id", String(32), ForeignKey("staff.id"), nullable=False),
    Column("action", String(16), nullable=False),
    Column("entry", String(100)),
    Column("wordings", JSON, nullable=False),
    Column("count", Integer, nullable=False),
    Column("undone_at", Moment),
)
"""What somebody decided about a group. `action`: `attach`, `out_of_scope` or `ignore`;
`entry`: the answer that has the `wordings` from then on; `count`: how many messages it was."""

miss_settled = Table(
    "miss_settled",
    metadata,
    Column("miss_id", String(32), ForeignKey("miss.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "settlement_id",
        Integer,
        ForeignKey("miss_settlement.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
)
"""Which messages a settlement is about, as long as they are kept."""

directory_hole = Table(
    "directory_hole",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("region", String(5), primary_key=True),
    Column("asked", Integer, nullable=False),
    Column("empty", Integer, nullable=False),
)
"""How often cards of a kind were looked for in a region on a day (Montréal), and how often none
stood there or near. Counters of nobody: neither who asked nor in what words."""
