"""MCH-04: wind while a crane is erected or taken down."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.packs.lifting.wind import WindRule, gust_or_mean


class ErectionWind(WindRule):
    """Gust at the highest point while a tower crane is erected, climbed or taken down.

    **Why**: a crane half built stands on fewer bolts.

    **Fails**: a gust of 9.0 m/s while the mast climbs.

    **Passes**: 8.9 m/s.

    **Undetermined**: the instrument reports only means of longer intervals and none breaks the limit: the
    gusts between cannot be seen; otherwise gaps, distrust, no calibration.

    **Clause**: GB 55034-2022, 3.4.7; mandatory.
    """

    id: ClassVar[str] = "MCH-04"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Wind while a crane is erected or taken down",
        "zh": "塔机安装、拆卸时的风速",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Erecting, climbing and dismantling stop at 9.0 m/s at the highest point.",
        "zh": "安装、顶升、拆卸时塔机最高处风速达到 9.0 m/s 必须停止。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = gust_or_mean("crane_erection")
