"""Opinions of visitors, what was missed and what became of it, settings

Revision: 0016_quality
Follows: 0015_directory_edits
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_quality"
down_revision = "0015_directory_edits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposed_example",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=100), nullable=True),
        sa.Column("miss_id", sa.String(length=32), nullable=True),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.String(length=32), nullable=True),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["miss_id"],
            ["miss.id"],
            name=op.f("fk_proposed_example_miss_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_proposed_example_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["staff.id"], name=op.f("fk_proposed_example_proposed_by")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by"], ["staff.id"], name=op.f("fk_proposed_example_settled_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_example")),
        sa.UniqueConstraint("folded", name=op.f("uq_proposed_example_folded")),
    )
    with op.batch_alter_table("proposed_example", schema=None) as batch_op:
        batch_op.create_index("ix_proposed_example_state", ["state", "proposed_at"], unique=False)
        batch_op.create_index(
            "ix_proposed_example_conversation_id", ["conversation_id"], unique=False
        )
    op.create_table(
        "miss_settlement",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("entry", sa.String(length=100), nullable=True),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_miss_settlement_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_miss_settlement")),
    )
    op.create_table(
        "miss_settled",
        sa.Column("miss_id", sa.String(length=32), nullable=False),
        sa.Column("settlement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["miss_id"], ["miss.id"], name=op.f("fk_miss_settled_miss_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["settlement_id"],
            ["miss_settlement.id"],
            name=op.f("fk_miss_settled_settlement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("miss_id", name=op.f("pk_miss_settled")),
    )
    with op.batch_alter_table("miss_settled", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_miss_settled_settlement_id"), ["settlement_id"], unique=False
        )
    op.create_table(
        "directory_hole",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=5), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "kind", "region", name=op.f("pk_directory_hole")),
    )
    op.create_table(
        "opinion",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=100), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_opinion_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("pk_opinion")),
    )
    with op.batch_alter_table("opinion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opinion_at"), ["at"], unique=False)
    op.create_table(
        "quality_count",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("entry", sa.String(length=100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "measure", "topic", "entry", name=op.f("pk_quality_count")),
    )
    op.create_table(
        "quality_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_state")),
    )
    op.create_table(
        "logo",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_logo_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_logo")),
    )
    op.create_index("ix_message_at", "message", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_message_at", table_name="message")
    op.drop_table("logo")
    op.drop_table("quality_state")
    op.drop_table("quality_count")
    op.drop_table("opinion")
    op.drop_table("directory_hole")
    op.drop_table("miss_settled")
    op.drop_table("miss_settlement")
    op.drop_table("proposed_example")
