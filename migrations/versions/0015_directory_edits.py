"""Edits and merges of the directory by hand

Revision: 0015_directory_edits
Follows: 0014_revisions
"""

revision = "0015_directory_edits"
down_revision = "0014_revisions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
