"""WRK-06: carbon dioxide over fifteen minutes."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.exposure import worst_quarter
from bim_supervise.packs.dome.kinds import CO2, DOME_AIR


class Co2Short(WindowedRule):
    """Highest mean of the gas over any fifteen minutes that end in the window.

    **Why**: below a dome the exhaust of every machine stays with the people. Cheap particle sensors say
    nothing about silica and are not used here.

    **Fails**: 18001 mg/m3.

    **Passes**: 18000 mg/m3.

    **Undetermined**: less than three quarters were measured and the rest could still have kept the limit;
    distrust, no calibration.

    **Clause**: GBZ 2.1-2019; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-06"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Carbon dioxide over fifteen minutes",
        "zh": "二氧化碳 15 分钟均值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Stale air makes people slow and sick.",
        "zh": "空气不流通使人迟钝、不适。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Derived(
        kind=CO2,
        limit_statistic="STEL",
        work=worst_quarter,
        purpose=DOME_AIR,
        looks_back=timedelta(minutes=15),
    )
