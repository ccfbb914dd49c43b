"""MCH-12: verticality of the mast."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.lifting.kinds import CRANE, MAST_INCLINATION


class MastVerticality(WindowedRule):
    """Deviation of the mast from the vertical, in mm per m.

    **Why**: a mast out of plumb carries its load beside its foot.

    **Fails**: 4.01 mm per m.

    **Passes**: 4.00 mm per m.

    **Undetermined**: gaps, distrust, no calibration; none of them hides a value beyond the limit.

    **Clause**: JGJ 196-2010, verticality.
    """

    id: ClassVar[str] = "MCH-12"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Verticality of the mast",
        "zh": "塔身垂直度",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A mast out of plumb carries its load beside its foot.",
        "zh": "塔身倾斜会使荷载偏离基础。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=MAST_INCLINATION, statistic="max", purpose=CRANE))
