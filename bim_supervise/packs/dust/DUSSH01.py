"""DUS-SH-01: quarter hours over the limit per day, Shanghai."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Repeated, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, TSP


class ShanghaiUpper(WindowedRule):
    """How many quarter hours of a day lie over the upper limit of Shanghai.

    **Why**: the city counts exceedances instead of judging one; elsewhere it is a profile that nobody needs.

    **Fails**: a second quarter hour over 2.0 mg/m3: the day fails at once.

    **Passes**: one quarter hour over 2.0 mg/m3, the others were measured and keep it.

    **Undetermined**: so many quarter hours could not be judged that the count could be higher.

    **Clause**: DB31/964-2016, Table 1; profile ``shanghai``. Particulate matter is taken as TSP.
    """

    id: ClassVar[str] = "DUS-SH-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Quarter hours of particulate over the upper limit (Shanghai)",
        "zh": "颗粒物日超标次数，高限（上海）",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The city counts the quarter hours of a day that lie over the upper limit.",
        "zh": "上海地方标准按日统计 15 分钟均值超过高限的次数。",
    }
    condition: ClassVar[Term] = Repeated(term=Measured(kind=TSP, purpose=BOUNDARY))
