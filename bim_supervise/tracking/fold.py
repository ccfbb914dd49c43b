"""Fold statements from site into the state of elements and tasks; pure, and blind to arrival order.

How contradicting statements are settled (the same facts always give the same state, however they came in):

- a statement whose payload says ``corrects: <fact id>`` (or a list of ids) replaces those statements, if they
  are of the same kind about the same subject; nobody's word replaces an authenticated statement but another
  authenticated one;
- of several starts (or finishes) the earliest event time counts; of several inspections the latest, and at
  the same moment ``fail`` counts;
- quantities are totals to date: the latest counts, and at the same moment the smaller claim. A payload
  ``mode: increment`` marks an amount to be added to the latest total before it. An amount in another unit
  than the task's is kept as a statement but not added up;
- what happened after the moment asked for is unknown. A later correction of an earlier statement is known,
  because the correction says what had been true all along.
"""

from __future__ import annotations

import math
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.core.clock import to_utc
from bim_supervise.events.observations import SubjectType
from bim_supervise.schedule.tasks import Calculation, Schedule, Task, TaskKind
from bim_supervise.tracking.plan import planned_dates
from bim_supervise.tracking.state import ElementState, Fact, TaskState

_ELEMENT_KINDS = ("delivered", "installed", "missing", "inspected")
_TASK_KINDS = ("task_started", "task_finished", "quantity_reported", "percent_reported")

Statements = Mapping[tuple[str, str], Sequence[Fact]]
"""Standing statements by (kind, subject), by event time, then id."""


def standing_facts(facts: Iterable[Fact], as_of: datetime) -> list[Fact]:
    """The statements that hold at ``as_of`` (aware UTC): corrected ones and later ones left out.

    Ordered by event time, then id.
    """
    known = {fact.id: fact for fact in facts}
    withdrawn: set[str] = set()
    for fact in known.values():
        for wrong_id in _corrects(fact):
            wrong = known.get(wrong_id)
            if (
                wrong is not None
                and wrong is not fact
                and (wrong.kind, wrong.subject_type, wrong.subject)
                == (fact.kind, fact.subject_type, fact.subject)
                and (fact.authenticated or not wrong.authenticated)
            ):
                withdrawn.add(wrong_id)
    standing = [fact for fact in known.values() if fact.event_time <= as_of and fact.id not in withdrawn]
    return sorted(standing, key=lambda fact: (fact.event_time, fact.id))


def fold_elements(
    facts: Iterable[Fact], *, as_of: datetime, instruments: Collection[str] = ()
) -> dict[str, ElementState]:
    """The life of every element that anybody has stated anything about, by GlobalId.

    Args:
        facts: stored statements in any order.
        as_of: aware UTC; later statements are not known.
        instruments: ids of registered devices: only an authenticated statement reported by one of them is
            taken as seen by a device rather than by a person.
    """
    statements = _by_kind_and_subject(standing_facts(facts, as_of), SubjectType.ELEMENT, _ELEMENT_KINDS)
    return {
        subject: _element_state(subject, statements, frozenset(instruments))
        for subject in dict.fromkeys(subject for _, subject in statements)
    }


def fold_states(
    schedule: Schedule,
    calculation: Calculation | None,
    links: Iterable[tuple[str, str, str]],
    facts: Iterable[Fact],
    *,
    as_of: datetime,
    zone: ZoneInfo,
    budgets: Mapping[str, float] | None = None,
    instruments: Collection[str] = (),
) -> list[TaskState]:
    """The state of every task (summaries left out) at a moment, in the order of the plan.

    Args:
        schedule: the current plan.
        calculation: its CPM dates; they stand in where the file stores no planned dates.
        links: (element id, task id, origin) rows.
        facts: stored statements in any order; hand in all of them, later ones too (see the module's text).
        as_of: aware UTC; what happened later is not known.
        zone: the site's time zone, for actual times in the plan file.
        budgets: budget at completion by task id, in the project's currency, for tasks whose plan has none.
        instruments: ids of registered devices, see ``fold_elements``.
    """
    standing = standing_facts(facts, as_of)
    element_facts = _by_kind_and_subject(standing, SubjectType.ELEMENT, _ELEMENT_KINDS)
    task_facts = _by_kind_and_subject(standing, SubjectType.TASK, _TASK_KINDS)
    devices = frozenset(instruments)
    element_states: dict[str, ElementState] = {}
    elements_of: dict[str, dict[str, None]] = defaultdict(dict)
    for element, task_id, _ in links:
        elements_of[task_id][element] = None
        if element not in element_states:
            element_states[element] = _element_state(element, element_facts, devices)
    states = []
    for task in schedule.tasks:
        if task.kind is TaskKind.SUMMARY:
            continue
        if budgets and task.budget is None and task.id in budgets:
            task = replace(task, budget=budgets[task.id])
        made = tuple(element_states[element] for element in sorted(elements_of.get(task.id, ())))
        states.append(_task_state(task, schedule, calculation, made, task_facts, as_of, zone))
    return states


def installed_now(element: ElementState) -> bool:
    """Whether the element is stated installed and nobody has seen it missing since."""
    last = element.installed_last
    return last is not None and all(seen.event_time <= last.event_time for seen in element.missing)


