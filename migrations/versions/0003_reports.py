"""Errors that visitors report, which go when their conversation is erased

Revision: 0003_reports
Follows: 0002_directory
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_reports"
down_revision = "0002_directory"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Nothing was ever written there, and nothing in it said which conversation it belonged to.
    op.drop_table("directory_report")
    op.create_table(
        "report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(length=200), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_report_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["staff.id"], name=op.f("fk_report_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_report_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_report_settled_at"), ["settled_at"], unique=False)


def downgrade() -> None:
    op.drop_table("report")
    op.create_table(
        "directory_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("handled_by", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_report")),
    )
    with op.batch_alter_table("directory_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_report_entry_id"), ["entry_id"], unique=False
        )
