"""MCH-07: wind at work at height."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.packs.lifting.wind import WindRule, gust_or_mean


class HeightWind(WindRule):
    """Gust where people climb or hang outdoors, against wind force 6.

    **Why**: a person on a rope has no brake.

    **Fails**: a gust of 10.8 m/s, wind force 6.

    **Passes**: 10.7 m/s.

    **Undetermined**: the instrument reports only means of longer intervals and none breaks the limit: the
    gusts between cannot be seen; otherwise gaps, distrust, no calibration.

    **Clause**: JGJ 80-2016, 3.0.8.
    """

    id: ClassVar[str] = "MCH-07"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Wind at work at height",
        "zh": "高处作业时的风速",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Climbing and suspended work at height stops from wind force 6 on.",
        "zh": "六级及以上大风停止露天攀登与悬空高处作业。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = gust_or_mean("height_work")
