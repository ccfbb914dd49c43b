"""What a plan holds and what became of it while it was read, as plain rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

from bim_supervise.schedule.health import open_ends
from bim_supervise.schedule.tasks import ConstraintType, Schedule

_NAMED = 200
"""How many open ends are named one by one; all are counted."""


def plan_report(schedule: Schedule) -> dict[str, Any]:
    """Counts, open ends, and the lists of what was converted and skipped with reasons."""
    kinds = Counter(task.kind.value for task in schedule.tasks)
    constrained = sum(
        task.constraint is not None and task.constraint.type is not ConstraintType.AS_SOON_AS_POSSIBLE
        for task in schedule.tasks
    )
    ends = open_ends(schedule)
    names = {task.id: task.name for task in schedule.tasks}
    return {
        "name": schedule.name,
        "format": schedule.source_format,
        "tasks": len(schedule.tasks),
        "milestones": kinds["milestone"],
        "summaries": kinds["summary"],
        "links": len(schedule.links),
        "lags": sum(link.lag_minutes != 0 for link in schedule.links),
        "link_types": dict(Counter(link.type.value for link in schedule.links)),
        "calendars": len(schedule.calendars),
        "constraints": constrained,
        "with_actuals": sum(task.actual_start is not None for task in schedule.tasks),
        "with_baseline": sum(
            task.baseline_start is not None or task.baseline_finish is not None for task in schedule.tasks
        ),
        "with_codes": sum(bool(task.codes) for task in schedule.tasks),
        "resources": len(schedule.resources),
        "assignments": sum(len(task.assignments) for task in schedule.tasks),
        "open_starts": len(ends.starts),
        "open_finishes": len(ends.finishes),
        "open_ends": [
            {"id": task, "name": names[task], "end": end}
            for end, found in (("start", ends.starts), ("finish", ends.finishes))
            for task in found[:_NAMED]
        ],
        "skipped": [{"what": item.what, "reason": item.reason} for item in schedule.skipped],
        "converted": [{"what": item.what, "reason": item.reason} for item in schedule.converted],
    }
