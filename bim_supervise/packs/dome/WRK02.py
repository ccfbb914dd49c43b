"""WRK-02: carbon monoxide over fifteen minutes."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.exposure import worst_quarter
from bim_supervise.packs.dome.kinds import CO, DOME_AIR


class CoShort(WindowedRule):
    """Highest mean of the gas over any fifteen minutes that end in the window.

    **Why**: below a dome the exhaust of every machine stays with the people. Cheap particle sensors say
    nothing about silica and are not used here.

    **Fails**: 30.1 mg/m3.

    **Passes**: 30 mg/m3.

    **Undetermined**: less than three quarters were measured and the rest could still have kept the limit;
    distrust, no calibration.

    **Clause**: GBZ 2.1-2019; recalled, check with your authority.
    """

    id: ClassVar[str] = "WRK-02"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Carbon monoxide over fifteen minutes",
        "zh": "一氧化碳 15 分钟均值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A short cloud of carbon monoxide is enough.",
        "zh": "短时高浓度一氧化碳即可致害。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Derived(
        kind=CO,
        limit_statistic="STEL",
        work=worst_quarter,
        purpose=DOME_AIR,
        looks_back=timedelta(minutes=15),
    )
