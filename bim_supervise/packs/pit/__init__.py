"""Foundation pit: rules, limits, kinds of observation and sentences; 基坑监测."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.pit.kinds import KINDS
from bim_supervise.packs.pit.PIT01 import WallTopCumulative
from bim_supervise.packs.pit.PIT02 import WallTopRate
from bim_supervise.packs.pit.PIT03 import WallTopVerticalCumulative
from bim_supervise.packs.pit.PIT04 import WallTopVerticalRate
from bim_supervise.packs.pit.PIT05 import DeepHorizontalCumulative
from bim_supervise.packs.pit.PIT06 import DeepHorizontalRate
from bim_supervise.packs.pit.PIT07 import ColumnVerticalCumulative
from bim_supervise.packs.pit.PIT08 import ColumnVerticalRate
from bim_supervise.packs.pit.PIT09 import GroundSurfaceCumulative
from bim_supervise.packs.pit.PIT10 import GroundSurfaceRate
from bim_supervise.packs.pit.PIT11 import StrutForce
from bim_supervise.packs.pit.PIT12 import StrutRelief
from bim_supervise.packs.pit.PIT13 import GroundwaterChange
from bim_supervise.packs.pit.PIT14 import GroundwaterRate
from bim_supervise.packs.pit.PIT15 import ReadingDue

_here = files(__package__)

pack = Pack(
    name="pit",
    version="1.0",
    title={"en": "Foundation pit", "zh": "基坑监测"},
    rules=(
        WallTopCumulative(),
        WallTopRate(),
        WallTopVerticalCumulative(),
        WallTopVerticalRate(),
        DeepHorizontalCumulative(),
        DeepHorizontalRate(),
        ColumnVerticalCumulative(),
        ColumnVerticalRate(),
        GroundSurfaceCumulative(),
        GroundSurfaceRate(),
        StrutForce(),
        StrutRelief(),
        GroundwaterChange(),
        GroundwaterRate(),
        ReadingDue(),
    ),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    catalogue=_here / "catalogue",
)
