"""Dates that are prepared before they are announced

Revision: 0017_event_drafts
Follows: 0016_quality
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_event_drafts"
down_revision = "0016_quality"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("announce_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("review_at", sa.BigInteger(), nullable=True))
    # Until now a date was announced as it was written.
    op.execute("UPDATE event SET announce_at = created_at")


def downgrade() -> None:
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_column("review_at")
        batch_op.drop_column("announce_at")
