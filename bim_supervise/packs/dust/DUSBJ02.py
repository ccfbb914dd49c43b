"""DUS-BJ-02: advisory increment of PM10 over the station."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Reference, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, PM10, REFERENCE


class AdvisoryIncrement(WindowedRule):
    """Hourly mean of PM10 at a monitor of the fence less that of the nearest station, as an advice.

    **Why**: no numeric limit of PM10 at the fence was found for Beijing; the office compares sites with
    the station beside them. The Hebei number serves as an advice until the authority names one.

    **Fails**: 240 ug/m3 at the gate and 90 at the station.

    **Passes**: an increment of 80.

    **Undetermined**: as for DUS-HEB-01.

    **Clause**: none; practice of the municipal office (2018, nos. 3 and 72). The value is a platform
    default, to be replaced in the rule settings.
    """

    id: ClassVar[str] = "DUS-BJ-02"
    title: ClassVar[Mapping[str, str]] = {
        "en": "PM10 over the nearby station",
        "zh": "高于周边站点的 PM10",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Beijing publishes how sites stand against the nearby station; the number is advisory.",
        "zh": "北京按工地与周边站点的比较通报排名；此数值仅供参考。",
    }
    condition: ClassVar[Term] = Measured(
        kind=PM10, purpose=BOUNDARY, reference=Reference(purpose=REFERENCE, cap=150.0)
    )
