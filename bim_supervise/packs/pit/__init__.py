"""Foundation pit: rules, limits, kinds of observation and sentences; 基坑监测."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in
from bim_supervise.packs.pit.kinds import KINDS

_here = files(__package__)

pack = Pack(
    name="pit",
    version="1.0",
    title={"en": "Foundation pit", "zh": "基坑监测"},
    rules=rules_in(__name__),
    limits=load_limits(_here / "limits.yaml"),
    kinds=KINDS,
    catalogue=_here / "catalogue",
)
