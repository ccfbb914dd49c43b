"""Topics of BCF archives.

Revision: 0008
Before it: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bcf_topic",
        sa.Column("guid", sa.String(), nullable=False),
        sa.Column("archive", sa.String(), nullable=False),
        sa.Column("case", sa.String(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("loaded_by", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("guid", name="pk_bcf_topic"),
    )
