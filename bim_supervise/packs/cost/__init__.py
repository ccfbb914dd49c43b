"""Cost pack: earned value against plan and against actual cost."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in

_here = files(__package__)

pack = Pack(
    name="cost",
    version="1.0",
    title={"en": "Cost", "zh": "费用"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    catalogue=_here / "catalogue",
)
