"""Registers of consents and incidents, daily counts, where a conversation began

Revision: 0013_privacy
Follows: 0012_notifications
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_privacy"
down_revision = "0012_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_consent_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_conversation_id"), ["conversation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_consent_given_at"), ["given_at"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("known_on", sa.String(length=10), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("risk", sa.String(length=8), nullable=False),
        sa.Column("risk_because", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("commission_on", sa.String(length=10), nullable=True),
        sa.Column("persons_on", sa.String(length=10), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["changed_by"], ["staff.id"], name=op.f("fk_incident_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_known_on"), ["known_on"], unique=False)
    op.create_table(
        "figure_count",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("organization", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "day",
            "measure",
            "organization",
            "region",
            "source",
            "detail",
            name=op.f("pk_figure_count"),
        ),
    )
    op.add_column("conversation", sa.Column("source", sa.String(length=100), nullable=True))


def downgrade() -> None:
    # Not in a batch: SQLite would make `conversation` anew, and what hangs on it would go with it.
    op.drop_column("conversation", "source")
    op.drop_table("figure_count")
    op.drop_table("incident")
    op.drop_table("consent")
