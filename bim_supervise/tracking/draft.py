"""A first plan from the model alone: what carries comes first, storeys and trades in order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bim_supervise.core.canonical import sha256_hex
from bim_supervise.model.elements import BillItem, Element, Storey
from bim_supervise.model.space_supports import carrying_pairs
from bim_supervise.schedule.drafting import Package, order_packages
from bim_supervise.schedule.tasks import Calendar, Link, Schedule, Skipped, Task, TaskKind
from bim_supervise.tracking.lexicon import Lexicon, Role
from bim_supervise.tracking.suggest import concepts_of
from bim_supervise.tracking.trades import TradeTable

CARRYING = frozenset({
    "pile", "foundation", "base_slab", "blinding", "slab", "wall", "column", "beam", "steel_profile", "stair",
    "roof", "diaphragm_wall", "capping_beam", "strut", "anchor_beam", "frame", "curtain_wall", "ramp",
})  # fmt: skip
"""Concepts of what other elements can stand on or hang in."""
DUG = "earthwork"
"""Ground is taken away from above: the upper block goes before the one below it."""
HALF_DAYS = 2
"""Durations are rounded up to this part of a day."""
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CALENDAR = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmappedGroup:
    """Elements that no trade builds: they are in no task. Shares are 0..1, None without anything to share."""

    ifc_class: str
    predefined_type: str | None
    elements: tuple[str, ...]
    share_of_elements: float
    share_of_volume: float | None
    share_of_cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A drafted plan and what it leaves out."""

    schedule: Schedule
    unmapped: tuple[UnmappedGroup, ...]


def draft_schedule(
    elements: Sequence[Element],
    storeys: Sequence[Storey],
    trades: TradeTable,
    lexicon: Lexicon,
    *,
    start: datetime,
    bill: Sequence[BillItem] = (),
    language: str = "zh",
) -> Draft:
    """Draft a plan from a model.

    Elements become one task per storey and trade; a task is divided where part of it stands on what another
    trade builds there. Durations are quantities over the trades' rates, rounded up to half days.

    Args:
        elements: the elements of the model.
        storeys: its storeys; elements without one come before the lowest.
        trades: trades in building order with their rates.
        lexicon: the words by which elements are told apart.
        start: when work begins, site wall time.
        bill: priced lines, for the share of cost that is left out.
        language: ``zh`` or ``en``, of the tasks' names.
    """
    heights = {s.name: s.elevation for s in storeys if s.elevation is not None}
    names = sorted({e.storey or "" for e in elements}, key=lambda name: (heights.get(name, -math.inf), name))
    rank = {name: place for place, name in enumerate(names)}
    wanted: dict[str, tuple[int, int]] = {}
    carrying, dug = np.zeros(len(elements), np.bool_), np.zeros(len(elements), np.bool_)
    for place, element in enumerate(elements):
        concepts = concepts_of(element, lexicon)
        by_role = {role: [one for one in concepts if lexicon.concepts[one].role is role] for role in Role}
        dug[place] = DUG in by_role[Role.OBJECT]
        carrying[place] = not dug[place] and bool(CARRYING & set(by_role[Role.OBJECT]))
        trade = trades.trade_of(by_role[Role.OBJECT], by_role[Role.MATERIAL])
        if trade is not None:
            wanted[element.global_id] = (rank[element.storey or ""], trade)
    boxes = np.array([e.bounding_box or (math.nan,) * 6 for e in elements], float).reshape(-1, 6)
    ids = [element.global_id for element in elements]
    carriers, carried = carrying_pairs(boxes, carrying)
    standing = ~dug[carried]
    lower, upper = carrying_pairs(np.where(dug[:, None], boxes, math.nan), dug)
    before, after = np.append(carriers[standing], upper), np.append(carried[standing], lower)
    pairs = [(ids[a], ids[b]) for a, b in zip(before.tolist(), after.tolist(), strict=True)]
    members, links = order_packages(wanted, pairs)
    by_id = {element.global_id: element for element in elements}
    tasks, counted = _tasks(members, by_id, trades, names, language)
    calendar = _calendar(trades)
    schedule = Schedule(
        name="模型草拟计划" if language == "zh" else "Plan drafted from the model",
        source_format="draft",
        sha256=sha256_hex("\n".join(sorted(e.content_hash for e in elements)).encode()),
        tasks=tuple(tasks),
        links=tuple(Link(predecessor=_id(a), successor=_id(b)) for a, b in links),
        calendars=(calendar,),
        default_calendar=calendar.id,
        project_start=start,
        converted=tuple(Skipped(what=name, reason="duration_from_count") for name in counted),
    )
    return Draft(schedule=schedule, unmapped=_unmapped(elements, wanted, bill))


