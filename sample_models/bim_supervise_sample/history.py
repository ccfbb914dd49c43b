"""The site before the first simulated day: a file of statements that the demo starts with."""

from __future__ import annotations

import json
from pathlib import Path

from bim_supervise_sample.facts import HISTORY_SEED, statements
from bim_supervise_sample.site import START, ZONE


def history() -> list[dict[str, object]]:
    """Every statement sent before the first simulated moment, oldest first, with the time it was received."""
    return [
        {**statement.body, "received": statement.sent.astimezone(ZONE).isoformat(timespec="seconds")}
        for statement in statements(HISTORY_SEED, until=START)
    ]


def write_history(path: Path) -> None:
    """Write ``history.jsonl``."""
    lines = (json.dumps(row, ensure_ascii=False) for row in history())
    path.write_text("\n".join(lines) + "\n", "utf-8")
