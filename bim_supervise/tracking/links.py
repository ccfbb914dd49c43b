"""Which element is made by which task: joining link tables to the model and the plan, never by guess.

A row that fits more than one task or element is listed with what it could have meant and is never
given to the first match; a row that fits none is listed with the reason. Names are compared exactly after
trimming white space and Unicode normalisation (NFC), because exports pad names and mix composed letters.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bim_supervise.events.rows import Unreadable
from bim_supervise.model.elements import Element
from bim_supervise.schedule.tasks import Calculation, Schedule, Task, TaskKind
from bim_supervise.tracking.link_mapping import BadDateError, ElementKey, LinkMapping, PlannedMoment, TaskKey
from bim_supervise.tracking.plan import planned_dates

MAX_CANDIDATES = 20
"""How many candidates an unresolved row lists; ``candidates_total`` says how many there are."""


class ElementTaskLink(NamedTuple):
    """One element made by one task; ``origin`` is ``table``, ``ifc``, ``rule`` or ``suggestion``."""

    element_id: str
    task_id: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What an unresolved row could have meant: a task id or GlobalId, and a label to tell it by."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedRow:
    """A row that made no link.

    ``line`` is its line in the file (1-based; 0 when it is no row of a file), ``what`` the cell that failed,
    ``reason`` one of ``element_missing``, ``element_unknown``, ``element_ambiguous``, ``task_missing``,
    ``task_unknown``, ``task_ambiguous``, ``task_start_differs``, ``task_is_summary``, ``bad_date``, or why
    the line is no row (``csv_column_count``, ``csv_quote_invalid``, ``encoding_invalid``). At most
    ``MAX_CANDIDATES`` of the ``candidates_total`` candidates are listed.
    """

    line: int
    what: str
    reason: str
    candidates: tuple[Candidate, ...] = ()
    candidates_total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UnresolvedGroup:
    """Unresolved rows of the same cell and reason: how many, and the first line."""

    what: str
    reason: str
    rows: int
    first_line: int
    candidates: tuple[Candidate, ...]
    candidates_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkCoverage:
    """What hangs on nothing. Shares are 0..1, None when there is nothing to take a share of."""

    links: int
    unlinked_elements: tuple[str, ...]
    unlinked_tasks: tuple[str, ...]
    unlinked_elements_share: float | None
    unlinked_tasks_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkResult:
    """What a link table came to.

    ``links`` are unique, in the order of the table. ``duplicates`` are the lines that repeat a link.
    ``mapping`` is None for links that the plan file itself carries.
    """

    links: tuple[ElementTaskLink, ...]
    unresolved: tuple[UnresolvedRow, ...]
    duplicates: tuple[int, ...]
    rows: int
    coverage: LinkCoverage
    mapping: LinkMapping | None = None

    @property
    def unresolved_groups(self) -> tuple[UnresolvedGroup, ...]:
        """Unresolved rows by cell and reason, the largest group first."""
        groups: dict[tuple[str, str], list[UnresolvedRow]] = defaultdict(list)
        for row in self.unresolved:
            groups[row.what, row.reason].append(row)
        made = [
            UnresolvedGroup(
                what=what,
                reason=reason,
                rows=len(rows),
                first_line=rows[0].line,
                candidates=rows[0].candidates,
                candidates_total=rows[0].candidates_total,
            )
            for (what, reason), rows in groups.items()
        ]
        return tuple(sorted(made, key=lambda group: (-group.rows, group.first_line)))


class Unresolved(Exception):
    """A cell or rule that names no one thing: what it named, the reason, and what it could have meant."""

    def __init__(self, what: str, reason: str, candidates: Sequence[Candidate] = ()) -> None:
        super().__init__(reason)
        self.what = what
        self.reason = reason
        self.candidates = candidates


def normal_name(text: str) -> str:
    """A name as it is compared: NFC, without white space around it."""
    return unicodedata.normalize("NFC", text).strip()


def coverage(
    element_ids: Collection[str], schedule: Schedule | None, links: Iterable[tuple[str, str, str]]
) -> LinkCoverage:
    """Which elements hang on no task, and which tasks (summaries left out) carry no element.

    A link to an element or task that is not there counts as no link.
    """
    tasks = [task.id for task in schedule.tasks if task.kind is not TaskKind.SUMMARY] if schedule else []
    known_elements, known_tasks = set(element_ids), set(tasks)
    pairs = {(e, t) for e, t, _ in links if e in known_elements and t in known_tasks}
    linked_elements = {element for element, _ in pairs}
    linked_tasks = {task for _, task in pairs}
    loose_elements = tuple(e for e in element_ids if e not in linked_elements)
    loose_tasks = tuple(t for t in tasks if t not in linked_tasks)
    return LinkCoverage(
        links=len(pairs),
        unlinked_elements=loose_elements,
        unlinked_tasks=loose_tasks,
        unlinked_elements_share=len(loose_elements) / len(element_ids) if element_ids else None,
        unlinked_tasks_share=len(loose_tasks) / len(tasks) if tasks else None,
    )


def join(
    rows: Iterable[tuple[int, Mapping[str, str] | Unreadable]],
    elements: Sequence[Element],
    schedule: Schedule,
    mapping: LinkMapping,
    *,
    calculation: Calculation | None = None,
) -> LinkResult:
    """Join the rows of a link table to elements and tasks.

    Args:
        rows: line number and cells by column, or why the line is no row.
        elements: the elements of the current model.
        schedule: the current plan; its planned times decide (CPM early times where it has none).
        mapping: which columns hold what.
        calculation: early times for plans that store no dates.
    """
    element_index = _ElementIndex(elements, mapping.element.by)
    task_index = TaskIndex(schedule, mapping.task.by, calculation)
    links: dict[tuple[str, str], ElementTaskLink] = {}
    unresolved: list[UnresolvedRow] = []
    duplicates: list[int] = []
    count = 0
    for line, cells in rows:
        count += 1
        try:
            if isinstance(cells, Unreadable):
                raise Unresolved("", cells.reason)
            element = element_index.find(cells.get(mapping.element.column, ""))
            task = task_index.find(
                cells.get(mapping.task.column, ""),
                _moment(mapping.planned_start, cells),
                _moment(mapping.planned_finish, cells),
            )
        except Unresolved as problem:
            unresolved.append(
                UnresolvedRow(
                    line=line,
                    what=problem.what,
                    reason=problem.reason,
                    candidates=tuple(problem.candidates[:MAX_CANDIDATES]),
                    candidates_total=len(problem.candidates),
                )
            )
            continue
        if (element, task) in links:
            duplicates.append(line)
        else:
            links[element, task] = ElementTaskLink(element, task, "table")
    made = tuple(links.values())
    return LinkResult(
        links=made,
        unresolved=tuple(unresolved),
        duplicates=tuple(duplicates),
        rows=count,
        coverage=coverage([element.global_id for element in elements], schedule, made),
        mapping=mapping,
    )


def links_of_plan(
    schedule: Schedule, elements: Sequence[Element], heirs: Mapping[str, str] | None = None
) -> LinkResult:
    """The links that the plan file itself carries (origin ``ifc``), checked against the model.

    ``heirs`` says under which GlobalId an element of an earlier revision is found now.
    """
    known = {element.global_id for element in elements}
    links: dict[tuple[str, str], ElementTaskLink] = {}
    unresolved: list[UnresolvedRow] = []
    count = 0
    for task in schedule.tasks:
        for named in task.element_ids:
            element = (heirs or {}).get(named, named)
            count += 1
            if element in known:
                links[element, task.id] = ElementTaskLink(element, task.id, "ifc")
            else:
                unresolved.append(UnresolvedRow(line=0, what=element, reason="element_unknown"))
    made = tuple(links.values())
    return LinkResult(
        links=made,
        unresolved=tuple(unresolved),
        duplicates=(),
        rows=count,
        coverage=coverage([element.global_id for element in elements], schedule, made),
    )


def _moment(column: PlannedMoment | None, cells: Mapping[str, str]) -> tuple[datetime, bool] | None:
    if column is None:
        return None
    text = cells.get(column.column, "").strip()
    if not text:
        return None
    try:
        return column.parse(text)
    except BadDateError as problem:
        raise Unresolved(text, "bad_date") from problem


class _ElementIndex:
    def __init__(self, elements: Sequence[Element], by: ElementKey) -> None:
        self._found: dict[str, list[Element]] = defaultdict(list)
        for element in elements:
            text = {
                ElementKey.GLOBAL_ID: element.global_id,
                ElementKey.NAME: element.name,
                ElementKey.TAG: element.tag,
            }[by]
            if text is not None and normal_name(text):
                self._found[normal_name(text)].append(element)

    def find(self, cell: str) -> str:
        name = normal_name(cell)
        if not name:
            raise Unresolved("", "element_missing")
        found = self._found.get(name, [])
        if not found:
            raise Unresolved(name, "element_unknown")
        if len(found) > 1:
            raise Unresolved(
                name,
                "element_ambiguous",
                [
                    Candidate(id=one.global_id, label=" ".join(filter(None, (one.ifc_class, one.storey))))
                    for one in found
                ],
            )
        return found[0].global_id


class TaskIndex:
    """Finds the one task that a name or id, with its planned times, means."""

    def __init__(self, schedule: Schedule, by: TaskKey, calculation: Calculation | None) -> None:
        self._calculation = calculation
        self._found: dict[str, list[Task]] = defaultdict(list)
        for task in schedule.tasks:
            # A table may carry our id or the file's own; where both are the same text it is one task.
            keys = {task.name} if by is TaskKey.NAME else {task.id, task.source_id}
            for key in {normal_name(key) for key in keys} - {""}:
                self._found[key].append(task)

    def find(
        self, cell: str, start: tuple[datetime, bool] | None, finish: tuple[datetime, bool] | None
    ) -> str:
        """The id of the task.

        Raises:
            Unresolved: none or several fit.
        """
        name = normal_name(cell)
        if not name:
            raise Unresolved("", "task_missing")
        what = name if start is None else f"{name} {_show(*start)}"
        named = self._found.get(name, [])
        if not named:
            raise Unresolved(what, "task_unknown")
        fits = [task for task in named if task.kind is not TaskKind.SUMMARY]
        if not fits:
            raise Unresolved(what, "task_is_summary", self._candidates(named))
        if start is not None:
            at_start = [task for task in fits if self._starts(task, start)]
            if not at_start:
                raise Unresolved(what, "task_start_differs", self._candidates(fits))
            fits = at_start
        if len(fits) > 1 and finish is not None:
            # The finish only tells equal candidates apart: plans are re-exported with other durations.
            fits = [task for task in fits if self._finishes(task, finish)] or fits
        if len(fits) > 1:
            raise Unresolved(what, "task_ambiguous", self._candidates(fits))
        return fits[0].id

    def _starts(self, task: Task, moment: tuple[datetime, bool]) -> bool:
        return _same(planned_dates(task, self._calculation)[0], moment)

    def _finishes(self, task: Task, moment: tuple[datetime, bool]) -> bool:
        return _same(planned_dates(task, self._calculation)[1], moment)

    def _candidates(self, tasks: Sequence[Task]) -> list[Candidate]:
        made = []
        for task in tasks:
            start, _ = planned_dates(task, self._calculation)
            label = task.name.strip() if start is None else f"{task.name.strip()} {start:%Y-%m-%d %H:%M}"
            made.append(Candidate(id=task.id, label=label))
        return made


def _same(planned: datetime | None, moment: tuple[datetime, bool]) -> bool:
    given, has_time = moment
    if planned is None:
        return False
    if has_time:
        return planned.replace(second=0, microsecond=0) == given.replace(second=0, microsecond=0)
    return planned.date() == given.date()


def _show(moment: datetime, has_time: bool) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if has_time else f"{moment:%Y-%m-%d}"
