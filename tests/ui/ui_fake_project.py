"""A project object with plausible data, for looking at screens without a store behind them."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from bim_supervise.api import views as v
from bim_supervise.core.catalogue import Catalogue
from bim_supervise.core.errors import AuthenticationFailed, NotFound, PermissionRefused

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


def _tasks() -> list[v.TaskRow]:
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


def _verdict(outcome: str, value: float | None) -> v.VerdictView:
    return v.VerdictView(
        rule="NOI-CN-02",
        kind="green",
        outcome=outcome,
        reason={"pass": "within_limit", "fail": "above_limit"}.get(outcome, "coverage_below_75"),
        params={"value": value, "limit": 55.0},
        value=value,
        unit="dB(A)",
        limit=LIMIT,
        window_start=NOW - timedelta(minutes=25),
        window_end=NOW - timedelta(minutes=5),
        completeness=0.95 if value else 0.4,
        since=NOW - timedelta(hours=2),
        evidence=("window:N-01|noise_level|1|2", "fact:0123456789abcdef"),
        digest="ab" * 32,
        task="T004",
        element=None,
        device="N-01",
        severity="major",
    )


class FakeProject:
    """The same signatures as the facade, with data that never changes except by sign-offs."""

    zone = ZONE

    def __init__(self) -> None:
        self.stale = False
        self.signed: list[v.SignOffView] = []
        self.reported: list[object] = []
        self.acknowledged: dict[str, tuple[str, str]] = {}
        self._tasks = _tasks()

    # -- people
    def login(self, name, password):
        if (name, password) not in {("wang", "demo-pass"), ("guest", "demo-pass")}:
            raise AuthenticationFailed(
                "wrong_credentials", "The name or the password is wrong.", "Type both again."
            )
        return f"token-{name}"

    def session_user(self, token):
        name = (token or "").removeprefix("token-")
        return self.user(name) if name in ("wang", "guest") else None

    def logout(self, token):
        pass

    def user(self, name):
        return v.UserView(
            name=name,
            display_name="王 工" if name == "wang" else "Guest",
            language="zh",
            capacities=("chief_supervision_engineer", "bim_coordinator") if name == "wang" else ("observer",),
        )

    def users(self):
        return [self.user("wang"), self.user("guest")]

    def set_language(self, name, language):
        pass

    def may(self, user, action):
        return user == "wang" or action == "view"

    def require(self, user, action):
        if not self.may(user, action):
            raise PermissionRefused("not_appointed", f"{user} may not {action}.", "Ask the administrator.")

    # -- project
    def info(self):
        return v.ProjectInfo(
            name="城市副中心 雨水泵站与调蓄池 · Pump station",
            timezone="Asia/Shanghai",
            currency="CNY",
            replay=True,
            directory="project",
        )

    def now(self):
        return NOW

    def freshness(self):
        age = 470.0 if self.stale else 2.0
        return v.Freshness(
            site_now=NOW,
            last_received=NOW,
            last_event=NOW - timedelta(minutes=1),
            age_s=age,
            stale=self.stale,
        )

    def catalogue(self):
        return Catalogue(
            {
                "en": {
                    "reason.above_limit": "above the limit of {limit}",
                    "reason.within_limit": "within the limit",
                },
                "zh": {"reason.above_limit": "超过限值 {limit}", "reason.within_limit": "在限值内"},
            }
        )

    def status(self, as_of=None):
        return v.Status(
            as_of=NOW,
            tasks=v.TaskCounts(
                total=64,
                planned_started=38,
                planned_finished=30,
                actual_started=36,
                actual_finished=24,
                late_start=5,
                late_finish=None,
                blocked=3,
            ),
            late={
                "start": v.LateCount(tasks=5, elements=22, rows=31),
                "finish": v.LateCount(tasks=2, elements=9, rows=9),
            },
            gates={
                "released": 14,
                "waiting_for_signature": 4,
                "evidence_failed": 2,
                "undetermined": 3,
                "not_due": 21,
            },
            alarms={"open": 5, "acknowledged": 2, "life_safety": 1},
            verdicts={
                "green": {"pass": 61, "fail": 4, "undetermined": 7},
                "quality": {"pass": 9, "fail": 1, "undetermined": 3},
                "progress": {"pass": 30, "fail": 5, "undetermined": 12},
                "cost": {"pass": 1, "fail": 0, "undetermined": 0},
            },
            percent=v.Percent(
                basis="budget",
                planned=46.3,
                claimed=41.8,
                accepted=33.1,
                corroborated=29.4,
                proven=None,
                linked_share=0.94,
            ),
            planned_value=6_120_000.0,
            earned_value=5_530_000.0,
            actual_cost=None,
            budget=13_240_000.0,
            spi=0.904,
            cpi=None,
            estimate_at_completion=None,
            finish_planned=datetime(2026, 7, 30, 17),
            finish_forecast=datetime(2026, 8, 6, 17),
            currency="CNY",
        )

    def tasks(self, as_of=None):
        return list(self._tasks)

    def links_of(self, identity):
        return [f"2O2Fr$t4X7Zf8NOew3E{i:03d}" for i in range(4)]

    def elements(self, query=""):
        rows = [
            v.ElementRow(
                global_id=f"2O2Fr$t4X7Zf8NOew3E{i:03d}",
                ifc_class=["IfcWall", "IfcSlab", "IfcPile", "IfcColumn"][i % 4],
                predefined_type=None,
                name=MARKUP if i == 3 else f"W-{i:03d}",
                tag=f"{i}",
                type_name="C35 400",
                storey=["-2F", "-1F", "1F"][i % 3],
                material="C35 P8",
                classifications=("14-20.10.03",),
                quantities={
                    "Qto_WallBaseQuantities.NetVolume": 3.2 + i,
                    "Qto_WallBaseQuantities.Length": 8.0,
                },
                content_hash="cd" * 32,
                tasks=(f"T{i % 60:03d}",) if i % 7 else (),
                life=["installed", "delivered", "missing", None][i % 4],
                inspection=["pass", None][i % 2],
            )
            for i in range(320)
        ]
        return [row for row in rows if query.lower() in f"{row.global_id} {row.name} {row.ifc_class}".lower()]

    def models(self):
        return [
            v.ModelRevisionView(
                id=1,
                file_name="pump_station.ifc",
                sha256="ef" * 32,
                schema="IFC4",
                authoring_tool="generator",
                partial=False,
                loaded_at=NOW,
                elements=320,
                storeys=3,
                spaces=6,
                warnings=[{"code": "duplicate_guid", "message": "2O2Fr$t4X7Zf8NOew3E001 occurs twice"}],
            )
        ]

    def spaces(self):
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

    def link_summary(self):
        return v.LinkSummary(
            links=412,
            unlinked_elements=18,
            unlinked_elements_share=0.056,
            unlinked_tasks=6,
            unlinked_tasks_share=0.094,
        )

    # -- evidence
    def devices(self, as_of=None):
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

    def series(self, device, kind, start, end, minutes=20):
        count = max(1, int((end - start).total_seconds() // 60 // minutes))
        times = [start + timedelta(minutes=minutes * i) for i in range(count)]
        values = [None if 20 < i % 60 < 24 else 58 + 9 * math.sin(i / 9) + (i % 5) for i in range(count)]
        hours = [t.astimezone(ZONE).hour for t in times]
        return v.SeriesView(
            device=device,
            kind=kind,
            unit="dB(A)",
            statistic="LAeq",
            window_minutes=minutes,
            times=times,
            values=values,
            coverage=[0.0 if x is None else 0.97 for x in values],
            limits=(LIMIT,),
            limit_values=[70.0 if 6 <= h < 22 else 55.0 for h in hours],
        )

    def facts(self, subject=None, kind=None, limit=200):
        return [
            v.ObservationView(
                id=f"{i:064x}",
                kind=["installed", "task_started", "quantity_reported"][i % 3],
                subject_type="task",
                subject=f"T{i:03d}",
                event_time=NOW - timedelta(hours=i),
                received_time=NOW - timedelta(hours=i),
                source="ui",
                reporter="wang",
                value=[None, None, 12.5][i % 3],
                unit=["", "", "m3"][i % 3],
                authenticated=True,
                payload={"remark": MARKUP},
            )
            for i in range(12)
        ][:limit]

    def conflicts(self):
        return []

    def open_evidence(self, ref):
        if ref.startswith("fact:"):
            return {"fact": self.facts()[0]}
        return {
            "device": "N-01", "kind": "noise_level", "unit": "dB(A)", "start": NOW, "end": NOW,
            "readings": [{"time": NOW, "value": 58.2, "flags": 0}],
        }  # fmt: skip

    # -- checkpoints
    def checkpoints(self, as_of=None, user=None):
        states = [
            "waiting_for_signature",
            "evidence_failed",
            "undetermined",
            "released",
            "not_due",
            "waiting_for_evidence",
        ]
        outcomes = ["pass", "fail", "undetermined", "pass", "undetermined", "undetermined"]
        rows = []
        for i in range(26):
            signs = tuple(s for s in self.signed if s.capacity == f"{i}")
            rows.append(
                v.CheckpointView(
                    id=f"CP-{i:02d}",
                    title={
                        "en": f"Hold point {i}: reinforcement before pour",
                        "zh": f"停止点 {i}：浇筑前钢筋验收",
                    },
                    kind=["quality", "green", "progress", "cost"][i % 4],
                    control="HWRSM"[i % 5],
                    boundary=["start", "finish", "throughout"][i % 3],
                    rule="QUA-01",
                    task=f"T{i:03d}",
                    task_name=self._tasks[i].name,
                    outcome=outcomes[i % 6],
                    state="released" if signs and outcomes[i % 6] == "pass" else states[i % 6],
                    verdicts=(
                        _verdict(outcomes[i % 6], None if outcomes[i % 6] == "undetermined" else 58.3),
                    ),
                    required_capacities=("specialist_supervision_engineer", "chief_supervision_engineer"),
                    sign_offs=signs,
                    missing=(v.Missing(code="signature", params={"capacity": "chief_supervision_engineer"}),)
                    if states[i % 6] != "released"
                    else (),
                    elements=tuple(f"2O2Fr$t4X7Zf8NOew3E{j:03d}" for j in range(i % 5)),
                    may_sign=user == "wang" and states[i % 6] == "waiting_for_signature",
                )
            )
        return rows

    def checkpoint(self, id, as_of=None, user=None):
        for row in self.checkpoints(as_of, user):
            if row.id == id:
                return row
        raise NotFound("checkpoint_unknown", f"There is no checkpoint '{id}'.", "Check the id.")

    def alarms(self, as_of=None, cleared=False):
        base = v.AlarmView(
            id="A0",
            rank=0,
            severity="life_safety",
            state="open",
            rule="DOM-01",
            kind="green",
            reason="above_limit",
            params={"limit": 55.0},
            task="T004",
            task_name=MARKUP,
            element=None,
            device="D-03",
            value=61.2,
            unit="dB(A)",
            limit=LIMIT,
            raised_at=NOW - timedelta(minutes=12),
            cleared_at=None,
            acknowledged_by=None,
            acknowledged_at=None,
            comment=None,
        )
        rows = [
            replace(
                base,
                id=f"A{i}",
                rank=i,
                severity=["life_safety", "major", "minor"][min(i, 2)],
                task=f"T{i + 4:03d}",
            )
            for i in range(6)
        ]
        return [
            replace(r, state="acknowledged", acknowledged_by=a[0], acknowledged_at=NOW, comment=a[1])
            if (a := self.acknowledged.get(r.id))
            else r
            for r in rows
        ]

    def acknowledge(self, alarm_id, user, comment):
        self.require(user, "acknowledge")
        self.acknowledged[alarm_id] = (user, comment)

    def sign(self, checkpoint_id, user, decision, reason, capacity=None):
        self.require(user, "sign")
        self.signed.append(
            v.SignOffView(
                sequence=len(self.signed) + 1,
                hash="aa" * 32,
                time=NOW,
                signer=user,
                signer_name="王 工",
                capacity=str(int(checkpoint_id[3:])),
                decision=decision,
                reason=reason,
                counts=decision == "accept",
            )
        )
        return {"entry": len(self.signed), "hash": "aa" * 32, "state": "released"}

    def sign_offs(self):
        return list(self.signed)

    def verify_ledger(self, path=None):
        return {"entries": len(self.signed), "valid": True, "first_broken": None, "head": "aa" * 32}

    def report_work(self, user, report):
        self.require(user, "report_work")
        self.reported.append(report)
        return {"stored": 2, "duplicates": 0}

    def attachment(self, sha256):
        if sha256 == "ab" * 32:
            return b"\x89PNG\r\n\x1a\n", "image/png"
        raise NotFound("attachment_unknown", "There is no such attachment.", "")

    def packs(self):
        return []
