"""AIR-09: particulate in the exhaust, national limit."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import STACK_PARTICULATE


class StackNational(WindowedRule):
    """Hourly mean of particulate in the purified exhaust against the national limit.

    **Why**: it holds where no local standard does.

    **Fails**: 120.1 mg/m3.

    **Passes**: 120 mg/m3.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: GB 16297-1996, Table 2; the limit of the mass flow by height of the stack is not judged.
    """

    id: ClassVar[str] = "AIR-09"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Particulate in the exhaust, national",
        "zh": "排气颗粒物（国家标准）",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The national limit stands behind the one of the city.",
        "zh": "国家标准是地方标准之外的底线。",
    }
    condition: ClassVar[Term] = Measured(kind=STACK_PARTICULATE, purpose="stack")
