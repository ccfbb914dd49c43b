"""MCH-05: wind while lifting."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.packs.lifting.wind import WindRule, gust_or_mean


class LiftingWind(WindRule):
    """Gust at a tower crane in use against the lower of code and manual.

    **Why**: a load in the wind swings, and the crane with it. 20 m/s is what a manufacturer rates a crane
    for, not what the code lets it lift in.

    **Fails**: a gust of 12.0 m/s: "and above" includes the number.

    **Passes**: 11.9 m/s.

    **Undetermined**: the instrument reports only means of longer intervals and none breaks the limit: the
    gusts between cannot be seen; otherwise gaps, distrust, no calibration.

    **Clause**: JGJ 33-2012, 4.1.15; JGJ 196-2010, 4.0.9.
    """

    id: ClassVar[str] = "MCH-05"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Wind while lifting",
        "zh": "起重作业时的风速",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Open-air lifting stops at 12.0 m/s, or at what the manual says if that is less.",
        "zh": "露天起重作业风速达到 12.0 m/s，或达到说明书更低值时必须停止。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = gust_or_mean("crane")
