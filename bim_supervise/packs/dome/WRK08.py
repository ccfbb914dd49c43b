"""WRK-08: most oxygen."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME_AIR, O2


class MostOxygen(WindowedRule):
    """Highest oxygen at a detector of the dome.

    **Why**: below 19.5 % people faint without a warning; above 23.5 % everything burns.

    **Fails**: 23.6 %, at the first minute.

    **Passes**: 23.5 %.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: confined-space rule, GB 8958; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-08"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Most oxygen",
        "zh": "氧含量上限",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Above 23.5 % everything burns.",
        "zh": "氧含量高于 23.5 % 时任何东西都易燃。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=O2, statistic="max", purpose=DOME_AIR))
