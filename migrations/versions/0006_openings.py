"""Employers' openings, and what each import of them changed

Revision: 0006_openings
Follows: 0005_events
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_openings"
down_revision = "0005_events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "opening",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("listed", sa.String(length=160), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    with op.batch_alter_table("opening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opening_listed"), ["listed"], unique=False)

    op.create_table(
        "opening_batch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("listed", sa.String(length=160), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=False),
        sa.Column("applied_by", sa.String(length=100), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_batch")),
    )
    op.create_table(
        "opening_change",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opening_id", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["opening_batch.id"],
            name=op.f("fk_opening_change_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "opening_id", name=op.f("pk_opening_change")),
    )
    with op.batch_alter_table("opening_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_opening_change_opening_id", ["opening_id", "batch_id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("opening_change")
    op.drop_table("opening_batch")
    op.drop_table("opening")
