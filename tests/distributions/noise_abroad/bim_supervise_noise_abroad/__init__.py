"""Noise limits of other countries: nothing counts until a project chooses its profile."""

from importlib.resources import files

from bim_supervise.checkpoints.limits import load_limits
from bim_supervise.checkpoints.pack import Pack, rules_in

pack = Pack(
    name="noise_abroad",
    version="0.1",
    title={"en": "Noise abroad", "zh": "境外噪声限值"},
    rules=rules_in(__name__),
    limits=load_limits(files(__package__) / "limits.yaml"),
)
