"""Foundation-pit dome: rules, limits, kinds of observation and sentences; 基坑气膜."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in
from bim_supervise.packs.dome.figures import FIGURES
from bim_supervise.packs.dome.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="dome",
    version="1.0",
    title={"en": "Foundation-pit dome", "zh": "基坑气膜"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
