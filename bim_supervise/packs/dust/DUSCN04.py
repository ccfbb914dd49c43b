"""DUS-CN-04: hourly mean of TSP at the fence, national."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, TSP


class NationalFenceline(WindowedRule):
    """Mean of TSP over one hour at the fence, by the national standard for emissions without a stack.

    **Why**: where no province or city has a limit of its own, it is the one to fall back on.

    **Fails**: an hour of 1.01 mg/m3.

    **Passes**: an hour of 1.0 mg/m3.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: GB 16297-1996, Table 2; a profile, off unless the project chooses ``national-fenceline``.
    """

    id: ClassVar[str] = "DUS-CN-04"
    title: ClassVar[Mapping[str, str]] = {
        "en": "TSP over the hour at the fence (national)",
        "zh": "厂界 TSP 小时均值（国家）",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The national limit to fall back on where no province or city has its own.",
        "zh": "无地方限值时采用的国家无组织排放限值。",
    }
    condition: ClassVar[Term] = Measured(kind=TSP, purpose=BOUNDARY)
