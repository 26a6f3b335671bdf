"""Invitations, second factor, recovery codes, refused sign-ins

Revision: 0009_accounts
Follows: 0008_jobs
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_accounts"
down_revision = "0008_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("totp_seed", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("totp_since", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("totp_step", sa.Integer(), nullable=True))
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("browser", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("address", sa.Text(), nullable=True))
    op.create_table(
        "account_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=True),
        sa.Column("organization", sa.String(length=32), nullable=True),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_account_link_staff_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization"], ["organization.id"], name=op.f("fk_account_link_organization")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_account_link_made_by")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_account_link")),
    )
    with op.batch_alter_table("account_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_link_staff_id"), ["staff_id"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("staff_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "refused_sign_in",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refused_sign_in")),
    )
    with op.batch_alter_table("refused_sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_refused_sign_in_subject", ["subject", "at"], unique=False)


def downgrade() -> None:
    op.drop_table("refused_sign_in")
    op.drop_table("recovery_code")
    op.drop_table("account_link")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        for name in ("address", "browser", "seen_at"):
            batch_op.drop_column(name)
    with op.batch_alter_table("staff", schema=None) as batch_op:
        for name in ("totp_step", "totp_since", "totp_seed", "email"):
            batch_op.drop_column(name)
