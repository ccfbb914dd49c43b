"""Progress pack: what is late against the plan, by what was seen on site."""

from importlib.resources import files

from bim_supervise.checkpoints.pack import Pack, rules_in

pack = Pack(
    name="progress",
    version="1.0",
    title={"en": "Progress", "zh": "进度"},
    rules=rules_in(__name__),
    catalogue=files(__package__) / "catalogue",
)
