"""Plans in IFC files."""

import zipfile
from collections import Counter
from datetime import date, datetime

import ifcopenshell
import ifcopenshell.guid
import pytest

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import ConstraintType, LinkType, TaskKind


class Plan:
    """A work schedule written entity by entity, as other tools' files are."""

    def __init__(self, schema: str = "IFC4") -> None:
        self.file = ifcopenshell.file(schema=schema)
        self.schedule = self.rooted(
            "IfcWorkSchedule",
            Name="Plan",
            CreationDate="2026-01-01T00:00:00",
            StartTime="2026-01-05T08:00:00",
            PredefinedType="PLANNED",
        )

    def rooted(self, name: str, **values):
        return self.file.create_entity(name, GlobalId=ifcopenshell.guid.new(), **values)

    def new(self, name: str, *value, **values):
        return self.file.create_entity(name, *value, **values)

    def task(self, name: str | None, duration: str | None = "PT8H", *, plan=True, **time):
        values = {"IsMilestone": time.pop("IsMilestone", False), "Identification": time.pop("wbs", None)}
        values["TaskTime"] = self.new("IfcTaskTime", ScheduleDuration=duration, **time)
        task = self.rooted("IfcTask", Name=name, **values)
        if plan:
            self.control(plan if plan is not True else self.schedule, task)
        return task

    def control(self, control, *items) -> None:
        self.rooted("IfcRelAssignsToControl", RelatedObjects=items, RelatingControl=control)

    def nest(self, parent, *children) -> None:
        self.rooted("IfcRelNests", RelatingObject=parent, RelatedObjects=children)

    def sequence(self, before, after, kind: str | None = "FINISH_START", lag=None, lag_type="WORKTIME"):
        time = None
        if lag is not None:
            measure = "IfcDuration" if isinstance(lag, str) else "IfcRatioMeasure"
            time = self.new("IfcLagTime", LagValue=self.new(measure, lag), DurationType=lag_type)
        return self.rooted(
            "IfcRelSequence", RelatingProcess=before, RelatedProcess=after, SequenceType=kind, TimeLag=time
        )

    def work_time(self, kind="WEEKLY", times=(("08:00:00", "12:00:00"), ("13:00:00", "17:00:00")), **values):
        periods = [self.new("IfcTimePeriod", StartTime=a, EndTime=b) for a, b in times]
        dates = ("Start", "Finish") if self.file.schema == "IFC4" else ("StartDate", "FinishDate")
        span = values.pop("span", (None, None))
        pattern = self.new("IfcRecurrencePattern", RecurrenceType=kind, TimePeriods=periods or None, **values)
        given = dict(zip(dates, span, strict=True))
        return self.new("IfcWorkTime", Name=f"{kind} time", RecurrencePattern=pattern, **given)

    def calendar(self, *times, exceptions=(), on=()):
        calendar = self.rooted(
            "IfcWorkCalendar", Name="Site", WorkingTimes=times or None, ExceptionTimes=exceptions or None
        )
        if on:
            self.control(calendar, *on)
        return calendar

    def pset(self, task, name: str, **values) -> None:
        kinds = {str: "IfcLabel", float: "IfcReal", int: "IfcInteger"}
        properties = [
            self.new("IfcPropertySingleValue", Name=key, NominalValue=self.new(kinds[type(value)], value))
            for key, value in values.items()
        ]
        definition = self.rooted("IfcPropertySet", Name=name, HasProperties=properties)
        self.rooted("IfcRelDefinesByProperties", RelatedObjects=[task], RelatingPropertyDefinition=definition)


@pytest.fixture(autouse=True)
def in_this_process(request, monkeypatch):
    if "child" not in request.node.name:
        monkeypatch.setattr(
            "bim_supervise.schedule.read_schedule.run_limited",
            lambda function, *arguments, **_: function(*arguments, lambda *_: None),
        )


@pytest.fixture
def read(tmp_path):
    def write_and_read(plan: Plan, edit=lambda text: text):
        path = tmp_path / "plan.ifc"
        path.write_text(edit(plan.file.to_string()))
        return read_schedule(path)

    return write_and_read


def reasons(items) -> Counter:
    return Counter(item.reason for item in items)


