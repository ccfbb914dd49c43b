"""Shelving has an end; notices about alarms wait in an outbox.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alarm_action") as batch:
        batch.add_column(sa.Column("until", sa.BigInteger(), nullable=True))
    op.create_table(
        "notice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alarm_id", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index(op.f("ix_notice_alarm_id"), "notice", ["alarm_id"], unique=False)
    op.create_index(op.f("ix_notice_state"), "notice", ["state"], unique=False)
