"""WRK-04: nitrogen dioxide over fifteen minutes."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.exposure import worst_quarter
from bim_supervise.packs.dome.kinds import DOME_AIR, NO2


class No2Short(WindowedRule):
    """Highest mean of the gas over any fifteen minutes that end in the window.

    **Why**: below a dome the exhaust of every machine stays with the people. Cheap particle sensors say
    nothing about silica and are not used here.

    **Fails**: 10.1 mg/m3.

    **Passes**: 10 mg/m3.

    **Undetermined**: less than three quarters were measured and the rest could still have kept the limit;
    distrust, no calibration.

    **Clause**: GBZ 2.1-2019; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-04"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Nitrogen dioxide over fifteen minutes",
        "zh": "二氧化氮 15 分钟均值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Nitrogen dioxide harms the lungs hours later.",
        "zh": "二氧化氮的肺损伤往往数小时后才出现。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Derived(
        kind=NO2,
        limit_statistic="STEL",
        work=worst_quarter,
        purpose=DOME_AIR,
        looks_back=timedelta(minutes=15),
    )
