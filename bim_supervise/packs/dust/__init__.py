"""Dust and air: rules, limits, kinds of observation and sentences; 扬尘与空气."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.dust.DUSBJ02 import AdvisoryIncrement
from bim_supervise.packs.dust.DUSBJ03 import WindForce
from bim_supervise.packs.dust.DUSBJ04 import PollutionOrder
from bim_supervise.packs.dust.DUSCN01 import DustHeight
from bim_supervise.packs.dust.DUSCN02 import SixMeasures
from bim_supervise.packs.dust.DUSCN04 import NationalFenceline
from bim_supervise.packs.dust.DUSHEB01 import HourlyIncrement
from bim_supervise.packs.dust.DUSHEB02 import DailyExceedances
from bim_supervise.packs.dust.DUSHEB03 import MonitoringPoints
from bim_supervise.packs.dust.DUSLN01 import LiaoningTsp
from bim_supervise.packs.dust.DUSSH01 import ShanghaiUpper
from bim_supervise.packs.dust.DUSSH01LOW import ShanghaiLower
from bim_supervise.packs.dust.DUSSN01 import ShaanxiTsp
from bim_supervise.packs.dust.figures import FIGURES
from bim_supervise.packs.dust.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="dust",
    version="1.0",
    title={"en": "Dust and air", "zh": "扬尘与空气"},
    rules=(
        HourlyIncrement(),
        DailyExceedances(),
        AdvisoryIncrement(),
        LiaoningTsp(),
        ShaanxiTsp(),
        ShanghaiUpper(),
        ShanghaiLower(),
        NationalFenceline(),
        WindForce(),
        PollutionOrder(),
        SixMeasures(),
        DustHeight(),
        MonitoringPoints(),
    ),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
