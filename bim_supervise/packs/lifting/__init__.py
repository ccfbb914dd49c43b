"""Lifting and machines: rules, limits, kinds of observation and sentences; 起重与机械."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in
from bim_supervise.packs.lifting.figures import FIGURES
from bim_supervise.packs.lifting.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="lifting",
    version="1.0",
    title={"en": "Lifting and machines", "zh": "起重与机械"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
