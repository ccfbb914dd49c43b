"""CON-09: temperatures of the mixture in winter."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.checkpoints.recorded import RecordedRule


class WinterTemperatures(RecordedRule):
    """Temperatures of the mixture in winter.

    Temperatures of the mixture under the winter regime; the parameter ``criterion`` names which:
    ``discharge``, ``ready-mixed`` or ``layer``.

    **Why**: concrete that freezes before it is strong stays weak.

    **Fails**: 14.9 degC of a ready-mixed load.

    **Passes**: 15 degC of a ready-mixed load; 10 degC from the site mixer; 2 degC of the layer below.

    **Undetermined**: nobody has stated it.

    **Clause**: GB 50666-2011, 10.2.7 and 10.2.10.
    """

    id: ClassVar[str] = "CON-09"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Temperatures of the mixture in winter",
        "zh": "冬期混凝土温度",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Concrete that freezes before it is strong stays weak.",
        "zh": "受冻前未达强度的混凝土将永久受损。",
    }
    records: ClassVar[Mapping[str, str]] = {
        "discharge": "discharge_temperature",
        "ready-mixed": "discharge_temperature",
        "layer": "layer_temperature",
    }
    optional: ClassVar[frozenset[str]] = frozenset({"discharge", "ready-mixed", "layer"})
