"""How long stop orders held tasks; over green findings that is green delay (绿色工期损失). Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bim_supervise.inspection.cases import Case, CaseKind

RULE = "rule"
"""Under this name the first note of a stop says which rule's finding it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """When stop orders held one task.

    ``spans`` (aware UTC) are in order and apart from each other: the overlap of two orders counts once.
    ``standing`` is true while one of the ``orders`` still holds the task.
    """

    task: str
    orders: tuple[str, ...]
    spans: tuple[tuple[datetime, datetime], ...]
    standing: bool

    @property
    def lost(self) -> timedelta:
        """Elapsed time, not working time."""
        return sum((end - start for start, end in self.spans), timedelta(0))

    @property
    def days(self) -> float:
        """Elapsed days [d]."""
        return self.lost / timedelta(days=1)


def standstills(
    cases: Iterable[Case], *, as_of: datetime, since: datetime | None = None
) -> tuple[Standstill, ...]:
    """How each task was held from ``since`` (aware UTC; None: from the beginning) to ``as_of``.

    A stop counts from the moment the chief supervision engineer orders it until it is lifted; a proposal
    counts nothing.

    Args:
        cases: cases as they stood at ``as_of``.
        as_of: until when.
        since: from when.
    """
    found: dict[str, list[tuple[datetime, datetime, Case]]] = defaultdict(list)
    for case in cases:
        ordered = case.first("issue")
        if case.kind is not CaseKind.STOP or ordered is None:
            continue
        start = ordered.at if since is None else max(ordered.at, since)
        end = min(case.ended_at or as_of, as_of)
        if start <= end:
            for task in case.listed("tasks"):
                found[task].append((start, end, case))
    return tuple(
        Standstill(
            task=task,
            orders=tuple(case.id for *_, case in held),
            spans=_union(sorted((start, end) for start, end, _ in held)),
            standing=any(case.state == "issued" for *_, case in held),
        )
        for task, held in found.items()
    )


def green_delays(
    cases: Iterable[Case], is_green: Callable[[str], bool], *, as_of: datetime, since: datetime | None = None
) -> tuple[Standstill, ...]:
    """What each task has lost under stop orders over green findings; see ``standstills``.

    Args:
        cases: cases as they stood at ``as_of``.
        is_green: whether a rule (by its id) is of the kind green.
        as_of: until when.
        since: from when.
    """
    green = [case for case in cases if is_green(str(case.opened.data.get(RULE)))]
    return standstills(green, as_of=as_of, since=since)


def _union(spans: Iterable[tuple[datetime, datetime]]) -> tuple[tuple[datetime, datetime], ...]:
    apart: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(apart[-1][1], end))
        else:
            apart.append((start, end))
    return tuple(apart)