@pytest.mark.parametrize("schema", ["IFC4", "IFC4X3_ADD2"])
def test_tasks_links_calendar_and_elements(read, schema):
    plan = Plan(schema)
    top = plan.task("Structure", None, wbs="1")
    slab = plan.task("Slab", "PT16H", plan=False, ScheduleStart="2026-01-05T08:00:00", Completion=0.25)
    wall = plan.task("Wall", "PT8H", plan=False)
    done = plan.task("Done", None, plan=False, IsMilestone=True)
    plan.nest(top, slab, wall, done)
    plan.sequence(slab, wall, "START_START", "PT4H")
    plan.sequence(slab, wall, "FINISH_FINISH", 0.5)
    plan.sequence(wall, done, None, "P1D", "ELAPSEDTIME")
    plan.calendar(
        plan.work_time(WeekdayComponent=(1, 2, 3, 4, 5, 6)),
        exceptions=(plan.work_time("DAILY", (), span=("2026-01-06", "2026-01-07")),),
        on=(plan.schedule,),
    )
    output, consumed, storey = (
        plan.rooted("IfcSlab", Name="S1"),
        plan.rooted("IfcWall", Name="W1"),
        plan.rooted("IfcBuildingStorey", Name="L1"),
    )
    plan.rooted("IfcRelAssignsToProduct", RelatedObjects=[slab], RelatingProduct=output)
    plan.rooted("IfcRelAssignsToProcess", RelatedObjects=[consumed], RelatingProcess=slab)
    plan.rooted("IfcRelAssignsToProduct", RelatedObjects=[top], RelatingProduct=storey)

    schedule = read(plan)
    rows = {task.name: task for task in schedule.tasks}
    assert schedule.source_format == "ifc"
    assert schedule.name == "Plan"
    assert rows["Structure"].kind is TaskKind.SUMMARY
    assert rows["Structure"].wbs == "1"
    assert rows["Done"].kind is TaskKind.MILESTONE
    assert rows["Slab"].parent == rows["Structure"].id == top.GlobalId
    assert rows["Slab"].percent == 25
    assert rows["Slab"].duration_minutes == 960
    assert set(rows["Slab"].element_ids) == {output.GlobalId, consumed.GlobalId}
    assert [(tie.type, tie.lag_minutes, tie.lag_elapsed) for tie in schedule.links] == [
        (LinkType.SS, 240, False),
        (LinkType.FF, 480, False),
        (LinkType.FS, 1440, True),
    ]
    assert reasons(schedule.converted) == Counter(lag_ratio=1)
    assert reasons(schedule.skipped) == Counter(assigned_to_spatial_element=1)
    work = WorkTime(schedule.calendars[0])
    assert [len(work.shifts_on(date(2026, 1, day))) for day in range(5, 12)] == [2, 0, 0, 2, 2, 2, 0]
    assert calculate(schedule).dates[slab.GlobalId].early_finish == datetime(2026, 1, 8, 17)


def test_constraints_and_the_rest_come_in_property_sets(read):
    plan = Plan()
    task = plan.task("Piles")
    plan.pset(
        task,
        "BimSupervise_TaskConstraint",
        ConstraintType="SNET",
        ConstraintDate="2026-01-07T08:00:00",
    )
    plan.pset(task, "BimSupervise_Task", Budget=125_000.5, Quantity=40, Unit="m", Trade="piling")
    (row,) = read(plan).tasks
    assert row.constraint is not None
    assert row.constraint.type is ConstraintType.START_NO_EARLIER_THAN
    assert row.constraint.at == datetime(2026, 1, 7, 8)
    assert (row.budget, row.quantity, row.unit, row.trade) == (125_000.5, 40, "m", "piling")


def test_days_of_working_time_are_working_days_unless_the_dates_say_otherwise(read):
    plan = Plan()
    plan.task("five days", "P5D")
    plan.task("elapsed", "P5D", DurationType="ELAPSEDTIME")
    plan.task(
        "literal",
        "P1D",
        ScheduleStart="2026-01-05T08:00:00",
        ScheduleFinish="2026-01-07T17:00:00",
    )
    schedule = read(plan)
    assert [task.duration_minutes for task in schedule.tasks] == [2400, 7200, 1440]
    assert reasons(schedule.converted)["days_as_working_days"] == 1


