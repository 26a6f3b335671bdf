"""Registers of purposes, accesses and incidents, retention

Revision: 0013_privacy
Follows: 0012_notifications
"""

revision = "0013_privacy"
down_revision = "0012_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
