"""DUS-LN-01: five-minute mean of TSP, Liaoning."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, TSP


class LiaoningTsp(WindowedRule):
    """Mean of TSP over five minutes at the fence, by the rule of Liaoning.

    **Why**: the province asks for it; elsewhere it is a profile that nobody needs.

    **Fails**: 0.81 mg/m3 in a built-up area.

    **Passes**: 0.8 mg/m3.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: DB21/2642-2016; profiles ``liaoning-built-up`` and ``liaoning-rural``.
    """

    id: ClassVar[str] = "DUS-LN-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "TSP over five minutes (Liaoning)",
        "zh": "TSP 五分钟均值（辽宁）",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The five-minute mean of the province of Liaoning.",
        "zh": "辽宁省地方标准的五分钟均值。",
    }
    condition: ClassVar[Term] = Measured(kind=TSP, purpose=BOUNDARY)
