"""PIT-09: settlement of the ground surface, cumulative."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.kinds import SETTLEMENT
from bim_supervise.packs.pit.movement import cumulative


class GroundSurfaceCumulative(WindowedRule):
    """Settlement of the ground surface, cumulative.

    Settlement of the ground surface of a point since its initial reading, against the stricter of the
    absolute value and the share of the depth.

    **Why**: what sinks beside the pit stands on what flows into it; the initial reading is the first one,
    or the one that the parameter ``points`` gives; ``sign`` turns a device that counts the other way;
    ``carried_over`` is what a replaced point had moved already.

    **Fails**: 25.1 mm against 25 mm; a single reading fails too and asks to be repeated.

    **Passes**: 25 mm. From 70 % and 85 % of the limit on the verdict says so.

    **Undetermined**: no reading in the window; the depth of the pit is not entered (the absolute value
    alone is only an upper bound); distrust, no calibration.

    **Clause**: GB 50497-2019, Table 8.0.4; check with the printed standard and the design.
    """

    id: ClassVar[str] = "PIT-09"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Settlement of the ground surface, cumulative",
        "zh": "地表沉降累计值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "What sinks beside the pit stands on what flows into it.",
        "zh": "坑外地表下沉意味着土体流失。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=SETTLEMENT,
        limit_statistic="cumulative",
        work=cumulative,
        purpose="ground_surface",
        looks_back=timedelta(days=3),
        at_once=True,
    )
