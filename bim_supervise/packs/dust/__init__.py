"""Dust and air: rules, limits, kinds of observation and sentences; 扬尘与空气."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in
from bim_supervise.packs.dust.figures import FIGURES
from bim_supervise.packs.dust.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="dust",
    version="1.0",
    title={"en": "Dust and air", "zh": "扬尘与空气"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
