"""The figures that rules and screens read: planned value, earned value, cost and what follows from them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bim_supervise.checkpoints.contract import Figure
from bim_supervise.events.observations import SubjectType
from bim_supervise.metrics.earned_value import (
    cost_performance_index,
    estimate_typical,
    schedule_performance_index,
)
from bim_supervise.metrics.planned_value import planned_share_at
from bim_supervise.tracking.fold import standing_facts
from bim_supervise.tracking.state import Fact, TaskState

Key = tuple[str, str | None]
"""Name of a figure and task id, None for the whole project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What the work has cost by what people stated; absent where nobody stated anything.

    ``by_task`` holds costs stated for a task; ``total`` [currency] all of them, those of single elements too.
    ``left_out`` names statements in another currency.
    """

    by_task: Mapping[str, Figure] = field(default_factory=dict)
    total: Figure | None = None
    left_out: tuple[str, ...] = ()


def actual_costs(facts: Iterable[Fact], as_of: datetime, currency: str = "") -> Costs:
    """Sum the statements ``cost_incurred`` known at ``as_of`` (aware UTC).

    Each statement is an amount that was incurred, so amounts add up; a credit note is negative. A corrected
    statement does not count.

    Args:
        facts: stored statements of any kind, in any order.
        as_of: the moment.
        currency: the project's; a statement without a unit is in it.
    """
    by_task: dict[str, list[tuple[float, str]]] = defaultdict(list)
    everything: list[tuple[float, str]] = []
    left_out: list[str] = []
    for fact in standing_facts((fact for fact in facts if fact.kind == "cost_incurred"), as_of):
        if not isinstance(fact.value, int | float):
            continue
        reference = f"fact:{fact.id}"
        if fact.unit and currency and fact.unit != currency:
            left_out.append(reference)
            continue
        everything.append((float(fact.value), reference))
        if fact.subject_type is SubjectType.TASK:
            by_task[fact.subject].append(everything[-1])
    return Costs(
        by_task={task: _sum_of(rows, currency) for task, rows in by_task.items()},
        total=_sum_of(everything, currency) if everything else None,
        left_out=tuple(left_out),
    )


def figures(
    tasks: Iterable[TaskState],
    facts: Iterable[Fact],
    as_of: datetime,
    zone: ZoneInfo,
    currency: str = "",
) -> dict[Key, Figure]:
    """All figures of every task and of the project; a figure that cannot be known is absent.

    Of a task: ``budget_at_completion``, ``planned_value``, ``earned_value`` (budget x share complete, by
    units where quantities are reported) and ``actual_cost``. Of the project, under the task None: their sums,
    ``spi``, ``cpi``, ``estimate_at_completion`` (BAC / CPI) and ``earned_value_known``, the share 0..1 of the
    planned value that belongs to tasks somebody has reported on. Earned value is a sum of claims: a task that
    nobody has reported on adds nothing to it, which is why that share stands beside it.

    Args:
        tasks: task states at ``as_of``.
        facts: stored statements, for the costs; see ``actual_costs``.
        as_of: aware UTC.
        zone: the site's time zone.
        currency: unit of the figures, the project's.
    """
    costs = actual_costs(facts, as_of, currency)
    found: dict[Key, Figure] = {}
    reported: list[float] = []
    for state in tasks:
        task, budget = state.task.id, state.task.budget
        if task in costs.by_task:
            found["actual_cost", task] = costs.by_task[task]
        if budget is None:
            continue
        found["budget_at_completion", task] = Figure(value=budget, unit=currency, evidence=(f"plan:{task}",))
        planned = planned_share_at(state, as_of, zone)
        if planned is not None:
            found["planned_value", task] = Figure(
                value=budget * planned, unit=currency, evidence=(f"plan:{task}",)
            )
        if state.complete is not None:
            found["earned_value", task] = Figure(
                value=budget * min(max(state.complete, 0.0), 1.0), unit=currency, evidence=_basis(state)
            )
            reported.append(budget * (planned or 0.0))
    return found | _project(found, reported, costs, currency)


def _project(
    found: Mapping[Key, Figure], reported: Sequence[float], costs: Costs, currency: str
) -> dict[Key, Figure]:
    names = ("budget_at_completion", "planned_value", "earned_value")
    sums = {name: _total(found, name) for name in names}
    bac, pv, ev = (sums[name] for name in names)
    ac = costs.total.value if costs.total is not None else None
    cpi = cost_performance_index(ev, ac)
    values: dict[str, tuple[float | None, str]] = {
        **{name: (value, currency) for name, value in sums.items()},
        "spi": (schedule_performance_index(ev, pv), ""),
        "cpi": (cpi, ""),
        "estimate_at_completion": (estimate_typical(bac, cpi), currency),
        "earned_value_known": (math.fsum(reported) / pv if pv else None, ""),
    }
    project: dict[Key, Figure] = {
        (name, None): Figure(value=value, unit=unit)
        for name, (value, unit) in values.items()
        if value is not None
    }
    if costs.total is not None:
        project["actual_cost", None] = costs.total
    return project


def _total(found: Mapping[Key, Figure], name: str) -> float | None:
    values = [figure.value for (one, _), figure in found.items() if one == name and figure.value is not None]
    return math.fsum(values) if values else None


def _sum_of(rows: Sequence[tuple[float, str]], currency: str) -> Figure:
    return Figure(
        value=math.fsum(value for value, _ in rows),
        unit=currency,
        evidence=tuple(reference for _, reference in rows),
    )


def _basis(state: TaskState) -> tuple[str, ...]:
    plan = (f"plan:{state.task.id}",)
    sources: Mapping[str, Callable[[], Iterable[Fact | None]]] = {
        "finished": lambda: (state.finished,),
        "quantity": lambda: state.quantity_facts,
        "elements": lambda: (element.installed for element in state.elements),
    }
    facts = sources[state.basis]() if state.basis is not None and state.basis in sources else ()
    return tuple(f"fact:{fact.id}" for fact in facts if fact is not None) or plan
