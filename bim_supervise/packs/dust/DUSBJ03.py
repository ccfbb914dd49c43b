"""DUS-BJ-03: wind force 4 stops earthwork."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dust.kinds import WIND_SPEED


class WindForce(WindowedRule):
    """Ten-minute mean of the wind at the weather station against wind force 4 (5.5 m/s).

    **Why**: wind lifts what is dug; the city's plan forbids earthwork, transport of spoil, backfill and
    demolition then. The platform proposes the stop; a named person orders it.

    **Fails**: 5.5 m/s: "and above" includes the number.

    **Passes**: 5.4 m/s.

    **Undetermined**: the station is silent, distrusted or not calibrated.

    **Clause**: Beijing action plan against dust; DB11/T 513. The ten-minute mean is a choice of this
    platform.
    """

    id: ClassVar[str] = "DUS-BJ-03"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Wind force 4: no earthwork",
        "zh": "四级及以上大风停止土方",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "From wind force 4 on, no earthwork, backfill, demolition or other dusty work.",
        "zh": "四级及以上大风不得进行土方、回填、拆除等易扬尘作业。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    stops: ClassVar[tuple[str, ...]] = ("earthwork", "backfill")
    condition: ClassVar[Term] = Measured(kind=WIND_SPEED, purpose="weather")
