"""DUS-HEB-02: hours of exceedance per day."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Reference, Repeated, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, PM10, REFERENCE


class DailyExceedances(WindowedRule):
    """How many hours of a calendar day exceed the increment of DUS-HEB-01.

    **Why**: one bad hour can happen; three on one day are a way of working.

    **Fails**: a third hour exceeds: the day fails at once.

    **Passes**: two hours exceed, the others were measured and keep the limit.

    **Undetermined**: so many hours could not be judged that the count could be higher.

    **Clause**: DB13/2934-2019; a profile, off unless the project chooses ``hebei``.
    """

    id: ClassVar[str] = "DUS-HEB-02"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Hours of exceedance per day",
        "zh": "日超标小时数",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A day with more than two such hours does not comply.",
        "zh": "一天内超标小时数超过 2 次即不达标。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Repeated(
        term=Measured(kind=PM10, purpose=BOUNDARY, reference=Reference(purpose=REFERENCE, cap=150.0))
    )
