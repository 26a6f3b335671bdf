"""Notes, labels, reminders, canned answers, participants of a conversation

Revision: 0010_console
Follows: 0009_accounts
"""

revision = "0010_console"
down_revision = "0009_accounts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
