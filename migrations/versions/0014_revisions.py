"""Revisions of what Marie knows

Revision: 0014_revisions
Follows: 0013_privacy
"""

revision = "0014_revisions"
down_revision = "0013_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
