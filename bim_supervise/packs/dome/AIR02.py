"""AIR-02: loss of pressure."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME, DOME_PRESSURE
from bim_supervise.packs.dome.pressure import steepest_fall


class PressureLoss(WindowedRule):
    """Steepest fall of the over-pressure between two readings, in Pa per minute.

    **Why**: a tear shows in the fall before it shows in the level: it is the alarm before AIR-01.

    **Fails**: a fall of 30 Pa in two minutes with a design value of 10 Pa/min.

    **Passes**: 10 Pa/min.

    **Undetermined**: the design value has not been entered (it follows from a leak test); no two readings
    are there.

    **Clause**: none; the leak test of the dome.
    """

    id: ClassVar[str] = "AIR-02"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Loss of pressure",
        "zh": "气膜失压速率",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A dome that loses pressure quickly leaves little time.",
        "zh": "失压越快，留给撤离的时间越少。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Derived(
        kind=DOME_PRESSURE,
        limit_statistic="fall per minute",
        work=steepest_fall,
        purpose=DOME,
        looks_back=timedelta(minutes=30),
    )
