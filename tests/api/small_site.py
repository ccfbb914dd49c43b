"""A small project with a plan, a boundary noise meter, a hold point and people; made anew for each test."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from bim_supervise.api import Project

PLAN = """\
id,name,start,finish,duration,predecessors,budget,quantity,unit
A,Excavation,2026-03-02 08:00,2026-03-03 17:00,2d,,10000,200,m3
B,Reinforcement,2026-03-04 08:00,2026-03-05 17:00,2d,A,20000,10,t
C,Pour,2026-03-06 08:00,2026-03-06 17:00,1d,B,30000,80,m3
D,Curing,2026-03-09 08:00,2026-03-10 17:00,2d,C,5000,,
"""
DEVICES = """\
devices:
  - {id: N1, name: North gate, kinds: [noise_level], purpose: boundary, expected_interval_s: 60,
     calibrated_until: 2026-12-31}
"""
CHECKPOINTS = """\
checkpoints:
  - {id: CP-RB, kind: quality, control: H, boundary: finish, rule: QLT-01, task: B,
     title: {zh: 钢筋隐蔽验收, en: Reinforcement accepted},
     required_capacities: [specialist_supervision_engineer]}
"""
NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


class FixedClock:
    """A clock that a test moves by hand."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def build(directory: Path, clock: FixedClock, inputs: Path, *, people: bool = True) -> Project:
    """Create the small project in ``directory``."""
    inputs.mkdir(parents=True, exist_ok=True)
    (inputs / "plan.csv").write_text(PLAN, "utf-8")
    (inputs / "devices.yaml").write_text(DEVICES, "utf-8")
    (inputs / "checkpoints.yaml").write_text(CHECKPOINTS, "utf-8")
    project = Project.create(directory, "Small site", clock=clock)
    project.load_schedule(inputs / "plan.csv")
    project.calculate_schedule()
    project.load_devices(inputs / "devices.yaml")
    project.load_checkpoints(inputs / "checkpoints.yaml")
    if not people:
        return project
    for name, capacity in (
        ("liu", "specialist_supervision_engineer"),
        ("sun", "supervision_assistant"),
        ("wang", "contractor_project_manager"),
        ("guest", "observer"),
    ):
        project.add_user(name, PASSWORD, display_name=name.title())
        project.appoint(name, capacity, date(2026, 1, 1))
    project.add_user("nobody", PASSWORD)
    return project
