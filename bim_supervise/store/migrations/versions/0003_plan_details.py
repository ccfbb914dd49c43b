"""Codes, resources, baselines and percent types of plans.

Revision: 0003
Before it: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("schedule") as table:
        for name in ("resources", "wbs"):
            table.add_column(sa.Column(name, sa.JSON(), nullable=True))
    with op.batch_alter_table("task") as table:
        table.add_column(sa.Column("percent_type", sa.String(), nullable=True))
        table.add_column(sa.Column("physical_percent", sa.Double(), nullable=True))
        for name in ("codes", "baselines", "assignments"):
            table.add_column(sa.Column(name, sa.JSON(), nullable=True))
