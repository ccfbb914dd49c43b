"""Progress pack: what is late against the plan, by what was seen on site."""

from importlib.resources import files

from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.progress.PRG01 import LateStart
from bim_supervise.packs.progress.PRG02 import LateFinish

pack = Pack(
    name="progress",
    version="1.0",
    title={"en": "Progress", "zh": "进度"},
    rules=(LateStart(), LateFinish()),
    catalogue=files(__package__) / "catalogue",
)
