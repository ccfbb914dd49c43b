"""The small world of a rule case: what its YAML says is given, as the evidence that a rule is handed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from bim_supervise.checkpoints.contract import Figure
from bim_supervise.checkpoints.snapshot import Snapshot
from bim_supervise.core.clock import epoch_ms, to_utc
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType
from bim_supervise.events.quantise import Quantiser, conversion
from bim_supervise.events.readings import DISTRUSTED, UNAUTHENTICATED
from bim_supervise.events.windows import Window, minute_windows
from bim_supervise.schedule.tasks import Calendar, Schedule, Task, TaskKind
from bim_supervise.tracking.fold import fold_states
from bim_supervise.tracking.progress import moment_of
from bim_supervise.tracking.state import Fact

_Row = TypeVar("_Row")
_ROUND_THE_CLOCK = ((0, 1440),)
_DEVICE = {"id", "kinds", "purpose", "zone", "calibrated_until", "interval_s", "life_safety"}
_READINGS = {
    "device", "kind", "from", "minutes", "value", "values", "unit", "interval_s", "authenticated", "quality",
}  # fmt: skip
_TASK = {
    "id", "start", "finish", "actual_start", "actual_finish", "budget", "quantity", "unit", "percent",
    "milestone", "elements", "name", "trade",
}  # fmt: skip
_FACT = {
    "id", "kind", "task", "element", "checkpoint", "time", "value", "unit", "reporter", "authenticated",
    "payload",
}  # fmt: skip
_FIGURE = {"name", "task", "value", "unit"}


class CaseFormError(ValueError):
    """Something in the YAML of a case that cannot be understood."""


@dataclass(frozen=True, slots=True)
class World:
    """What a case gives; ``snapshot`` turns it into evidence."""

    zone: ZoneInfo
    as_of: datetime
    kinds: KindTable
    devices: tuple[Device, ...] = ()
    tasks: tuple[Task, ...] = ()
    facts: tuple[Fact, ...] = ()
    readings: tuple[Mapping[str, Any], ...] = ()
    figures: Mapping[tuple[str, str | None], Figure] | None = None

    def snapshot(self, shuffle: int | None = None) -> Snapshot:
        """The evidence; with ``shuffle`` everything arrives in another order, by that seed."""
        devices, tasks = _ordered(self.devices, shuffle), _ordered(self.tasks, shuffle)
        facts, readings = _ordered(self.facts, shuffle), _ordered(self.readings, shuffle)
        links = [(element, task.id, "case") for task in tasks for element in task.element_ids]
        states = fold_states(
            _plan(tasks),
            None,
            links,
            facts,
            as_of=self.as_of,
            zone=self.zone,
            instruments=[device.id for device in devices],
        )
        return Snapshot(
            as_of=self.as_of,
            zone=self.zone,
            tasks=states,
            facts=facts,
            devices=devices,
            windows=self._windows(readings),
            figures=self.figures,
        )

    def unobserved(self) -> World:
        """The same plan and devices on a site from which nothing has been heard."""
        planned = tuple(
            replace(task, actual_start=None, actual_finish=None, percent=None) for task in self.tasks
        )
        return replace(self, tasks=planned, facts=(), readings=(), figures=None)

    def _windows(self, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[Window]]:
        series: dict[tuple[str, str], list[tuple[int, int, int, int]]] = defaultdict(list)
        for row in rows:
            series[row["device"], row["kind"]] += _series(row, self.kinds[row["kind"]], self.zone)
        found = {}
        for (device, kind), readings in series.items():
            times, steps, intervals, flags = (np.array(column) for column in zip(*readings, strict=True))
            found[device, kind] = minute_windows(
                device,
                kind,
                times.astype(np.int64),
                steps.astype(np.int64),
                intervals.astype(np.int64),
                flags.astype(np.uint8),
                self.kinds[kind],
            )
        return found


def read_world(given: Mapping[str, Any], as_of: Any, zone: ZoneInfo, kinds: KindTable) -> World:
    """The world that the key ``given`` of a case describes.

    Raises:
        CaseFormError: naming the row and the field that cannot be understood.
    """
    _refuse_unknown("given", given, {"devices", "readings", "tasks", "facts", "figures"})
    devices = tuple(_device(row) for row in _rows(given, "devices", _DEVICE, {"id", "kinds"}))
    readings = tuple(_rows(given, "readings", _READINGS, {"device", "kind", "from"}))
    named = {device.id for device in devices}
    for row in readings:
        if row["device"] not in named:
            raise CaseFormError(f"readings: the device {row['device']!r} is not among the devices")
        kind = kinds.get(row["kind"])
        if kind is None or kind.shape is not Shape.TELEMETRY:
            raise CaseFormError(f"readings: {row['kind']!r} is no telemetry kind")
        _series(row, kind, zone)
    return World(
        zone=zone,
        as_of=moment(as_of, zone, whole_day=True),
        kinds=kinds,
        devices=devices,
        tasks=tuple(_task(row) for row in _rows(given, "tasks", _TASK, {"id"})),
        facts=tuple(
            _fact(row, number, zone)
            for number, row in enumerate(_rows(given, "facts", _FACT, {"kind", "time"}), 1)
        ),
        readings=readings,
        figures={
            (row["name"], row.get("task")): Figure(
                value=_number(row.get("value"), "figures.value"), unit=row.get("unit", ""), evidence=("case",)
            )
            for row in _rows(given, "figures", _FIGURE, {"name"})
        },
    )


def moment(value: Any, zone: ZoneInfo, *, whole_day: bool = False) -> datetime:
    """Site wall time as written in a case (``2026-03-02 10:00``) to aware UTC.

    Raises:
        CaseFormError: for anything else. A date alone is its end if ``whole_day``, else refused.
    """
    if isinstance(value, datetime):
        return to_utc(value, zone)
    if isinstance(value, date) and whole_day:
        return moment_of(value, zone)
    try:
        if isinstance(value, str) and (len(value) > 10 or whole_day):
            exact = len(value) > 10
            return moment_of((datetime if exact else date).fromisoformat(value), zone)
    except ValueError:
        pass
    raise CaseFormError(f"{value!r} is no time such as '2026-03-02 10:00'")


def _ordered(rows: Sequence[_Row], shuffle: int | None) -> list[_Row]:
    ordered = list(rows)
    if shuffle is not None:
        random.Random(shuffle).shuffle(ordered)  # noqa: S311 - no secret
    return ordered


def _wall(value: Any, field: str) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise CaseFormError(f"{field}: {value!r} is no time such as '2026-03-02 08:00'") from None


def _number(value: Any, field: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CaseFormError(f"{field}: {value!r} is no number")
    return float(value)


def _rows(given: Mapping[str, Any], key: str, known: set[str], needed: set[str]) -> list[Mapping[str, Any]]:
    rows = given.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise CaseFormError(f"{key}: must be a list of mappings")
    for number, row in enumerate(rows, 1):
        _refuse_unknown(f"{key}, row {number}", row, known)
        lacking = sorted(needed - set(row))
        if lacking:
            raise CaseFormError(f"{key}, row {number}: '{lacking[0]}' is missing")
    return rows


def _refuse_unknown(where: str, row: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(row) - known)
    if unknown:
        raise CaseFormError(f"{where}: '{unknown[0]}' is not known; known are {', '.join(sorted(known))}")


def _device(row: Mapping[str, Any]) -> Device:
    until = row.get("calibrated_until")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        raise CaseFormError(f"devices: calibrated_until must be a date, not {until!r}")
    return Device(
        id=row["id"],
        name=row["id"],
        kinds=tuple(row["kinds"]),
        purpose=row.get("purpose"),
        zone=row.get("zone"),
        expected_interval_s=float(row.get("interval_s", 60)),
        calibrated_until=until,
        life_safety=bool(row.get("life_safety", False)),
    )


def _task(row: Mapping[str, Any]) -> Task:
    return Task(
        id=row["id"],
        source_id=row["id"],
        name=str(row.get("name", row["id"])),
        trade=row.get("trade"),
        kind=TaskKind.MILESTONE if row.get("milestone") else TaskKind.TASK,
        start=_wall(row.get("start"), "tasks.start"),
        finish=_wall(row.get("finish"), "tasks.finish"),
        actual_start=_wall(row.get("actual_start"), "tasks.actual_start"),
        actual_finish=_wall(row.get("actual_finish"), "tasks.actual_finish"),
        budget=_number(row.get("budget"), "tasks.budget"),
        quantity=_number(row.get("quantity"), "tasks.quantity"),
        percent=_number(row.get("percent"), "tasks.percent"),
        unit=row.get("unit"),
        element_ids=tuple(row.get("elements", ())),
    )


def _fact(row: Mapping[str, Any], number: int, zone: ZoneInfo) -> Fact:
    about = [kind for kind in ("task", "element", "checkpoint") if kind in row]
    if len(about) != 1:
        raise CaseFormError(f"facts, row {number}: must be about one task, element or checkpoint")
    time = moment(row["time"], zone)
    return Fact(
        id=str(row.get("id", f"f{number}")),
        kind=row["kind"],
        subject_type=SubjectType(about[0]),
        subject=row[about[0]],
        event_time=time,
        received_time=time,
        source="case",
        reporter=row.get("reporter", "case"),
        value=row.get("value"),
        unit=row.get("unit", ""),
        authenticated=row.get("authenticated", True) is True,
        payload=row.get("payload", {}),
    )


def _series(row: Mapping[str, Any], kind: ObservationKind, zone: ZoneInfo) -> list[tuple[int, int, int, int]]:
    interval = float(row.get("interval_s", 60))
    start, step = epoch_ms(moment(row["from"], zone)), round(interval * 1000)
    if step <= 0:
        raise CaseFormError(f"readings: interval_s must be positive, not {interval}")
    flags = 0 if row.get("authenticated", True) is True else UNAUTHENTICATED
    if row.get("quality", "good") != "good":
        flags |= DISTRUSTED
    scale = conversion(row.get("unit", kind.unit), kind.unit)
    if scale is None:
        raise CaseFormError(f"readings: {row['unit']!r} cannot be turned into {kind.unit}")
    steps = _quantised(row, kind, scale, interval)
    return [(start + n * step, value, step, flags) for n, value in enumerate(steps)]


def _quantised(
    row: Mapping[str, Any], kind: ObservationKind, scale: tuple[Fraction, Fraction], interval: float
) -> Sequence[int]:
    quantise: Callable[[float | int], tuple[int, bool]] = Quantiser(kind.resolution, *scale).steps
    if "values" in row:
        if "value" in row or "minutes" in row:
            raise CaseFormError("readings: give either 'values', or 'value' with 'minutes'")
        return [quantise(_number(value, "readings.values") or 0.0)[0] for value in row["values"]]
    value = _number(row.get("value"), "readings.value")
    minutes = _number(row.get("minutes"), "readings.minutes")
    if value is None or minutes is None:
        raise CaseFormError("readings: give 'values', or 'value' with 'minutes'")
    return [quantise(value)[0]] * round(minutes * 60 / interval)


def _plan(tasks: Sequence[Task]) -> Schedule:
    shifts = (_ROUND_THE_CLOCK,) * 7
    return Schedule(
        name="case",
        source_format="case",
        sha256="",
        tasks=tuple(tasks),
        links=(),
        calendars=(Calendar(id="always", name="always", week=shifts),),
        default_calendar="always",
    )