def _id(package: Package) -> str:
    return f"D{package.storey:02d}-{package.trade:02d}-{package.part:02d}"


def _tasks(
    members: Mapping[Package, Sequence[str]],
    elements: Mapping[str, Element],
    trades: TradeTable,
    storeys: Sequence[str],
    language: str,
) -> tuple[list[Task], list[str]]:
    """Summaries by storey and the tasks beneath them; and the tasks whose duration is counted in pieces."""
    made: list[Task] = []
    counted = []
    rows: dict[int, list[Package]] = defaultdict(list)
    for package in members:
        rows[package.storey].append(package)
    for wbs, storey in enumerate(sorted(rows), start=1):
        parent = f"D{storey:02d}"
        without = "未指定楼层" if language == "zh" else "Without storey"
        made.append(
            Task(
                id=parent,
                source_id=parent,
                name=storeys[storey] or without,
                wbs=str(wbs),
                kind=TaskKind.SUMMARY,
            )
        )
        for number, package in enumerate(sorted(rows[storey]), start=1):
            trade = trades.trades[package.trade]
            days = [trade.days(elements[one]) for one in members[package]]
            total = math.ceil(sum(part for part, _ in days) * HALF_DAYS) / HALF_DAYS
            title = trade.zh if language == "zh" else trade.en
            divided = sum(one[:2] == package[:2] for one in rows[storey]) > 1
            name = f"{storeys[storey] or without} · {title}" + (f" {package.part + 1}" if divided else "")
            if not all(measured for _, measured in days):
                counted.append(name)
            made.append(
                Task(
                    id=_id(package),
                    source_id=_id(package),
                    name=name,
                    wbs=f"{wbs}.{number}",
                    parent=parent,
                    duration_minutes=round(total * trades.hours * 60),
                    calendar=CALENDAR,
                    trade=trade.id,
                    element_ids=tuple(members[package]),
                )
            )
    return made, counted


def _calendar(trades: TradeTable) -> Calendar:
    minutes = round(trades.hours * 60)
    # From eight in the morning where the day leaves room for it.
    begin = min(8 * 60, 24 * 60 - minutes)
    shift = ((begin, begin + minutes),)
    return Calendar(
        id=CALENDAR,
        name="Draft",
        week=tuple(shift if day in trades.days else () for day in _WEEK),  # type: ignore[arg-type]
    )


def _unmapped(
    elements: Sequence[Element], mapped: Mapping[str, object], bill: Sequence[BillItem]
) -> tuple[UnmappedGroup, ...]:
    cost: dict[str, float] = defaultdict(float)
    for item in bill:
        for one in item.element_ids:
            cost[one] += (item.value or 0.0) / len(item.element_ids)
    volume = {e.global_id: _volume(e) for e in elements}
    all_volume, all_cost = sum(volume.values()), sum(cost.values())
    groups: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for element in elements:
        if element.global_id not in mapped:
            groups[element.ifc_class, element.predefined_type].append(element.global_id)
    return tuple(
        UnmappedGroup(
            ifc_class=ifc_class,
            predefined_type=predefined,
            elements=tuple(members),
            share_of_elements=len(members) / len(elements),
            share_of_volume=sum(volume[one] for one in members) / all_volume if all_volume else None,
            share_of_cost=sum(cost[one] for one in members) / all_cost if all_cost else None,
        )
        for (ifc_class, predefined), members in sorted(groups.items(), key=lambda row: -len(row[1]))
    )


def _volume(element: Element) -> float:
    plain = {key.rpartition(".")[2]: value for key, value in element.quantities.items()}
    return plain.get("NetVolume") or plain.get("GrossVolume") or 0.0
