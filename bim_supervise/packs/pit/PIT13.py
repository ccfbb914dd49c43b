"""PIT-13: change of the groundwater level."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.kinds import WATER_LEVEL
from bim_supervise.packs.pit.movement import cumulative


class GroundwaterChange(WindowedRule):
    """Change of the level in an observation well since its initial reading, in mm.

    **Why**: water that moves takes the soil with it, and what stands on the soil.

    **Fails**: 1,001 mm.

    **Passes**: 1,000 mm.

    **Undetermined**: no reading in the window; distrust, no calibration.

    **Clause**: GB 50497-2019, Table 8.0.5; 1,000 to 2,000 mm beyond the normal range; check with the
    design.
    """

    id: ClassVar[str] = "PIT-13"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Change of the groundwater level",
        "zh": "地下水位变化",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Water that moves takes the soil with it.",
        "zh": "水位变化会带走土体。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=WATER_LEVEL,
        limit_statistic="cumulative",
        work=cumulative,
        purpose="groundwater",
        looks_back=timedelta(days=3),
        at_once=True,
    )
