"""Concrete: rules, limits, kinds of observation and sentences; 混凝土."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in
from bim_supervise.packs.concrete.figures import FIGURES
from bim_supervise.packs.concrete.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="concrete",
    version="1.0",
    title={"en": "Concrete", "zh": "混凝土"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
