"""Links that a visitor keeps to her papers

Revision: 0004_papers
Follows: 0003_reports
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_papers"
down_revision = "0003_reports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "paper_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_paper_link_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_paper_link")),
    )
    with op.batch_alter_table("paper_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_paper_link_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_paper_link_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("paper_link")
