"""Lifting and machines: rules, limits, kinds of observation and sentences; 起重与机械."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.lifting.figures import FIGURES
from bim_supervise.packs.lifting.kinds import KINDS
from bim_supervise.packs.lifting.MCH03 import NewEnergyShare
from bim_supervise.packs.lifting.MCH04 import ErectionWind
from bim_supervise.packs.lifting.MCH05 import LiftingWind
from bim_supervise.packs.lifting.MCH06 import BoomWind
from bim_supervise.packs.lifting.MCH07 import HeightWind
from bim_supervise.packs.lifting.MCH11 import LoadMoment
from bim_supervise.packs.lifting.MCH12 import MastVerticality
from bim_supervise.packs.lifting.MCH13 import Separation

_here = files(__package__)

pack = Pack(
    name="lifting",
    version="1.0",
    title={"en": "Lifting and machines", "zh": "起重与机械"},
    rules=(
        ErectionWind(),
        LiftingWind(),
        BoomWind(),
        HeightWind(),
        LoadMoment(),
        MastVerticality(),
        Separation(),
        NewEnergyShare(),
    ),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
