"""DUS-SN-01: hourly mean of TSP, Shaanxi."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, TSP


class ShaanxiTsp(WindowedRule):
    """Mean of TSP over one hour at the fence, by the rule of Shaanxi.

    **Why**: the province asks for it; elsewhere it is a profile that nobody needs.

    **Fails**: 0.81 mg/m3 during earthwork.

    **Passes**: 0.7 mg/m3 during structure.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: DB61/1078-2017; profiles ``shaanxi-earthwork`` and ``shaanxi-structure``.
    """

    id: ClassVar[str] = "DUS-SN-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "TSP over the hour (Shaanxi)",
        "zh": "TSP 小时均值（陕西）",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The hourly mean of the province of Shaanxi, by stage of work.",
        "zh": "陕西省地方标准按施工阶段的小时均值。",
    }
    condition: ClassVar[Term] = Measured(kind=TSP, purpose=BOUNDARY)
