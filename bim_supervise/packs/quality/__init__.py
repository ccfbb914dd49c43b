"""Quality pack: the evidence by persons that a checkpoint asks for."""

from importlib.resources import files

from bim_supervise.checkpoints.pack import Pack, rules_in

pack = Pack(
    name="quality",
    version="1.0",
    title={"en": "Quality", "zh": "质量"},
    rules=rules_in(__name__),
    catalogue=files(__package__) / "catalogue",
)
