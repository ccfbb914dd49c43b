"""Noise pack: levels at the site boundary by day and by night."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in
from bim_supervise.packs.noise.figures import FIGURES
from bim_supervise.packs.noise.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="noise",
    version="1.0",
    title={"en": "Boundary noise", "zh": "厂界噪声"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    figures=FIGURES,
    catalogue=_here / "catalogue",
)
