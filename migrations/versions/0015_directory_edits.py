"""Edits and merges of the directory by hand

Revision: 0015_directory_edits
Follows: 0014_revisions
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_directory_edits"
down_revision = "0014_revisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "directory_telling",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"],
            ["directory_entry.id"],
            name=op.f("fk_directory_telling_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_telling")),
    )
    op.create_table(
        "directory_card",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sorted_by", sa.String(length=200), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=5), nullable=True),
        sa.Column("municipality_code", sa.String(length=10), nullable=True),
        sa.Column("municipality", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("read_on", sa.Date(), nullable=True),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["id"], ["directory_entry.id"], name=op.f("fk_directory_card_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_card")),
    )
    with op.batch_alter_table("directory_card", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_directory_card_sorted_by"), ["sorted_by"], unique=False
        )
    op.create_table(
        "directory_edit",
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_directory_edit")),
    )
    op.create_table(
        "directory_edit_batch",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_directory_edit_batch_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["directory_batch.id"],
            name=op.f("fk_directory_edit_batch_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_edit_batch")),
    )
    op.create_table(
        "directory_edit_change",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["directory_edit_batch.id"],
            name=op.f("fk_directory_edit_change_batch_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "entry_id", name=op.f("pk_directory_edit_change")),
    )
    with op.batch_alter_table("directory_edit_change", schema=None) as batch_op:
        batch_op.create_index(
            "ix_directory_edit_change_entry_id", ["entry_id", "batch_id"], unique=False
        )
    op.create_table(
        "directory_distinct",
        sa.Column("one", sa.String(length=200), nullable=False),
        sa.Column("other", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("one", "other", name=op.f("pk_directory_distinct")),
    )


def downgrade() -> None:
    op.drop_table("directory_distinct")
    op.drop_table("directory_edit_change")
    op.drop_table("directory_edit_batch")
    op.drop_table("directory_edit")
    op.drop_table("directory_card")
    op.drop_table("directory_telling")
