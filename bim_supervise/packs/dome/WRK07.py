"""WRK-07: least oxygen."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME_AIR, O2


class LeastOxygen(WindowedRule):
    """Lowest oxygen at a detector of the dome.

    **Why**: below 19.5 % people faint without a warning; above 23.5 % everything burns.

    **Fails**: 19.4 %, at the first minute.

    **Passes**: 19.5 %.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: confined-space rule, GB 8958; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-07"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Least oxygen",
        "zh": "氧含量下限",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Below 19.5 % people faint without a warning.",
        "zh": "氧含量低于 19.5 % 时人会毫无征兆地昏倒。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=O2, statistic="min", purpose=DOME_AIR))
