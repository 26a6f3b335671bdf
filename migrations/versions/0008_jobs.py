"""Timed work, and what becomes of a lead: who has it, its next date, its outcome

Revision: 0008_jobs
Follows: 0007_assignment
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_jobs"
down_revision = "0007_assignment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("leased_by", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("due_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("due_what", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("shared_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("answered_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("outcome", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_lead_owner"), "staff", ["owner"], ["id"])
        batch_op.create_index(batch_op.f("ix_lead_due_at"), ["due_at"], unique=False)
    op.execute("UPDATE lead SET due_at = created_at, due_what = 'answer'")


def downgrade() -> None:
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lead_due_at"))
        batch_op.drop_constraint(batch_op.f("fk_lead_owner"), type_="foreignkey")
        for name in (
            "settled_at",
            "outcome",
            "answered_at",
            "shared_at",
            "due_what",
            "due_at",
            "owner",
        ):
            batch_op.drop_column(name)
    op.drop_table("job")
