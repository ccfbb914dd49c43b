"""WRK-01: carbon monoxide over the shift."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import CO, DOME_AIR


class CoShift(WindowedRule):
    """Mean of the gas over eight hours (C_TWA = sum of Ci x ti / 8), every hour.

    **Why**: below a dome the exhaust of every machine stays with the people. Cheap particle sensors say
    nothing about silica and are not used here.

    **Fails**: 20.1 mg/m3.

    **Passes**: 20 mg/m3.

    **Undetermined**: less than three quarters were measured and the rest could still have kept the limit;
    distrust, no calibration.

    **Clause**: GBZ 2.1-2019; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Carbon monoxide over the shift",
        "zh": "一氧化碳 8 小时均值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Carbon monoxide kills without smell.",
        "zh": "一氧化碳无色无味却能致命。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Measured(kind=CO, purpose=DOME_AIR, limit_statistic="TWA", every_minutes=60)
