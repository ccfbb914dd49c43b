"""CON-08: hot-weather regime."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.contract import Kind
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import AIR_TEMPERATURE


class HotRegime(WindowedRule):
    """Daily mean of the air at or above 30 degC.

    **Why**: on hot days concrete stiffens before it is placed and dries before it is cured.

    **Fails**: a daily mean of 30.0 degC.

    **Passes**: 29.9 degC.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: GB 50666-2011, 10.1.2.
    """

    id: ClassVar[str] = "CON-08"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Hot-weather regime",
        "zh": "高温施工",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "On hot days concrete stiffens before it is placed.",
        "zh": "高温天混凝土未入模即失去流动性。",
    }
    condition: ClassVar[Term] = Measured(kind=AIR_TEMPERATURE, purpose="weather")
