"""Quality pack: records that a hold point asks for."""

from importlib.resources import files

from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.quality.QLT01 import HoldRecord

pack = Pack(
    name="quality",
    version="1.0",
    title={"en": "Quality", "zh": "质量"},
    rules=(HoldRecord(),),
    catalogue=files(__package__) / "catalogue",
)
