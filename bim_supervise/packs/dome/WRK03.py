"""WRK-03: nitrogen dioxide over the shift."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME_AIR, NO2


class No2Shift(WindowedRule):
    """Mean of the gas over eight hours (C_TWA = sum of Ci x ti / 8), every hour.

    **Why**: below a dome the exhaust of every machine stays with the people. Cheap particle sensors say
    nothing about silica and are not used here.

    **Fails**: 5.1 mg/m3.

    **Passes**: 5 mg/m3.

    **Undetermined**: less than three quarters were measured and the rest could still have kept the limit;
    distrust, no calibration.

    **Clause**: GBZ 2.1-2019; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-03"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Nitrogen dioxide over the shift",
        "zh": "二氧化氮 8 小时均值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Nitrogen dioxide harms the lungs hours later.",
        "zh": "二氧化氮的肺损伤往往数小时后才出现。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Measured(kind=NO2, purpose=DOME_AIR, limit_statistic="TWA", every_minutes=60)