def test_hours_can_be_taken_out_of_a_day_and_a_dated_season_worked(read):
    plan = Plan()
    task = plan.task("a")
    plan.calendar(
        plan.work_time(WeekdayComponent=(1, 2, 3, 4, 5)),
        plan.work_time(
            times=(("08:00:00", "12:00:00"),), WeekdayComponent=(6,), span=("2026-02-01", "2026-02-28")
        ),
        exceptions=(plan.work_time("DAILY", (("10:00:00", "14:00:00"),), span=("2026-01-06", "2026-01-06")),),
        on=(task,),
    )
    work = WorkTime(read(plan).calendars[0])
    assert work.shifts_on(date(2026, 1, 6)) == ((480, 600), (840, 1020))
    assert work.shifts_on(date(2026, 2, 7)) == ((480, 720),)
    assert work.shifts_on(date(2026, 3, 7)) == ()


def test_baseline_schedules_do_not_double_the_tasks(read):
    plan = Plan()
    base = plan.rooted(
        "IfcWorkSchedule",
        Name="Baseline",
        CreationDate="2026-01-01T00:00:00",
        StartTime="2026-01-05T08:00:00",
        PredefinedType="BASELINE",
    )
    task = plan.task("Piles", ScheduleStart="2026-01-08T08:00:00")
    copy = plan.task("Piles", plan=base, ScheduleStart="2026-01-06T08:00:00")
    plan.rooted("IfcRelDefinesByObject", RelatedObjects=[copy], RelatingObject=task)
    schedule = read(plan)
    assert [row.id for row in schedule.tasks] == [task.GlobalId]
    assert schedule.tasks[0].baseline_start == datetime(2026, 1, 6, 8)
    assert reasons(schedule.skipped) == Counter(baseline_work_schedule=1)


def test_nameless_tasks_and_their_links_are_listed(read):
    plan = Plan()
    a, nameless, odd = plan.task("a"), plan.task(None), plan.task("b")
    plan.sequence(a, nameless)
    plan.sequence(a, odd, "USERDEFINED")
    schedule = read(plan)
    assert len(schedule.tasks) == 2
    assert reasons(schedule.skipped) == Counter(nameless=1, link_end_skipped=1, link_type_unknown=1)


def test_refusals_name_the_place(read):
    plan = Plan()
    plan.task("a", "eight hours")
    with pytest.raises(InputRefused) as refusal:
        read(plan)
    assert refusal.value.code == "duration_invalid"
    assert "'eight hours' in ScheduleDuration" in refusal.value.message

    plan = Plan()
    plan.task("a", ScheduleStart="soon")
    with pytest.raises(InputRefused) as refusal:
        read(plan)
    assert refusal.value.code == "date_invalid"

    plan = Plan()
    a, b = plan.task("a"), plan.task("b")
    plan.sequence(a, b)
    plan.sequence(b, a)
    with pytest.raises(InputRefused) as refusal:
        read(plan)
    assert refusal.value.code == "schedule_cycle"

    plan = Plan()
    a, b = plan.task("a"), plan.task("b")
    plan.nest(a, b)
    plan.nest(b, a)
    with pytest.raises(InputRefused) as refusal:
        read(plan)
    assert refusal.value.code == "task_nesting_cycle"


def test_files_without_a_plan_and_damaged_ones_are_refused(read):
    plan = Plan()
    with pytest.raises(InputRefused) as refusal:
        read(plan)
    assert refusal.value.code == "ifc_no_schedule"
    plan.task("a")
    for damage, code in (
        (lambda text: text[: len(text) // 2], "ifc_truncated"),
        (lambda text: text.replace("FILE_SCHEMA(('IFC4'))", "FILE_SCHEMA(('IFC9'))"), "ifc_unreadable"),
    ):
        with pytest.raises(InputRefused) as refusal:
            read(plan, damage)
        assert refusal.value.code == code


def test_an_ifc2x3_plan_is_refused_clearly(tmp_path):
    file = ifcopenshell.file(schema="IFC2X3")
    file.create_entity("IfcTask", GlobalId=ifcopenshell.guid.new(), Name="a", TaskId="1", IsMilestone=False)
    path = tmp_path / "old.ifc"
    path.write_text(file.to_string())
    with pytest.raises(InputRefused) as refusal:
        read_schedule(path)
    assert refusal.value.code == "ifc_schema_unsupported"


def test_a_child_process_reads_a_zipped_plan(tmp_path):
    plan = Plan()
    plan.task("a")
    path = tmp_path / "plan.ifczip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("plan.ifc", plan.file.to_string())
    assert [task.name for task in read_schedule(path).tasks] == ["a"]
