"""Revisions of what Marie knows: what was written, what is published, and who has it open

Revision: 0014_revisions
Follows: 0013_privacy
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_revisions"
down_revision = "0013_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(length=100), nullable=False),
        sa.Column("content", sa.JSON(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Integer(), autoincrement=False, nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("publish_at", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.Column("publication", sa.Integer(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(["based_on"], ["revision.id"], name=op.f("fk_revision_based_on")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_revision_staff_id")),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_revision_changed_by")),
        sa.ForeignKeyConstraint(
            ["published_by"], ["staff.id"], name=op.f("fk_revision_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("publication", name=op.f("uq_revision_publication")),
    )
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.create_index("ix_revision_item", ["kind", "item", "id"], unique=False)
        batch_op.create_index("ix_revision_state", ["state", "publish_at"], unique=False)
    op.create_table(
        "revision_open",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item", sa.String(length=100), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_revision_open_staff_id")),
        sa.PrimaryKeyConstraint("kind", "item", "staff_id", name=op.f("pk_revision_open")),
    )
    op.create_table(
        "revision_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_state")),
    )


def downgrade() -> None:
    op.drop_table("revision_state")
    op.drop_table("revision_open")
    op.drop_table("revision")
