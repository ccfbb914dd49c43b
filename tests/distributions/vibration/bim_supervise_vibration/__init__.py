"""Vibration at the neighbour's foundation: a pack of somebody else."""

from collections.abc import Mapping
from importlib.resources import files
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.checkpoints.period_figures import HoursBeyond, PeriodFigure, ReportRow
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.events.observations import ObservationKind, Shape

VELOCITY = ObservationKind(
    key="peak_particle_velocity",
    shape=Shape.TELEMETRY,
    unit="mm/s",
    resolution=0.01,
    minimum=0.0,
    maximum=1000.0,
    numeric=True,
)
"""Peak particle velocity of the ground [mm/s]."""


class NeighbourVibration(WindowedRule):
    """Highest particle velocity of the hour at the neighbour's foundation.

    **Why**: the contract promises the neighbour that piling stays below an agreed velocity.

    **Fails**: an hour in which one value is above the agreed velocity.

    **Passes**: an hour of values up to the agreed velocity.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: annex 7 of the example contract.
    """

    id: ClassVar[str] = "VIB-X-01"
    title: ClassVar[Mapping[str, str]] = {"en": "Vibration at the neighbour", "zh": "邻近建筑振动"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "The contract promises the neighbour that piling stays below an agreed velocity.",
        "zh": "合同向相邻业主承诺打桩振动不超过约定速度。",
    }
    condition: ClassVar[Term] = Measured(kind=VELOCITY, statistic="max", purpose="neighbour")


HOURS_SHAKEN = PeriodFigure(
    key="VIB-X-HOURS",
    title={"en": "Hours above the agreed velocity", "zh": "超约定速度时数"},
    note={"en": "Hours in which one value was above it; no limit is agreed for their sum."}
    | {"zh": "至少一个值超过约定速度的小时数；其总和没有约定限值。"},
    unit="h",
    work=HoursBeyond("VIB-X-01"),
    rules=("VIB-X-01",),
)

pack = Pack(
    name="vibration",
    version="0.1",
    title={"en": "Vibration", "zh": "振动"},
    rules=(NeighbourVibration(),),
    limits=load_limits(files(__package__) / "limits.yaml"),
    kinds=(VELOCITY,),
    figures=(HOURS_SHAKEN,),
    rows=(
        ReportRow(of="VIB-X-HOURS"),
        ReportRow(of="VIB-X-01", title={"en": "What the neighbour felt", "zh": "邻居所感振动"}),
    ),
)
