"""AIR-08: particulate in the purified exhaust."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import STACK_PARTICULATE


class StackBeijing(WindowedRule):
    """Hourly mean of particulate in the purified exhaust of the dome.

    **Why**: what leaves the stack is what the neighbours breathe.

    **Fails**: 10.1 mg/m3.

    **Passes**: 10 mg/m3.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: DB11/501-2017, Table 3, II; recalled, check with your authority.
    """

    id: ClassVar[str] = "AIR-08"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Particulate in the purified exhaust",
        "zh": "净化排气颗粒物",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "What leaves the stack is what the neighbours breathe.",
        "zh": "排气筒排出的就是周边居民呼吸的。",
    }
    condition: ClassVar[Term] = Measured(kind=STACK_PARTICULATE, purpose="stack")
