"""AIR-01: least over-pressure of the dome."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME, DOME_PRESSURE


class LeastPressure(WindowedRule):
    """Lowest over-pressure at any gauge of the dome against the least one of its design.

    **Why**: the dome stands by its air alone. A breach starts the standby fan, stops the work and
    evacuates the pit; the platform proposes, a named person orders.

    **Fails**: 199.9 Pa with a design value of 200: at the first minute, not when the window is over.

    **Passes**: 200 Pa.

    **Undetermined**: the design value has not been entered; the gauge is silent, distrusted or not
    calibrated.

    **Clause**: none; the design of the dome. Vendors speak of about 250 Pa of working pressure, which is
    no limit.
    """

    id: ClassVar[str] = "AIR-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Least over-pressure of the dome",
        "zh": "气膜最低内压",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Below its least pressure the dome comes down on the people inside.",
        "zh": "内压低于设计下限，气膜会塌落到施工人员身上。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=DOME_PRESSURE, statistic="min", purpose=DOME))
