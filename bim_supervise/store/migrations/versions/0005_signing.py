"""Signers' keys, delegations, the log of reads of personal data, outside identities.

Revision: 0005
Before it: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("sealed", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["user_account.name"], name="fk_signing_key_user"),
        sa.PrimaryKeyConstraint("id", name="pk_signing_key"),
        sa.UniqueConstraint("public_key", name="uq_signing_key_public_key"),
    )
    op.create_index("ix_signing_key_user", "signing_key", ["user"])
    op.create_table(
        "delegation",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delegator", sa.String(), nullable=False),
        sa.Column("delegate", sa.String(), nullable=False),
        sa.Column("capacity", sa.String(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("entry", name="pk_delegation"),
    )
    op.create_index("ix_delegation_delegator", "delegation", ["delegator"])
    op.create_index("ix_delegation_delegate", "delegation", ["delegate"])
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_at", "access_log", ["at"])
    op.create_index("ix_access_log_user", "access_log", ["user"])
    op.create_table(
        "identity",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["user_account.name"], name="fk_identity_user"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identity"),
    )
    op.create_index("ix_identity_user", "identity", ["user"])
