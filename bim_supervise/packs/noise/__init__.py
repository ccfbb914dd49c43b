"""Noise pack: levels at the site boundary by day and by night."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.noise.figures import FIGURES
from bim_supervise.packs.noise.kinds import KINDS
from bim_supervise.packs.noise.NOICN01 import DayLevel
from bim_supervise.packs.noise.NOICN02 import NightLevel
from bim_supervise.packs.noise.NOICN03 import NightMaximum
from bim_supervise.packs.noise.NOICN04 import IndoorLevel
from bim_supervise.packs.noise.NOICN07 import WeatherOfMeasurement
from bim_supervise.packs.noise.NOICN09 import CorrectedLevel
from bim_supervise.packs.noise.NOICN10 import NightPermit
from bim_supervise.packs.noise.NOICN11 import HourLevel

_here = files(__package__)

pack = Pack(
    name="noise",
    version="1.0",
    title={"en": "Boundary noise", "zh": "厂界噪声"},
    rules=(
        DayLevel(),
        NightLevel(),
        NightMaximum(),
        IndoorLevel(),
        WeatherOfMeasurement(),
        CorrectedLevel(),
        NightPermit(),
        HourLevel(),
    ),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
