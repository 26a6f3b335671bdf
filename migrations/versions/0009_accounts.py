"""Invitations, second factor, recovery codes, refused sign-ins

Revision: 0009_accounts
Follows: 0008_jobs
"""

revision = "0009_accounts"
down_revision = "0008_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
