"""Notes, labels, reminders, canned answers, participants of a conversation

Revision: 0010_console
Follows: 0009_accounts
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_console"
down_revision = "0009_accounts"
branch_labels = None
depends_on = None


def _of_conversation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["conversation_id"],
        ["conversation.id"],
        name=op.f(f"fk_{table}_conversation_id"),
        ondelete="CASCADE",
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _of_conversation("note"),
        _to("note", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_conversation_id", "note", ["conversation_id", "at"], unique=False)
    op.create_table(
        "label",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization", sa.String(length=32), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("colour", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _to("label", "organization", "organization"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("organization", "name", name=op.f("uq_label_organization_name")),
    )
    op.create_table(
        "conversation_label",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("label_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _of_conversation("conversation_label"),
        sa.ForeignKeyConstraint(
            ["label_id"],
            ["label.id"],
            name=op.f("fk_conversation_label_label_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "label_id", name=op.f("pk_conversation_label")),
    )
    op.create_index(
        op.f("ix_conversation_label_label_id"), "conversation_label", ["label_id"], unique=False
    )
    op.create_table(
        "participant",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("invited_by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _of_conversation("participant"),
        _to("participant", "staff_id", "staff"),
        _to("participant", "invited_by", "staff"),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name=op.f("pk_participant")),
    )
    op.create_index(op.f("ix_participant_staff_id"), "participant", ["staff_id"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        _of_conversation("reminder"),
        _to("reminder", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    op.create_index(
        op.f("ix_reminder_conversation_id"), "reminder", ["conversation_id"], unique=False
    )
    op.create_index("ix_reminder_due_at", "reminder", ["due_at"], unique=False)
    op.create_table(
        "canned_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organization", sa.String(length=32), nullable=True),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        _to("canned_answer", "organization", "organization"),
        _to("canned_answer", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_answer")),
    )
    op.create_index(
        op.f("ix_canned_answer_organization"), "canned_answer", ["organization"], unique=False
    )
    op.create_index(op.f("ix_canned_answer_staff_id"), "canned_answer", ["staff_id"], unique=False)


def downgrade() -> None:
    for table in (
        "canned_answer",
        "reminder",
        "participant",
        "conversation_label",
        "label",
        "note",
    ):
        op.drop_table(table)
