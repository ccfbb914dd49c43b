"""AIR-01-MAX: highest over-pressure of the dome."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import AtOnce, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME, DOME_PRESSURE


class MostPressure(WindowedRule):
    """Highest over-pressure at any gauge of the dome against the highest one of its design.

    **Why**: what holds the dome up can also tear it from its anchors.

    **Fails**: 600.1 Pa with a design value of 600.

    **Passes**: 600 Pa.

    **Undetermined**: as for AIR-01.

    **Clause**: none; the design of the dome.
    """

    id: ClassVar[str] = "AIR-01-MAX"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Highest over-pressure of the dome",
        "zh": "气膜最高内压",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Above its highest pressure the membrane or its anchors tear.",
        "zh": "内压高于设计上限，膜材或锚固会撕裂。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = AtOnce(Measured(kind=DOME_PRESSURE, statistic="max", purpose=DOME))
