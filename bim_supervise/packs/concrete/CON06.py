"""CON-06: temperature of the mixture at placing."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.checkpoints.recorded import RecordedRule


class PlacingTemperature(RecordedRule):
    """Temperature of the last load when it was placed.

    **Why**: concrete that is too cold does not set; too hot, it cracks.

    **Fails**: 4.9 or 35.1 degC.

    **Passes**: 5 to 35 degC, both included.

    **Undetermined**: nobody has stated it.

    **Clause**: GB 50666-2011, 8.1.2.
    """

    id: ClassVar[str] = "CON-06"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Temperature of the mixture at placing",
        "zh": "入模温度",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Concrete that is too cold does not set; too hot, it cracks.",
        "zh": "入模温度过低不凝结，过高则开裂。",
    }
    records: ClassVar[Mapping[str, str]] = {"min": "placing_temperature", "max": "placing_temperature"}
