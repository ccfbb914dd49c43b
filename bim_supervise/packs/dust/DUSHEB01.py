"""DUS-HEB-01: hourly increment of PM10 over the county."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Reference, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import BOUNDARY, PM10, REFERENCE


class HourlyIncrement(WindowedRule):
    """Hourly increment of PM10 over the county.

    Hourly mean of PM10 at a monitor of the fence less that of the county station, which is capped at 150
    ug/m3.

    **Why**: dust that comes with the wind is not the site's; what the site adds is. The cap keeps a bad
    day from excusing a worse site.

    **Fails**: 231 ug/m3 at the gate while the station shows 200: 231 - 150 = 81.

    **Passes**: 140 at the gate and 60 at the station: 80 keeps the limit.

    **Undetermined**: the station is silent; less than 45 minutes were measured; the monitor is distrusted
    or not calibrated.

    **Clause**: DB13/2934-2019, clause 4, of the province of Hebei; a profile, off unless the project
    chooses ``hebei``.
    """

    id: ClassVar[str] = "DUS-HEB-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "PM10 increment over the county",
        "zh": "PM10 小时增量",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "What the site adds to the air of its county, hour by hour.",
        "zh": "工地每小时给所在区县空气增加的颗粒物。",
    }
    condition: ClassVar[Term] = Measured(
        kind=PM10, purpose=BOUNDARY, reference=Reference(purpose=REFERENCE, cap=150.0)
    )
