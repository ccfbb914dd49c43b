"""Stored selectors that link elements to tasks: the same rules serve every revision of a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from bim_supervise.events.place import Zone, ZoneIndex
from bim_supervise.model.elements import Element
from bim_supervise.schedule.tasks import Calculation, Schedule
from bim_supervise.tracking.link_mapping import PlannedMoment, TaskKey
from bim_supervise.tracking.links import Candidate, ElementTaskLink, TaskIndex, Unresolved, normal_name


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRange:
    """A quantity in SI units that has to lie within bounds, both included; ``name`` without its set."""

    name: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTask:
    """The task of a rule: by ``id`` (ours or the file's), or by ``name`` with its planned start (a date)."""

    id: str | None = None
    name: str | None = None
    planned_start: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRule:
    """Elements that meet every condition given are made by the task.

    ``select`` is a selector of IfcOpenShell. ``classes`` are IFC classes by name. ``storey`` and
    ``classification`` are patterns with ``*`` and ``?``. ``zone`` is the name or id of a zone or space that
    holds the middle of the element's bounding box.
    """

    name: str
    task: RuleTask
    select: str | None = None
    classes: tuple[str, ...] = ()
    storey: str | None = None
    zone: str | None = None
    classification: str | None = None
    quantity: QuantityRange | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleOutcome:
    """What a rule came to: the elements it picks, its task, or why it has none."""

    rule: str
    elements: tuple[str, ...]
    task: str | None
    reason: str | None = None
    candidates: tuple[Candidate, ...] = field(default=())

    @property
    def links(self) -> tuple[ElementTaskLink, ...]:
        """The links that the rule makes."""
        if self.task is None:
            return ()
        return tuple(ElementTaskLink(element, self.task, "rule") for element in self.elements)


def apply_rules(
    rules: Sequence[LinkRule],
    elements: Sequence[Element],
    schedule: Schedule,
    *,
    selected: Mapping[str, frozenset[str]] | None = None,
    zones: Sequence[Zone] = (),
    calculation: Calculation | None = None,
) -> tuple[RuleOutcome, ...]:
    """Apply rules to a model and a plan.

    Args:
        rules: in the order of their file.
        elements: the elements of the current model.
        schedule: the current plan.
        selected: the GlobalIds that each ``select`` picks; see ``model.read_selection``.
        zones: the zones that rules may name.
        calculation: early times for plans that store no dates.
    """
    by_id = TaskIndex(schedule, TaskKey.ID, calculation)
    by_name = TaskIndex(schedule, TaskKey.NAME, calculation)
    places = _Places(elements, zones if any(rule.zone for rule in rules) else ())
    outcomes = []
    for rule in rules:
        picked = tuple(
            element.global_id for element in elements if _fits(rule, element, selected or {}, places)
        )
        task: str | None = None
        reason: str | None = None
        candidates: tuple[Candidate, ...] = ()
        try:
            task = _task(rule.task, by_id, by_name)
        except Unresolved as problem:
            reason, candidates = problem.reason, tuple(problem.candidates)
        outcomes.append(
            RuleOutcome(rule=rule.name, elements=picked, task=task, reason=reason, candidates=candidates)
        )
    return tuple(outcomes)


def _task(wanted: RuleTask, by_id: TaskIndex, by_name: TaskIndex) -> str:
    if wanted.id is not None:
        return by_id.find(wanted.id, None, None)
    start = wanted.planned_start
    moment = PlannedMoment(column="planned_start").parse(start) if start is not None else None
    return by_name.find(wanted.name or "", moment, None)


def _fits(rule: LinkRule, element: Element, selected: Mapping[str, frozenset[str]], places: _Places) -> bool:
    if rule.select is not None and element.global_id not in selected[rule.select]:
        return False
    if rule.classes and element.ifc_class not in rule.classes:
        return False
    if rule.storey is not None and not _like(element.storey, rule.storey):
        return False
    if rule.classification is not None and not any(
        _like(code, rule.classification) for code in element.classifications
    ):
        return False
    if rule.zone is not None and normal_name(rule.zone) not in places.names(element):
        return False
    return rule.quantity is None or _within(rule.quantity, element.quantities)


def _like(text: str | None, pattern: str) -> bool:
    return text is not None and fnmatchcase(normal_name(text).casefold(), normal_name(pattern).casefold())


def _within(wanted: QuantityRange, quantities: Mapping[str, float]) -> bool:
    """Whether the quantity is there and within bounds: an element without it is not taken for zero."""
    values = [value for key, value in quantities.items() if wanted.name in (key, key.rpartition(".")[2])]
    return any(
        (wanted.at_least is None or value >= wanted.at_least)
        and (wanted.at_most is None or value <= wanted.at_most)
        for value in values
    )


class _Places:
    """Which zones hold the middle of an element; names and ids as they are compared."""

    def __init__(self, elements: Sequence[Element], zones: Sequence[Zone]) -> None:
        self._index = ZoneIndex(zones) if zones else None
        self._names = {zone.id: {normal_name(zone.id), normal_name(zone.name)} for zone in zones}

    def names(self, element: Element) -> set[str]:
        said = {normal_name(element.space)} if element.space else set()
        if self._index is None or element.bounding_box is None:
            return said
        x0, y0, z0, x1, y1, z1 = element.bounding_box
        held = self._index.holding(((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2))
        return said.union(*(self._names[zone] for zone in held))
