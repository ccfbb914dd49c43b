"""WRK-05: carbon dioxide over the shift."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import CO2, DOME_AIR


class Co2Shift(WindowedRule):
    """Mean of the gas over eight hours (C_TWA = sum of Ci x ti / 8), every hour.

    **Why**: below a dome the exhaust of every machine stays with the people. Cheap particle sensors say
    nothing about silica and are not used here.

    **Fails**: 9001 mg/m3.

    **Passes**: 9000 mg/m3.

    **Undetermined**: less than three quarters were measured and the rest could still have kept the limit;
    distrust, no calibration.

    **Clause**: GBZ 2.1-2019; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-05"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Carbon dioxide over the shift",
        "zh": "二氧化碳 8 小时均值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Stale air makes people slow and sick.",
        "zh": "空气不流通使人迟钝、不适。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Measured(kind=CO2, purpose=DOME_AIR, limit_statistic="TWA", every_minutes=60)
