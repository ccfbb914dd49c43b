"""MCH-06: wind at a concrete placing boom."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.packs.lifting.wind import WindRule, gust_or_mean


class BoomWind(WindRule):
    """Gust at a concrete placing boom in use.

    **Why**: a boom full of concrete is a sail with people under it.

    **Fails**: a gust of 10.8 m/s.

    **Passes**: 10.7 m/s.

    **Undetermined**: the instrument reports only means of longer intervals and none breaks the limit: the
    gusts between cannot be seen; otherwise gaps, distrust, no calibration.

    **Clause**: JGJ 33-2012, 8.10.8.
    """

    id: ClassVar[str] = "MCH-06"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Wind at a concrete placing boom",
        "zh": "混凝土布料机作业时的风速",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Placing booms stop at 10.8 m/s.",
        "zh": "布料机作业风速达到 10.8 m/s 必须停止。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = gust_or_mean("placing_boom")
