"""MCH-11: load moment of a crane."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.lifting.kinds import CRANE, CRANE_LOAD


class LoadMoment(WindowedRule):
    """Highest load moment of a crane, in percent of the rated one.

    **Why**: beyond its rated moment a crane tips or its jib fails; the cut-off has to work by 110 %.

    **Fails**: a lift of 101 %.

    **Passes**: 100 % is the rated moment itself.

    **Undetermined**: gaps, distrust, no calibration; none of them hides a value beyond the limit.

    **Clause**: GB 5144-2006, chapter 6.
    """

    id: ClassVar[str] = "MCH-11"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Load moment of a crane",
        "zh": "塔机力矩",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Above the rated moment a crane tips.",
        "zh": "超过额定力矩，塔机会倾覆。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=CRANE_LOAD, statistic="max", purpose=CRANE))
