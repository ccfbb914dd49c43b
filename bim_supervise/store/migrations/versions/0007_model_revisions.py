"""Disciplines of a federated project, property sets, systems, and elements under another GlobalId.

Revision: 0007
Before it: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("model", sa.Column("discipline", sa.String(), nullable=True))
    op.add_column("element", sa.Column("systems", sa.JSON(), nullable=True))
    op.execute("UPDATE element SET systems = '[]'")
    op.add_column("element", sa.Column("properties_hash", sa.String(), nullable=True))
    op.create_table(
        "element_properties",
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("global_id", sa.String(), nullable=False),
        sa.Column("properties", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["model.id"], name=op.f("fk_element_properties_model_id")),
        sa.PrimaryKeyConstraint("model_id", "global_id", name=op.f("pk_element_properties")),
    )
    op.create_table(
        "element_succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("before_model", sa.Integer(), nullable=False),
        sa.Column("after_model", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("candidates", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["after_model"], ["model.id"], name=op.f("fk_element_succession_after_model")
        ),
        sa.ForeignKeyConstraint(
            ["before_model"], ["model.id"], name=op.f("fk_element_succession_before_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_element_succession")),
    )
    op.create_index(op.f("ix_element_succession_before"), "element_succession", ["before"], unique=False)
