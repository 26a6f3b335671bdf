"""Opinions of visitors, what was missed and what became of it, settings

Revision: 0016_quality
Follows: 0015_directory_edits
"""

revision = "0016_quality"
down_revision = "0015_directory_edits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
