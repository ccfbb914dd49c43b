"""Small, complete samples of everything a store keeps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np

from bim_supervise.checkpoints.contract import (
    Boundary,
    Checkpoint,
    Control,
    Kind,
    Limit,
    Outcome,
    Severity,
    Subject,
    Verdict,
)
from bim_supervise.events.devices import Device
from bim_supervise.events.observations import Observation, Quality, SubjectType
from bim_supervise.events.readings import Readings
from bim_supervise.events.windows import Window
from bim_supervise.model.elements import (
    BillItem,
    Element,
    Georeference,
    ModelReading,
    ModelWarning,
    Space,
    Storey,
)
from bim_supervise.schedule.tasks import (
    Calculation,
    Calendar,
    CalendarException,
    Constraint,
    ConstraintType,
    Link,
    LinkType,
    Schedule,
    Skipped,
    Task,
    TaskDates,
    TaskKind,
)
from bim_supervise.store.records import StoredAlarm

NOW = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
DAY = timedelta(days=1)
T0 = 1_772_000_000_000 // 60_000 * 60_000
"""The start of a minute [UTC epoch ms]."""


def model(sha256: str = "a" * 64, count: int = 3, *, partial: bool = False) -> ModelReading:
    return ModelReading(
        file_name="泵站.ifc",
        sha256=sha256,
        size_bytes=5_000_000_000,
        schema="IFC4",
        authoring_tool="Tool 1.0",
        project_name=None,
        partial=partial,
        elements=(
            Element(
                global_id="2O2Fr$t4X7Zf8NOew3FLOH",
                ifc_class="IfcWall",
                name="墙 'A' \"1\"",
                predefined_type="SOLIDWALL",
                tag="42",
                type_name="W300",
                storey="B1",
                space="Pump hall",
                material="C30",
                classifications=("21.21", "NL-SfB"),
                quantities={"Qto_WallBaseQuantities.NetVolume": 1.25, "Qto_X.Count": 3.0},
                bounding_box=(0.0, -1.5, 2.0, 3.0, 4.0, 5.25),
                content_hash="c" * 64,
            ),
            *(Element(global_id=f"guid{n}", ifc_class="IfcSlab") for n in range(1, count)),
        ),
        storeys=(
            Storey(global_id="s1", name="B1", elevation=-4.5),
            Storey(global_id="s2", name="?", elevation=None),
        ),
        spaces=(
            Space(
                global_id="sp1",
                name="1",
                long_name="Pump hall",
                storey="B1",
                polygon=((0.0, 0.0), (4.0, 0.0), (4.0, 3.0)),
                z_min=-4.5,
                z_max=0.0,
            ),
            Space(
                global_id="sp2", name="2", long_name=None, storey=None, polygon=None, z_min=None, z_max=None
            ),
        ),
        bill_items=(
            BillItem(
                global_id="b1",
                identification="1.1",
                name="Concrete",
                value=1200.5,
                quantity=3.0,
                unit="m3",
                element_ids=("2O2Fr$t4X7Zf8NOew3FLOH",),
                task_source_ids=("t1", "t2"),
            ),
            BillItem(global_id="b2", identification=None, name="VAT", value=None, quantity=None, unit=None),
        ),
        georeference=Georeference(crs="EPSG:4549", eastings=500_000.125, latitude=31.2),
        warnings=(ModelWarning(code="no_quantities", message="2 elements have no quantities."),),
        seconds={"open": 0.5, "elements": 1.0},
    )


def schedule(name: str = "Plan") -> Schedule:
    day = ((480, 720), (780, 1020))
    wall = datetime(2026, 3, 2, 8, 0)
    return Schedule(
        name=name,
        source_format="mspdi",
        sha256="b" * 64,
        tasks=(
            Task(id="S", source_id="1", name="Pit", kind=TaskKind.SUMMARY),
            Task(
                id="T1",
                source_id="2",
                name="开挖",
                wbs="1.1",
                parent="S",
                duration_minutes=2400,
                duration_elapsed=True,
                calendar="c1",
                constraint=Constraint(type=ConstraintType.START_NO_EARLIER_THAN, at=wall),
                manual=True,
                start=wall,
                finish=wall + 5 * DAY,
                baseline_start=wall,
                baseline_finish=wall + 4 * DAY,
                actual_start=wall + timedelta(microseconds=1),
                actual_finish=wall + 6 * DAY,
                deadline=wall + 7 * DAY,
                remaining_minutes=60,
                percent=37.5,
                budget=1e6,
                quantity=0.1,
                unit="m3",
                trade="earth",
                element_ids=("guid1", "guid2"),
            ),
            Task(
                id="T2",
                source_id="3",
                name="M",
                kind=TaskKind.MILESTONE,
                constraint=Constraint(type=ConstraintType.AS_LATE_AS_POSSIBLE, at=None),
            ),
        ),
        links=(
            Link(predecessor="T1", successor="T2", type=LinkType.SF, lag_minutes=-90, lag_elapsed=True),
            Link(predecessor="T1", successor="T2"),
        ),
        calendars=(
            Calendar(
                id="c1",
                name="Site",
                week=(day, day, day, day, day, (), ()),
                exceptions=(
                    CalendarException(first=date(2026, 5, 1), last=date(2026, 5, 5), name="劳动节"),
                    CalendarException(first=date(2026, 5, 9), last=date(2026, 5, 9), shifts=day),
                ),
            ),
        ),
        default_calendar="c1",
        project_start=wall,
        data_date=wall + DAY,
        skipped=(Skipped(what="row 7", reason="no_name"),),
        converted=(Skipped(what="row 8", reason="hours"),),
    )


def calculation() -> Calculation:
    wall = datetime(2026, 3, 2, 8, 0)
    dates = TaskDates(
        early_start=wall,
        early_finish=wall + DAY,
        late_start=wall + 2 * DAY,
        late_finish=wall + 3 * DAY,
        total_float_hours=12.5,
        free_float_hours=-0.5,
        critical=False,
    )
    return Calculation(
        dates={"T2": dates, "T1": dates},
        start=wall,
        finish=wall + 9 * DAY,
        problems=(Skipped(what="T2", reason="manual_without_dates"),),
    )


def devices() -> list[Device]:
    return [
        Device(id="N-01", name="North fence", kinds=("noise_level",), purpose="boundary"),
        Device(
            id="A-01",
            name="Dome",
            kinds=("pm10", "pm25"),
            zone="dome",
            position=(1.0, 2.5, -3.0),
            expected_interval_s=0.5,
            calibrated_until=date(2026, 12, 31),
            life_safety=True,
            owner="Lab",
        ),
    ]


def checkpoints() -> list[Checkpoint]:
    return [
        Checkpoint(
            id="H-2",
            kind=Kind.QUALITY,
            control=Control.HOLD,
            boundary=Boundary.START,
            rule="QUA-CN-01",
            task="T2",
            title={"en": "Rebar", "zh": "钢筋"},
            parameters={"share": 0.95, "classes": ["IfcWall"]},
            required_capacities=("chief_supervision_engineer", "quality_inspector"),
        ),
        Checkpoint(
            id="G-1",
            kind=Kind.GREEN,
            control=Control.MONITORED,
            boundary=Boundary.THROUGHOUT,
            rule="NOI-CN-01",
        ),
    ]


def fact(**changes: object) -> Observation:
    values: dict[str, object] = {
        "source": "csv",
        "reporter": "walker",
        "kind": "installed",
        "subject_type": SubjectType.ELEMENT,
        "subject": "guid1",
        "event_time": NOW,
        "received_time": NOW + timedelta(minutes=5),
    }
    return Observation(**(values | changes))  # type: ignore[arg-type]


def full_fact() -> Observation:
    return fact(
        kind="quantity_reported",
        subject_type=SubjectType.TASK,
        subject="T1",
        value=12.5,
        unit="m3",
        interval_s=60.0,
        quality=Quality.FUTURE,
        authenticated=True,
        payload={"remark": "浇筑", "photos": ["ab" * 32], "deep": {"n": None}},
    )


def readings(*rows: tuple[str, str, int, int, int, int]) -> Readings:
    """Readings out of (device, kind, event ms, steps, interval ms, flags)."""
    series = tuple(dict.fromkeys((row[0], row[1]) for row in rows))
    table: Sequence[Sequence[int]] = [row[2:] for row in rows]
    columns = np.array(table, np.int64).reshape(len(rows), 4)
    return Readings(
        series=series,
        series_index=np.array([series.index((row[0], row[1])) for row in rows], np.int32),
        event_ms=columns[:, 0],
        steps=columns[:, 1],
        interval_ms=columns[:, 2],
        flags=columns[:, 3].astype(np.uint8),
    )


def window(device: str, start_ms: int, **changes: int) -> Window:
    values: dict[str, int] = {
        "end_ms": start_ms + 60_000,
        "count": 60,
        "covered_ms": 60_000,
        "weighted_sum": 10**12 * 60_000,
        "energy_sum": 2**62,
        "minimum": -5,
        "maximum": 700,
        "first_ms": start_ms,
        "first": 3,
        "last_ms": start_ms + 59_000,
        "last": 4,
        "distrusted": 1_000,
    }
    return Window(device=device, kind="noise_level", start_ms=start_ms, **(values | changes))


def verdict(**changes: object) -> Verdict:
    values: dict[str, object] = {
        "rule": "NOI-CN-01",
        "outcome": Outcome.FAIL,
        "reason": "above_limit",
        "subject": Subject(device="N-01"),
        "params": {"value": 71.25, "at": NOW},
        "value": 71.25,
        "unit": "dB(A)",
        "limit": Limit(
            rule_id="NOI-CN-01",
            jurisdiction="CN",
            edition="GB 12523-2025",
            effective_from=date(2026, 1, 1),
            effective_to=None,
            clause="4.1",
            evidence_class="V1",
            value=70.0,
            unit="dB(A)",
            window="PT20M",
            statistic="LAeq",
            comparator="<=",
            action="alarm",
            condition={"from": "06:00", "to": "22:00"},
            min_completeness=0.75,
        ),
        "window_start": NOW,
        "window_end": NOW + timedelta(minutes=20),
        "completeness": 1.0,
        "since": NOW,
        "evidence": ("window:N-01|noise_level|1|2",),
        "evidence_values": (1, 2.5, None),
        "severity": Severity.MAJOR,
    }
    return Verdict(**(values | changes))  # type: ignore[arg-type]


def alarm(number: int, **changes: object) -> StoredAlarm:
    values: dict[str, object] = {
        "id": f"{number:064x}",
        "rule": "NOI-CN-01",
        "subject": "device=N-01",
        "device": "N-01",
        "severity": "life_safety",
        "kind": "green",
        "reason": "above_limit",
        "params": {"value": 71.25},
        "value": 71.25,
        "unit": "dB(A)",
        "limit": {"value": 70.0},
        "raised_at": NOW + timedelta(minutes=number),
        "cleared_at": None,
        "verdict_digest": "d" * 64,
    }
    return StoredAlarm(**(values | changes))  # type: ignore[arg-type]
