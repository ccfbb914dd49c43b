"""MCH-13: distance between cranes."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.lifting.kinds import CRANE, CRANE_SEPARATION


class Separation(WindowedRule):
    """Least distance between the jib of a crane and its neighbour.

    **Why**: two jibs that meet bring both cranes down.

    **Fails**: 1.99 m between jib tip and the neighbour's mast.

    **Passes**: 2.00 m.

    **Undetermined**: gaps, distrust, no calibration; none of them hides a value beyond the limit.

    **Clause**: GB 5144-2006, 10.5.
    """

    id: ClassVar[str] = "MCH-13"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Distance between cranes",
        "zh": "塔机间距",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Two jibs that meet bring both cranes down.",
        "zh": "两台塔机起重臂相碰会同时倒塌。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=CRANE_SEPARATION, statistic="min", purpose=CRANE))
