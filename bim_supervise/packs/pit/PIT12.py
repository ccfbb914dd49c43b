"""PIT-12: strut has lost its preload."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.forces import share_of_preload
from bim_supervise.packs.pit.kinds import STRUT_FORCE


class StrutRelief(WindowedRule):
    """Lowest force of a strut or anchor, in percent of its preload.

    **Why**: a strut that has lost its preload holds nothing.

    **Fails**: 799 kN of a preload of 1,000 kN.

    **Passes**: 800 kN: 80 %.

    **Undetermined**: the parameter ``struts`` lacks the strut; no reading in the window; distrust, no
    calibration.

    **Clause**: GB 50497-2019, Table 8.0.4; check with the printed standard and the design.
    """

    id: ClassVar[str] = "PIT-12"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Strut has lost its preload",
        "zh": "支撑预加力损失",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A strut that has lost its preload holds nothing.",
        "zh": "预加力损失的支撑不起作用。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=STRUT_FORCE,
        limit_statistic="share of preload",
        work=share_of_preload,
        purpose="strut",
        at_once=True,
    )
