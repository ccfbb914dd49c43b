"""The plan and the money of the sample model: calendars, tasks, sequences, assignments, cost items."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import ifcopenshell
import ifcopenshell.api.control
import ifcopenshell.api.cost
import ifcopenshell.api.pset
import ifcopenshell.api.sequence

from bim_supervise_sample.ids import global_id
from bim_supervise_sample.ifc_shapes import Entity
from bim_supervise_sample.model.layout import parts_by_task
from bim_supervise_sample.plan.calendars import CALENDARS, SiteCalendar
from bim_supervise_sample.plan.dates import planned
from bim_supervise_sample.plan.tasks import LINK_TYPES, PlanTask, plan_tasks, tasks_by_code
from bim_supervise_sample.site import CURRENCY, PLAN_DEADLINE, PLAN_START

CREATED = "2025-12-20T09:00:00"

MEASURES: tuple[tuple[str, str, float, tuple[str, ...]], ...] = (
    ("M.1", "安全文明施工费 / Safety and civilised construction", 1_150_000.0, ()),
    ("M.2", "夜间施工增加费 / Night work allowance", 60_000.0, ()),
    ("M.3", "冬雨季施工增加费 / Winter and rain measures", 185_000.0, ()),
    ("M.4", "大型机械进出场 / Mobilisation of heavy plant", 240_000.0, ("1.4", "2.2")),
    ("M.5", "基坑监测 / Pit monitoring", 320_000.0, ("1.5",)),
    ("M.6", "暂列金额 / Provisional sum", 900_000.0, ()),
)
"""Priced lines without elements: identification, name, sum [CNY], tasks they belong to."""

_BILLED: dict[str, tuple[str, tuple[str, str] | None, float]] = {
    "m3": ("IfcQuantityVolume", ("IfcVolumeMeasure", "VOLUMEUNIT"), 1.0),
    "m2": ("IfcQuantityArea", ("IfcAreaMeasure", "AREAUNIT"), 1.0),
    "m": ("IfcQuantityLength", ("IfcLengthMeasure", "LENGTHUNIT"), 1000.0),
    "kg": ("IfcQuantityWeight", ("IfcMassMeasure", "MASSUNIT"), 1.0),
    "t": ("IfcQuantityWeight", ("IfcMassMeasure", "MASSUNIT"), 1000.0),
}
"""Billing unit -> quantity class, measure and unit type of its price, and its size in the model's unit."""
_COUNTED: tuple[str, tuple[str, str] | None, float] = ("IfcQuantityCount", None, 1.0)


