"""PIT-14: rate of the groundwater level."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.kinds import WATER_LEVEL
from bim_supervise.packs.pit.movement import rate


class GroundwaterRate(WindowedRule):
    """Change of the level in an observation well per day, in mm.

    **Why**: a well that falls half a metre in a day has found a way in.

    **Fails**: 501 mm within a day.

    **Passes**: 500 mm within a day.

    **Undetermined**: no reading in the window or about a day before it; distrust, no calibration.

    **Clause**: GB 50497-2019, Table 8.0.5; check with the design.
    """

    id: ClassVar[str] = "PIT-14"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Rate of the groundwater level",
        "zh": "地下水位变化速率",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A well that falls half a metre in a day has found a way in.",
        "zh": "水位一天下降半米，说明已形成渗流通道。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=WATER_LEVEL,
        limit_statistic="rate",
        work=rate,
        purpose="groundwater",
        looks_back=timedelta(days=3),
        at_once=True,
    )
