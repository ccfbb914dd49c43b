"""Plausible rows for charts: tasks, a series, devices and spaces."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from bim_supervise.api import views as v

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 5, 20, 6, 5, tzinfo=UTC)
MARKUP = "<img src=x onerror=alert(1)> **bold** $x^2$"

LIMIT = v.LimitView(
    rule_id="NOI-CN-02",
    value=55.0,
    unit="dB(A)",
    comparator="<=",
    statistic="LAeq",
    window="PT20M",
    clause="GB 12523-2025 Table 1",
    edition="2025",
    evidence_class="V1",
    jurisdiction="CN",
    action="stop",
    note="",
)
TRADES = [
    "基坑支护 Pit support",
    "土方开挖 Excavation",
    "底板 Base slab",
    "池壁 Tank walls",
    "设备 Equipment",
]


def _wall(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 4, 1, hour) + timedelta(days=day)


def tasks() -> list[v.TaskRow]:
    rng = random.Random(4)
    rows: list[v.TaskRow] = []
    day = 0
    for index in range(64):
        trade = TRADES[index * len(TRADES) // 64]
        length = rng.randint(2, 9)
        start, finish = _wall(day), _wall(day + length, 17)
        started = start < NOW.astimezone(ZONE).replace(tzinfo=None)
        finished = finish < NOW.astimezone(ZONE).replace(tzinfo=None) - timedelta(days=4)
        slip = rng.choice([0, 0, 0, 1, 3])
        rows.append(
            v.TaskRow(
                id=f"T{index:03d}",
                source_id=f"2O2Fr$t4X7Zf8NOew3F{index:03d}",
                name=MARKUP if index == 7 else f"{trade} · 区 {index % 6 + 1} / zone {index % 6 + 1}",
                wbs=f"{index // 13 + 1}.{index % 13 + 1}",
                kind="summary" if index % 13 == 0 else "milestone" if index % 13 == 12 else "task",
                parent=None,
                start=start,
                finish=finish,
                baseline_start=start - timedelta(days=slip),
                baseline_finish=finish - timedelta(days=slip),
                early_start=start,
                early_finish=finish,
                late_start=start + timedelta(days=slip),
                late_finish=finish + timedelta(days=slip),
                total_float_hours=0.0 if index % 4 == 0 else float(rng.randint(1, 20) * 8),
                free_float_hours=0.0,
                critical=index % 4 == 0,
                actual_start=(start + timedelta(days=slip)).replace(tzinfo=ZONE).astimezone(UTC)
                if started
                else None,
                actual_finish=finish.replace(tzinfo=ZONE).astimezone(UTC) if finished else None,
                percent=100.0 if finished else (rng.choice([None, 30.0, 62.5]) if started else None),
                percent_basis="finished" if finished else "quantity" if started else None,
                elements=rng.randint(0, 14),
                budget=float(rng.randint(20, 400)) * 1000,
                quantity=float(rng.randint(20, 900)),
                quantity_done=None,
                unit="m3",
                late_start_outcome="fail" if started and slip == 3 else "pass" if started else None,
                late_finish_outcome="fail" if started and not finished and index % 9 == 0 else None,
                start_gate=[
                    "released",
                    "waiting_for_signature",
                    "evidence_failed",
                    "undetermined",
                    None,
                    "not_due",
                ][index % 6],
                finish_gate="not_due" if index % 11 == 0 else None,
                predecessors=(f"T{index - 1:03d}",) if index else (),
            )
        )
        day += rng.choice([0, 1, 1, 2])
    return rows


def spaces() -> list[SimpleNamespace]:
    """Spaces as the facade gives them: names and plan polygons [m]."""

    def ring(x, y, w, h):
        return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))

    return [
        SimpleNamespace(
            global_id=f"S{i}",
            name=n,
            long_name=None,
            storey="-1F",
            polygon=ring(*r),
            z_min=-9.0,
            z_max=0.0,
        )
        for i, (n, r) in enumerate(
            [
                ("基坑 Pit", (0, 0, 60, 40)),
                ("泵房 Pump room", (5, 5, 20, 14)),
                ("调蓄池 Tank", (28, 5, 28, 30)),
                ("气膜 Dome", (-6, -6, 72, 52)),
            ]
        )
    ]


def devices() -> list[v.DeviceView]:
    """Instruments in every state."""
    kinds = ["noise_level", "pm10", "wind_speed", "dome_pressure", "concrete_temperature", "water_level"]
    units = ["dB(A)", "ug/m3", "m/s", "Pa", "degC", "m"]
    states = ["live", "live", "live", "silent", "distrusted", "never"]
    return [
        v.DeviceView(
            id=f"D-{i:02d}",
            name=MARKUP if i == 2 else f"{kinds[i % 6]} {i}",
            kinds=(kinds[i % 6],),
            purpose="boundary" if i % 6 == 0 else None,
            zone="S0",
            position=(5.0 * (i % 12), 7.0 * (i % 6), 0.0),
            life_safety=i % 6 == 3,
            calibrated_until=date(2026, 12, 31) if i % 5 else None,
            last_event=None if states[i % 6] == "never" else NOW - timedelta(minutes=i),
            last_value=None if states[i % 6] == "never" else 50.0 + i,
            last_kind=kinds[i % 6],
            unit=units[i % 6],
            state=states[i % 6],
            distrust=(v.Missing(code="stuck", params={}),) if states[i % 6] == "distrusted" else (),
        )
        for i in range(24)
    ]


def series(start: datetime, end: datetime, minutes: int = 20) -> v.SeriesView:
    """A day of noise with gaps and a day and a night limit."""
    count = max(1, int((end - start).total_seconds() // 60 // minutes))
    times = [start + timedelta(minutes=minutes * i) for i in range(count)]
    values = [None if 20 < i % 60 < 24 else 58 + 9 * math.sin(i / 9) + (i % 5) for i in range(count)]
    hours = [t.astimezone(ZONE).hour for t in times]
    return v.SeriesView(
        device="D-00",
        kind="noise_level",
        unit="dB(A)",
        statistic="LAeq",
        window_minutes=minutes,
        times=times,
        values=values,
        coverage=[0.0 if x is None else 0.97 for x in values],
        limits=(LIMIT,),
        limit_values=[70.0 if 6 <= h < 22 else 55.0 for h in hours],
    )
