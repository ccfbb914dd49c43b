"""PIT-11: strut force."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.forces import share_of_capacity
from bim_supervise.packs.pit.kinds import STRUT_FORCE


class StrutForce(WindowedRule):
    """Highest force of a strut or anchor, in percent of its design capacity f2.

    **Why**: a strut near its capacity gives no second warning.

    **Fails**: 1,201 kN of 2,000 kN: 60.05 %.

    **Passes**: 1,200 kN: 60 %.

    **Undetermined**: the parameter ``struts`` lacks the strut; no reading in the window; distrust, no
    calibration.

    **Clause**: GB 50497-2019, Table 8.0.4; check with the printed standard and the design.
    """

    id: ClassVar[str] = "PIT-11"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Strut force",
        "zh": "支撑轴力",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A strut near its capacity gives no second warning.",
        "zh": "支撑接近承载力时不会再有第二次预警。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=STRUT_FORCE,
        limit_statistic="share of capacity",
        work=share_of_capacity,
        purpose="strut",
        at_once=True,
    )
