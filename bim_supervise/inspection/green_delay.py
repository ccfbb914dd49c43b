"""Green delay (绿色工期损失): the time that tasks stood still under stop orders over green findings. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bim_supervise.inspection.cases import Case, CaseKind

RULE = "rule"
"""Under this name the first note of a stop says which rule's finding it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenDelay:
    """What one task has lost.

    ``lost`` is elapsed time, not working time; the overlap of two orders counts once. ``standing`` is true
    while one of the ``orders`` still holds the task.
    """

    task: str
    orders: tuple[str, ...]
    lost: timedelta
    standing: bool

    @property
    def days(self) -> float:
        """Elapsed days [d]."""
        return self.lost / timedelta(days=1)


def green_delays(
    cases: Iterable[Case], is_green: Callable[[str], bool], *, as_of: datetime, since: datetime | None = None
) -> tuple[GreenDelay, ...]:
    """What each task has lost from ``since`` (aware UTC; None: from the beginning) to ``as_of``.

    A stop counts from the moment the chief supervision engineer orders it until it is lifted; a proposal
    counts nothing.

    Args:
        cases: cases as they stood at ``as_of``.
        is_green: whether a rule (by its id) is of the kind green.
        as_of: until when.
        since: from when.
    """
    spans: dict[str, list[tuple[datetime, datetime, Case]]] = defaultdict(list)
    for case in cases:
        ordered = case.first("issue")
        if case.kind is not CaseKind.STOP or ordered is None or not is_green(str(case.opened.data.get(RULE))):
            continue
        start = ordered.at if since is None else max(ordered.at, since)
        end = min(case.ended_at or as_of, as_of)
        if start <= end:
            for task in case.listed("tasks"):
                spans[task].append((start, end, case))
    return tuple(
        GreenDelay(
            task=task,
            orders=tuple(case.id for *_, case in found),
            lost=_union(sorted((start, end) for start, end, _ in found)),
            standing=any(case.state == "issued" for *_, case in found),
        )
        for task, found in spans.items()
    )


def _union(spans: Iterable[tuple[datetime, datetime]]) -> timedelta:
    lost, covered = timedelta(0), None
    for start, end in spans:
        begin = start if covered is None else max(start, covered)
        if end > begin:
            lost += end - begin
        covered = end if covered is None else max(covered, end)
    return lost
