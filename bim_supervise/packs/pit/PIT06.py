"""PIT-06: deep horizontal displacement, rate."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.kinds import DEEP
from bim_supervise.packs.pit.movement import rate


class DeepHorizontalRate(WindowedRule):
    """Deep horizontal displacement of a point per day, against the reading a day before.

    **Why**: a point that moves faster than before is a warning that a sum does not give.

    **Fails**: 2.1 mm within a day; the first such reading asks to be repeated.

    **Passes**: 2 mm within a day.

    **Undetermined**: no reading in the window, or none about a day before it; distrust, no calibration.

    **Clause**: GB 50497-2019, Table 8.0.4; check with the printed standard and the design.
    """

    id: ClassVar[str] = "PIT-06"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Deep horizontal displacement, rate",
        "zh": "深层水平位移变化速率",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A point that moves faster than before is a warning that a sum does not give.",
        "zh": "变化速率比累计值更早预示险情。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=DEEP,
        limit_statistic="rate",
        work=rate,
        purpose="inclinometer",
        looks_back=timedelta(days=3),
        at_once=True,
    )
