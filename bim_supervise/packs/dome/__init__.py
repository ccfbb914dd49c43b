"""Foundation-pit dome: rules, limits, kinds of observation and sentences; 基坑气膜."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.dome.AIR01 import LeastPressure
from bim_supervise.packs.dome.AIR01MAX import MostPressure
from bim_supervise.packs.dome.AIR02 import PressureLoss
from bim_supervise.packs.dome.AIR03 import StandbyPower
from bim_supervise.packs.dome.AIR04 import AirlockInterlock
from bim_supervise.packs.dome.AIR05 import Evacuation
from bim_supervise.packs.dome.AIR06 import StormPressure
from bim_supervise.packs.dome.AIR07 import PurifiedExhaust
from bim_supervise.packs.dome.AIR07DP import FilterPressure
from bim_supervise.packs.dome.AIR08 import StackBeijing
from bim_supervise.packs.dome.AIR09 import StackNational
from bim_supervise.packs.dome.figures import FIGURES
from bim_supervise.packs.dome.kinds import KINDS
from bim_supervise.packs.dome.WRK01 import CoShift
from bim_supervise.packs.dome.WRK02 import CoShort
from bim_supervise.packs.dome.WRK03 import No2Shift
from bim_supervise.packs.dome.WRK04 import No2Short
from bim_supervise.packs.dome.WRK05 import Co2Shift
from bim_supervise.packs.dome.WRK06 import Co2Short
from bim_supervise.packs.dome.WRK07 import LeastOxygen
from bim_supervise.packs.dome.WRK08 import MostOxygen

_here = files(__package__)

pack = Pack(
    name="dome",
    version="1.0",
    title={"en": "Foundation-pit dome", "zh": "基坑气膜"},
    rules=(
        LeastPressure(),
        MostPressure(),
        PressureLoss(),
        StandbyPower(),
        AirlockInterlock(),
        Evacuation(),
        StormPressure(),
        PurifiedExhaust(),
        FilterPressure(),
        StackBeijing(),
        StackNational(),
        CoShift(),
        CoShort(),
        No2Shift(),
        No2Short(),
        Co2Shift(),
        Co2Short(),
        LeastOxygen(),
        MostOxygen(),
    ),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
