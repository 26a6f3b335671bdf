"""Opening hours, slots, appointments and call-backs

Revision: 0011_appointments
Follows: 0010_console
"""

revision = "0011_appointments"
down_revision = "0010_console"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
