"""Silent windows in a row are one verdict, from when to when.

Revision ID: 0011
Revises: 0010
"""

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DAY_US = 86_400_000_000
KEY = "rule = :rule AND subject = :subject AND checkpoint = '' AND window_start = :start"


def upgrade() -> None:
    with op.batch_alter_table("verdict") as batch:
        batch.add_column(sa.Column("first_end", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("steps", sa.JSON(), nullable=True))
    connection = op.get_bind()
    series = connection.execute(
        sa.text("SELECT DISTINCT rule, subject FROM verdict WHERE checkpoint = '' AND window_end IS NOT NULL")
    )
    for rule, subject in series.fetchall():
        _fold(connection, rule, subject)


def _fold(connection: sa.Connection, rule: str, subject: str) -> None:
    rows = connection.execute(
        sa.text(
            "SELECT window_start, window_end, outcome, reason, value, completeness, evidence, params, severity"
            " FROM verdict WHERE rule = :rule AND subject = :subject AND checkpoint = ''"
            " AND window_end IS NOT NULL ORDER BY window_start"
        ),
        {"rule": rule, "subject": subject},
    )
    runs: list[tuple[list[tuple[int, int]], list[Any]]] = []
    following = False
    for start, end, outcome, reason, value, completeness, evidence, params, severity in rows.fetchall():
        silent = outcome == "undetermined" and value is None and not completeness and not _plain(evidence)
        if silent:
            told = {key: item for key, item in _plain(params).items() if key not in ("limit", "value")}
            same = [reason, severity, end - start, told]
            if following and runs[-1][1] == same and start - runs[-1][0][-1][1] <= DAY_US:
                runs[-1][0].append((start, end))
            else:
                runs.append(([(start, end)], same))
        following = silent
    for windows, (reason, _, length, told) in runs:
        steps: list[list[int]] = []
        for (one, _), (other, _) in zip(windows, windows[1:], strict=False):
            if steps and steps[-1][1] == other - one:
                steps[-1][0] += 1
            else:
                steps.append([1, other - one])
        start, end = windows[0][0], windows[-1][1]
        gone = [{"rule": rule, "subject": subject, "start": one} for one, _ in windows[1:]]
        if gone:
            connection.execute(sa.text(f"DELETE FROM verdict WHERE {KEY}"), gone)
        connection.execute(
            sa.text(
                'UPDATE verdict SET window_end = :end, first_end = :first_end, steps = :steps, "limit" = NULL,'
                f" params = :params, since = :start, digest = :digest WHERE {KEY}"
            ),
            {
                "rule": rule, "subject": subject, "start": start, "end": end, "first_end": start + length,
                "steps": json.dumps(steps), "params": json.dumps(told, ensure_ascii=False),
                "digest": _digest([rule, subject, "", reason, _iso(start), _iso(end), steps]),
            },
        )  # fmt: skip


def _plain(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _iso(microseconds: int) -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).isoformat()


def _digest(content: object) -> str:
    # Strings, integers and lists only: for them this is the canonical form of RFC 8785.
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
