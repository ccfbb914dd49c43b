"""How much of a task should be done by the plan at a moment: the one curve that planned value follows."""

from __future__ import annotations

from datetime import datetime


def planned_share(start: datetime, finish: datetime, moment: datetime) -> float:
    """Share 0..1 of a task that the plan has done at ``moment``; all three are site wall times.

    Linear over the span from planned start to planned finish, nights and days off included: the plan says
    when a task runs, not how its work is spread. A milestone (start = finish) is 0 before and 1 from its
    moment on.

    >>> planned_share(datetime(2026, 3, 2), datetime(2026, 3, 6), datetime(2026, 3, 3))
    0.25
    """
    if moment >= finish:
        return 1.0
    if moment <= start:
        return 0.0
    return (moment - start) / (finish - start)


def moment_of_share(start: datetime, finish: datetime, share: float) -> datetime:
    """When the plan reaches a share 0..1 of a task: the inverse of ``planned_share`` (site wall time).

    >>> moment_of_share(datetime(2026, 3, 2), datetime(2026, 3, 6), 0.25)
    datetime.datetime(2026, 3, 3, 0, 0)
    """
    return start + (finish - start) * min(max(share, 0.0), 1.0)
