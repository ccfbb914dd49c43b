"""Concrete: rules, limits, kinds of observation and sentences; 混凝土."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.concrete.CON01 import FormworkToTwo
from bim_supervise.packs.concrete.CON02 import FormworkToEight
from bim_supervise.packs.concrete.CON03 import FormworkOverEight
from bim_supervise.packs.concrete.CON05 import WalkOn
from bim_supervise.packs.concrete.CON06 import PlacingTemperature
from bim_supervise.packs.concrete.CON07 import WinterRegime
from bim_supervise.packs.concrete.CON08 import HotRegime
from bim_supervise.packs.concrete.CON09 import WinterTemperatures
from bim_supervise.packs.concrete.CON10 import RainAtPour
from bim_supervise.packs.concrete.CON11 import FrostStrength
from bim_supervise.packs.concrete.CON12 import CuringSeven
from bim_supervise.packs.concrete.CON13 import CuringFourteen
from bim_supervise.packs.concrete.CON14 import SixHundredDegreeDays
from bim_supervise.packs.concrete.CON15 import TemperatureRise
from bim_supervise.packs.concrete.CON16 import CoreSurface
from bim_supervise.packs.concrete.CON17 import CoolingRate
from bim_supervise.packs.concrete.CON18 import SurfaceAir
from bim_supervise.packs.concrete.CON20 import ThermometerRead
from bim_supervise.packs.concrete.CON21 import NurseSaul
from bim_supervise.packs.concrete.CON22 import EquivalentAge
from bim_supervise.packs.concrete.figures import FIGURES
from bim_supervise.packs.concrete.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="concrete",
    version="1.0",
    title={"en": "Concrete", "zh": "混凝土"},
    rules=(
        FormworkToTwo(),
        FormworkToEight(),
        FormworkOverEight(),
        WalkOn(),
        PlacingTemperature(),
        WinterTemperatures(),
        FrostStrength(),
        RainAtPour(),
        CuringSeven(),
        CuringFourteen(),
        WinterRegime(),
        HotRegime(),
        SixHundredDegreeDays(),
        NurseSaul(),
        EquivalentAge(),
        TemperatureRise(),
        CoreSurface(),
        CoolingRate(),
        SurfaceAir(),
        ThermometerRead(),
    ),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
