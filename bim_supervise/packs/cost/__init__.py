"""Cost pack: earned value against plan and against actual cost."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.cost.CST01 import SchedulePerformance
from bim_supervise.packs.cost.CST02 import CostPerformance

_here = files(__package__)

pack = Pack(
    name="cost",
    version="1.0",
    title={"en": "Cost", "zh": "费用"},
    rules=(SchedulePerformance(), CostPerformance()),
    limits=load_limits(_here / "limits.yaml"),
    catalogue=_here / "catalogue",
)
