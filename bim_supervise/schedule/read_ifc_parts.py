"""What the readers of an IFC plan share: the state of a reading, and attributes as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bim_supervise.schedule.calendars import WorkTime
from bim_supervise.schedule.tasks import Calendar, Skipped
from bim_supervise.schedule.values import Span, iso_duration, iso_moment, refuse_date, refuse_duration


@dataclass(slots=True)
class IfcReading:
    """A plan while it is read: calendars by GlobalId, what is assigned and nested where, the report."""

    calendars: dict[str, Calendar]
    default: str
    calendar_of: dict[int, str]
    parent_of: dict[int, Any]
    work: dict[str, WorkTime] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    converted: list[Skipped] = field(default_factory=list)

    def calendar_for(self, task: Any) -> str | None:
        """The calendar assigned to a task or the nearest task above it; None = the default."""
        current = task
        while current is not None:
            found = self.calendar_of.get(current.id())
            if found is not None:
                return found
            current = self.parent_of.get(current.id())
        return None

    def work_time(self, calendar: str | None) -> WorkTime:
        """The working time of a calendar; None = the default one."""
        key = calendar or self.default
        if key not in self.work:
            self.work[key] = WorkTime(self.calendars[key])
        return self.work[key]


def moment_of(entity: Any, name: str) -> datetime | None:
    """A date attribute as wall time; None when it is absent.

    Raises:
        InputRefused: ``date_invalid`` with the instance's number.
    """
    text = getattr(entity, name, None)
    if not text:
        return None
    moment = iso_moment(text)
    if moment is None:
        raise refuse_date(text, f"#{entity.id()}", name)
    return moment


def properties_of(item: Any, name: str) -> dict[str, Any]:
    """The single values of the property set ``name``; nothing when there is none."""
    values: dict[str, Any] = {}
    for relation in item.IsDefinedBy:
        if not relation.is_a("IfcRelDefinesByProperties"):
            continue
        definition = relation.RelatingPropertyDefinition
        if definition.is_a("IfcPropertySet") and definition.Name == name:
            for each in definition.HasProperties:
                if each.is_a("IfcPropertySingleValue") and each.NominalValue is not None:
                    values[each.Name] = each.NominalValue.wrappedValue
    return values


def number_of(values: dict[str, Any], name: str, what: str, reading: IfcReading) -> float | None:
    """A number among properties; what is none is listed as skipped."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    reading.skipped.append(Skipped(what=f"{what}: {name} '{value}'", reason="number_invalid"))
    return None


def minutes_of(
    time: Any,
    name: str,
    elapsed: bool,
    work: WorkTime,
    planned: tuple[datetime | None, datetime | None],
    what: str,
    reading: IfcReading,
) -> int | None:
    """A duration attribute in minutes; days of working time are working days unless ``planned`` denies it.

    Raises:
        InputRefused: ``duration_invalid`` with the instance's number.
    """
    text = getattr(time, name, None)
    if not text:
        return None
    span = iso_duration(text)
    if span is None or span.minutes < 0:
        raise refuse_duration(text, f"#{time.id()}", name, "Write durations as PT40H or P5D.")
    if span.assumed is not None:
        reading.converted.append(Skipped(what=f"{what}: {name} {text}", reason=span.assumed))
    if elapsed or not span.whole_days:
        return span.minutes
    start, finish = planned
    if start is not None and finish is not None and work.between(start, finish) == span.minutes:
        return span.minutes
    reading.converted.append(Skipped(what=f"{what}: {name} {text}", reason="days_as_working_days"))
    return working_days(span, work)


def working_days(span: Span, work: WorkTime) -> int:
    """A span in whole days as minutes of as many usual working days."""
    lengths = [sum(end - start for start, end in day) for day in work.calendar.week]
    worked = [length for length in lengths if length]
    usual = max(set(worked), key=worked.count) if worked else 480
    return round(span.minutes / 1440 * usual)
