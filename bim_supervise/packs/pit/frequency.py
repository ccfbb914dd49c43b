"""How long a point was not read, against the stage of the excavation."""

from __future__ import annotations

from datetime import date

from bim_supervise.checkpoints.conditions import Stretch, Worked
from bim_supervise.checkpoints.contract import Limit
from bim_supervise.checkpoints.limits import in_force
from bim_supervise.core.clock import from_epoch_ms

_DAY_MS = 86_400_000


def longest_gap(stretch: Stretch) -> Worked | None:
    """Longest gap [d] between readings that reaches into the window; the end of the window ends a gap too."""
    times = [window.last_ms for window in stretch.own if window.count]
    if not times:
        return None
    before = [at for at in times if at < stretch.start_ms][-1:]
    chain = [*before, *(at for at in times if at >= stretch.start_ms)]
    gaps = [later - earlier for earlier, later in zip(chain, [*chain[1:], stretch.end_ms], strict=True)]
    value = round(max(gaps) / _DAY_MS, 6)
    limit = _of_stage(stretch)
    return Worked(
        value=value,
        limit=limit,
        doubt=None if limit is not None else "stage_unknown",
        reason="reading_overdue" if limit and limit.value is not None and value > limit.value else None,
        values=tuple(chain),
    )


def _of_stage(stretch: Stretch) -> Limit | None:
    day = from_epoch_ms(stretch.start_ms).astimezone(stretch.asked.evidence.zone).date()
    begun = [
        (first, str(row["stage"]))
        for row in stretch.parameters.get("stages") or ()
        if (first := _day(row["from"])) <= day
    ]
    if not begun:
        return None
    stage = max(begun)[1]
    rows = [row for row in stretch.asked.limits if row.statistic == stage]
    return in_force(rows, from_epoch_ms(stretch.start_ms), stretch.asked.evidence.zone)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
