"""AIR-06: storm pressure before the storm."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import FailsWhenAll, Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import DOME, DOME_PRESSURE, WIND_SPEED


class StormPressure(WindowedRule):
    """Storm pressure before the storm.

    While the wind is at or above the storm value of the design, the over-pressure has to be at the storm
    pressure.

    **Why**: a soft dome flutters and tears.

    **Fails**: 12 m/s outside and 260 Pa inside, with 10 m/s and 350 Pa in the design.

    **Passes**: 350 Pa in the storm; any pressure on a calm day.

    **Undetermined**: one of the two design values has not been entered, or a gauge or the wind was not
    measured.

    **Clause**: none; the design of the dome. Claims of vendors about wind force 12 to 14 are no limit.
    """

    id: ClassVar[str] = "AIR-06"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Storm pressure before the storm",
        "zh": "大风前升至抗风内压",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "In a storm the dome must be stiffer than on a calm day.",
        "zh": "大风时气膜须升至更高内压。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = FailsWhenAll(
        (
            Measured(kind=DOME_PRESSURE, statistic="min", purpose=DOME, limit_statistic="storm pressure"),
            Measured(
                kind=WIND_SPEED,
                statistic="mean",
                purpose="weather",
                limit_statistic="storm wind",
                calibrated=False,
            ),
        )
    )