def life_of(element: ElementState) -> str | None:
    """The element's life in one word: ``installed``, ``missing``, ``delivered``; None when nobody said."""
    if element.installed is not None and installed_now(element):
        return "installed"
    if element.missing:
        return "missing"
    return "delivered" if element.delivered is not None else None


def _corrects(fact: Fact) -> tuple[str, ...]:
    value = fact.payload.get("corrects")
    if isinstance(value, str):
        return (value,)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def _by_kind_and_subject(
    standing: Iterable[Fact], subject_type: SubjectType, kinds: Collection[str]
) -> dict[tuple[str, str], list[Fact]]:
    found: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in standing:
        if fact.subject_type is subject_type and fact.kind in kinds:
            found[fact.kind, fact.subject].append(fact)
    return dict(found)


def _element_state(element: str, statements: Statements, instruments: frozenset[str]) -> ElementState:
    delivered = statements.get(("delivered", element), ())
    installed = statements.get(("installed", element), ())
    inspected = statements.get(("inspected", element), ())
    by_device = (fact for fact in installed if fact.authenticated and fact.reporter in instruments)
    return ElementState(
        global_id=element,
        delivered=delivered[0] if delivered else None,
        installed=installed[0] if installed else None,
        installed_last=installed[-1] if installed else None,
        installed_by_device=next(by_device, None),
        missing=tuple(statements.get(("missing", element), ())),
        inspected=max(
            inspected, key=lambda fact: (fact.event_time, fact.value == "fail", fact.id), default=None
        ),
    )


def _task_state(
    task: Task,
    schedule: Schedule,
    calculation: Calculation | None,
    elements: tuple[ElementState, ...],
    statements: Statements,
    as_of: datetime,
    zone: ZoneInfo,
) -> TaskState:
    started = next(iter(statements.get(("task_started", task.id), ())), None)
    finished = next(iter(statements.get(("task_finished", task.id), ())), None)
    quantities = tuple(statements.get(("quantity_reported", task.id), ()))
    percents = statements.get(("percent_reported", task.id), ())
    planned_start, planned_finish = planned_dates(task, calculation)
    actual_finish = finished.event_time if finished else _known(task.actual_finish, zone, as_of)
    quantity_done = _quantity_done(quantities, task.unit)
    complete, basis = _complete(
        actual_finish is not None,
        quantity_done,
        task.quantity,
        elements,
        _percent_done(percents, task, schedule, as_of, zone),
    )
    return TaskState(
        task=task,
        planned_start=planned_start,
        planned_finish=planned_finish,
        started=started,
        finished=finished,
        actual_start=started.event_time if started else _known(task.actual_start, zone, as_of),
        actual_finish=actual_finish,
        elements=elements,
        quantity_facts=quantities,
        quantity_done=quantity_done,
        quantity_planned=task.quantity,
        complete=complete,
        basis=basis,
    )


def _known(wall: datetime | None, zone: ZoneInfo, as_of: datetime) -> datetime | None:
    if wall is None:
        return None
    instant = to_utc(wall, zone)
    return instant if instant <= as_of else None


def _quantity_done(quantities: Sequence[Fact], task_unit: str | None) -> float | None:
    amounts = [(fact, amount) for fact in quantities if (amount := _amount(fact)) is not None]
    unit = _unit(task_unit) or next((_unit(fact.unit) for fact, _ in amounts if fact.unit), "")
    amounts = [(fact, amount) for fact, amount in amounts if _unit(fact.unit) in ("", unit)]
    if not amounts:
        return None
    totals = [(fact, amount) for fact, amount in amounts if fact.payload.get("mode") != "increment"]
    base, since = 0.0, None
    if totals:
        since = totals[-1][0].event_time
        base = min(amount for fact, amount in totals if fact.event_time == since)
    added = (
        amount
        for fact, amount in amounts
        if fact.payload.get("mode") == "increment" and (since is None or fact.event_time > since)
    )
    return math.fsum((base, *added))


def _amount(fact: Fact) -> float | None:
    return float(fact.value) if isinstance(fact.value, int | float) and math.isfinite(fact.value) else None


def _unit(text: str | None) -> str:
    # NFKC turns m³ into m3, so that a typed and a drawn superscript are one unit.
    return unicodedata.normalize("NFKC", text or "").strip().casefold()


def _percent_done(
    percents: Sequence[Fact], task: Task, schedule: Schedule, as_of: datetime, zone: ZoneInfo
) -> float | None:
    reported = [(fact.event_time, value) for fact in percents if (value := _amount(fact)) is not None]
    if reported:
        latest = max(moment for moment, _ in reported)
        return min(value for moment, value in reported if moment == latest) / 100
    # Planning tools write 0 on every task that nobody has updated: a 0 in the file says nothing.
    if not task.percent or (schedule.data_date and to_utc(schedule.data_date, zone) > as_of):
        return None
    return task.percent / 100


def _complete(
    finished: bool,
    quantity_done: float | None,
    quantity_planned: float | None,
    elements: Sequence[ElementState],
    percent_done: float | None,
) -> tuple[float | None, str | None]:
    if finished:
        return 1.0, "finished"
    if quantity_done is not None and quantity_planned:
        return min(max(quantity_done / quantity_planned, 0.0), 1.0), "quantity"
    if any(element.installed for element in elements):
        return sum(map(installed_now, elements)) / len(elements), "elements"
    if percent_done is not None:
        return min(max(percent_done, 0.0), 1.0), "percent"
    return None, None
