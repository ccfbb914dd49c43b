"""Quality pack: the evidence by persons that a checkpoint asks for."""

from importlib.resources import files

from bim_supervise.checkpoints.pack import Pack
from bim_supervise.packs.quality.QLT01 import HoldRecord
from bim_supervise.packs.quality.QLT03 import LabReport
from bim_supervise.packs.quality.QLT04 import Photos
from bim_supervise.packs.quality.QLT05 import MeasuredValue
from bim_supervise.packs.quality.QLT06 import StandingSupervision

pack = Pack(
    name="quality",
    version="1.0",
    title={"en": "Quality", "zh": "质量"},
    rules=(HoldRecord(), LabReport(), Photos(), MeasuredValue(), StandingSupervision()),
    catalogue=files(__package__) / "catalogue",
)
