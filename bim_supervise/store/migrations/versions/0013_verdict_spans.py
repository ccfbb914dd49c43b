"""A verdict is about a window with a start and a span: two that begin together lie side by side.

Revision ID: 0013
Revises: 0012
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NAME = "pk_verdict"
FORMER = ["rule", "subject", "checkpoint", "window_start"]
KEY = [*FORMER, "window_span"]
UNITS = {"D": 86_400_000_000, "H": 3_600_000_000, "M": 60_000_000, "S": 1_000_000}
LENGTH = re.compile(r"P(?:(\d+)(D))?(?:T(?:(\d+)(H))?(?:(\d+)(M))?(?:(\d+)(S))?)?")


def upgrade() -> None:
    op.add_column("verdict", sa.Column("window_span", sa.BigInteger(), nullable=True))
    # What begins with no window, or never ends, has no span; a verdict without a window starts at -2^63.
    op.execute(
        "UPDATE verdict SET window_span = CASE WHEN window_end IS NULL OR window_start < -9000000000000000000"
        " THEN 0 ELSE coalesce(first_end, window_end) - window_start END"
    )
    op.execute("UPDATE verdict SET window_span = 3600000000 WHERE rule = 'DEV-01' AND checkpoint = ''")
    longer = list(_ended_early(op.get_bind()))
    if longer:
        where = " AND ".join(f"{name} = :{name}" for name in FORMER)
        op.get_bind().execute(sa.text(f"UPDATE verdict SET window_span = :span WHERE {where}"), longer)
    with op.batch_alter_table("verdict") as batch:
        batch.alter_column("window_span", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_constraint(NAME, type_="primary")
        batch.create_primary_key(NAME, KEY)


def _ended_early(connection: sa.Connection) -> Iterator[dict[str, Any]]:
    """Failing verdicts that end before their window does: the limit says how long that is."""
    rows = connection.execute(
        sa.text(
            f'SELECT {", ".join(KEY)}, "limit" FROM verdict'
            " WHERE outcome = 'fail' AND window_span > 0 AND checkpoint = ''"
        )
    )
    for row in rows.fetchall():
        *key, span, limit = row
        told = json.loads(limit) if isinstance(limit, str) else limit
        length = _length(told.get("window") if isinstance(told, dict) else None)
        if length > span:
            yield {**dict(zip(FORMER, key, strict=True)), "span": length}


def _length(window: object) -> int:
    found = LENGTH.fullmatch(window) if isinstance(window, str) else None
    if found is None:
        return 0
    parts = found.groups()
    return sum(int(parts[at]) * UNITS[parts[at + 1]] for at in range(0, len(parts), 2) if parts[at])