class PlanWriter:
    """Writes tasks and costs into a file that holds the elements already."""

    def __init__(self, file: ifcopenshell.file, elements: dict[str, Entity]) -> None:
        self.file = file
        self.elements = elements
        self.tasks: dict[str, Entity] = {}

    def write(self) -> None:
        """Write everything."""
        self._calendars()
        self._tasks()
        self._sequences()
        self._assign_elements()
        self._costs()

    # -- calendars ---------------------------------------------------------------------------------

    def _calendars(self) -> None:
        self.calendars = {key: self._calendar(calendar) for key, calendar in CALENDARS.items()}

    def _calendar(self, calendar: SiteCalendar) -> Entity:
        entity = ifcopenshell.api.sequence.add_work_calendar(
            self.file, name=calendar.name, predefined_type="FIRSTSHIFT"
        )
        entity.Identification = calendar.key
        week = ifcopenshell.api.sequence.add_work_time(
            self.file, work_calendar=entity, time_type="WorkingTimes"
        )
        week.Name = "工作时间 / Working hours"
        pattern = ifcopenshell.api.sequence.assign_recurrence_pattern(
            self.file, parent=week, recurrence_type="WEEKLY"
        )
        pattern.WeekdayComponent = list(calendar.weekdays)
        pattern.TimePeriods = [
            self.file.create_entity(
                "IfcTimePeriod", begin.isoformat(), "24:00:00" if end == time(0) else end.isoformat()
            )
            for begin, end in calendar.shifts
        ]
        for holiday in calendar.holidays:
            off = ifcopenshell.api.sequence.add_work_time(
                self.file, work_calendar=entity, time_type="ExceptionTimes"
            )
            off.Name = holiday.name
            # Named by position: the attribute is Start in IFC4 ADD2 and StartDate in IFC4X3.
            off[4], off[5] = holiday.first.isoformat(), holiday.last.isoformat()
        return entity

    # -- tasks -------------------------------------------------------------------------------------

    def _tasks(self) -> None:
        self.schedule = ifcopenshell.api.sequence.add_work_schedule(
            self.file, name="施工总进度计划 / Master construction schedule", predefined_type="PLANNED",
            start_time=_iso(PLAN_START),
        )  # fmt: skip
        self.schedule.Identification = "PLAN-1"
        self.schedule.CreationDate = CREATED
        self.schedule.FinishTime = _iso(PLAN_DEADLINE)
        ifcopenshell.api.control.assign_control(
            self.file, relating_control=self.calendars["SITE"], related_objects=[self.schedule]
        )
        for task in plan_tasks():
            self._task(task)
        continuous = [self.tasks[task.code] for task in plan_tasks() if task.calendar == "CONTINUOUS"]
        ifcopenshell.api.control.assign_control(
            self.file, relating_control=self.calendars["CONTINUOUS"], related_objects=continuous
        )

    def _task(self, task: PlanTask) -> None:
        parent = None if task.parent is None else self.tasks[task.parent]
        entity = ifcopenshell.api.sequence.add_task(
            self.file,
            work_schedule=self.schedule if parent is None else None,
            parent_task=parent,
            name=task.name,
            predefined_type="CONSTRUCTION",
        )
        entity.GlobalId = task.global_id
        entity.Identification = task.code
        entity.IsMilestone = task.milestone
        dates = planned()[task.code]
        entity.TaskTime = self.file.create_entity(
            "IfcTaskTime",
            DurationType="WORKTIME",
            ScheduleDuration=None if task.summary else _hours(task.hours),
            ScheduleStart=_iso(dates.start),
            ScheduleFinish=_iso(dates.finish),
        )
        if task.budget is not None:
            create = self.file.create_entity
            pset = ifcopenshell.api.pset.add_pset(self.file, product=entity, name="BimSupervise_Task")
            ifcopenshell.api.pset.edit_pset(
                self.file,
                pset=pset,
                properties={
                    "Budget": create("IfcMonetaryMeasure", task.budget),
                    "Quantity": create("IfcReal", float(task.quantity or 0.0)),
                    "Unit": create("IfcLabel", task.unit),
                    "Trade": create("IfcLabel", task.trade),
                },
            )
        for kind, day, hour in (("SNET", task.earliest, 8), ("FNLT", task.latest, 17)):
            if day is not None:
                pset = ifcopenshell.api.pset.add_pset(
                    self.file, product=entity, name="BimSupervise_TaskConstraint"
                )
                ifcopenshell.api.pset.edit_pset(
                    self.file,
                    pset=pset,
                    properties={
                        "ConstraintType": self.file.create_entity("IfcLabel", kind),
                        "ConstraintDate": self.file.create_entity(
                            "IfcDateTime", _iso(datetime.combine(day, time(hour)))
                        ),
                    },
                )
        self.tasks[task.code] = entity

    def _sequences(self) -> None:
        for task in plan_tasks():
            for link in task.links:
                # By hand: the library would re-schedule the successors by its own rules.
                sequence = self.file.create_entity(
                    "IfcRelSequence",
                    GlobalId=global_id("sequence", f"{link.predecessor}-{link.type}-{task.code}"),
                    RelatingProcess=self.tasks[link.predecessor],
                    RelatedProcess=self.tasks[task.code],
                    SequenceType=LINK_TYPES[link.type],
                )
                if link.lag_hours:
                    sequence.TimeLag = self.file.create_entity(
                        "IfcLagTime",
                        LagValue=self.file.create_entity("IfcDuration", _hours(link.lag_hours)),
                        DurationType="ELAPSEDTIME" if link.elapsed else "WORKTIME",
                    )

    def _assign_elements(self) -> None:
        for code, made in parts_by_task().items():
            for part in made:
                element = self.elements[part.tag]
                if tasks_by_code()[code].trade == "earthwork":
                    # Soil is what digging works on, not what it makes.
                    ifcopenshell.api.sequence.assign_process(
                        self.file, relating_process=self.tasks[code], related_object=element
                    )
                else:
                    ifcopenshell.api.sequence.assign_product(
                        self.file, relating_product=element, related_object=self.tasks[code]
                    )

    # -- money -------------------------------------------------------------------------------------

    def _costs(self) -> None:
        schedule = ifcopenshell.api.cost.add_cost_schedule(
            self.file, name="工程量清单 / Bill of quantities", predefined_type="PRICEDBILLOFQUANTITIES"
        )
        schedule.Identification = "BOQ-1"
        schedule.UpdateDate = CREATED
        schedule.SubmittedOn = CREATED
        works = self._item(schedule, None, "W", "分部分项工程费 / Works")
        for task in plan_tasks():
            if task.summary and task.parent is None:
                section = self._item(None, works, f"W.{task.code}", task.name)
                for below in plan_tasks():
                    if below.code.startswith(f"{task.code}.") and below.budget is not None:
                        self._priced(section, below)
        measures = self._item(schedule, None, "M", "措施项目费 / Measures")
        for code, name, total, tasks in MEASURES:
            item = self._item(None, measures, code, name)
            self._value(item, total, None)
            if tasks:
                ifcopenshell.api.control.assign_control(
                    self.file, relating_control=item, related_objects=[self.tasks[task] for task in tasks]
                )

    def _item(self, schedule: Entity | None, parent: Entity | None, code: str, name: str) -> Entity:
        item = ifcopenshell.api.cost.add_cost_item(self.file, cost_schedule=schedule, cost_item=parent)
        item.Identification = code
        item.Name = name
        item.GlobalId = global_id("cost", code)
        return item

    def _priced(self, section: Entity, task: PlanTask) -> None:
        assert task.budget is not None
        assert task.quantity is not None
        item = self._item(None, section, f"W.{task.code}", task.name)
        self._value(item, task.budget, (task.unit_price or 0.0, task.unit))
        item.CostQuantities = [self._quantity(task)]
        made: list[Any] = [self.elements[part.tag] for part in parts_by_task().get(task.code, ())]
        ifcopenshell.api.control.assign_control(
            self.file, relating_control=item, related_objects=[self.tasks[task.code], *made]
        )

    def _quantity(self, task: PlanTask) -> Entity:
        ifc_class, _, factor = _BILLED.get(task.unit, _COUNTED)
        entity = self.file.create_entity(ifc_class, task.unit)
        # Attribute 3 of every simple quantity is its value.
        entity[3] = round((task.quantity or 0.0) * factor, 6)
        return entity

    def _value(self, item: Entity, total: float, rate: tuple[float, str] | None) -> None:
        """A lump sum, or the price of one unit: an item's cost is its price times its quantity."""
        value = self.file.create_entity(
            "IfcCostValue",
            Name="合价 / Lump sum" if rate is None else "综合单价 / Unit rate",
            AppliedValue=self.file.create_entity("IfcMonetaryMeasure", total if rate is None else rate[0]),
        )
        if rate is not None:
            value.Description = f"{CURRENCY}/{rate[1]}"
            _, measure, factor = _BILLED.get(rate[1], _COUNTED)
            if measure is not None:
                value.UnitBasis = self.file.create_entity(
                    "IfcMeasureWithUnit", self.file.create_entity(measure[0], factor), self._unit(measure[1])
                )
        item.CostValues = [value]

    def _unit(self, unit_type: str) -> Entity:
        assigned = self.file.by_type("IfcUnitAssignment")[0].Units
        return next(unit for unit in assigned if getattr(unit, "UnitType", None) == unit_type)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _hours(hours: float) -> str:
    """An ISO 8601 duration in hours: unlike days they mean the same in every calendar."""
    sign = "-" if hours < 0 else ""
    return f"{sign}PT{abs(hours):g}H"
