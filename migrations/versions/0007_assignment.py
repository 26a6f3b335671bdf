"""Which organisation gets which lead: quotas, the ledger, and the file that a lead carries

Revision: 0007_assignment
Follows: 0006_openings
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_assignment"
down_revision = "0006_openings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment_period",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("quotas", sa.JSON(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_assignment_period_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_period")),
    )
    op.create_table(
        "assignment_entry",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("period_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("lead_id", sa.String(length=32), nullable=True),
        sa.Column("organization", sa.String(length=32), nullable=False),
        sa.Column("moved_from", sa.String(length=32), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["assignment_period.id"], name=op.f("fk_assignment_entry_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["organization"], ["organization.id"], name=op.f("fk_assignment_entry_organization")
        ),
        sa.ForeignKeyConstraint(
            ["moved_from"], ["organization.id"], name=op.f("fk_assignment_entry_moved_from")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_assignment_entry_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_entry")),
    )
    with op.batch_alter_table("assignment_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_entry_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(
            "ix_assignment_entry_counts",
            ["period_id", "kind", "organization", "moved_from"],
            unique=False,
        )
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organization", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("file", sa.JSON(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_lead_organization"), "organization", ["organization"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("lead", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_lead_organization"), type_="foreignkey")
        batch_op.drop_column("file")
        batch_op.drop_column("organization")
    op.drop_table("assignment_entry")
    op.drop_table("assignment_period")
