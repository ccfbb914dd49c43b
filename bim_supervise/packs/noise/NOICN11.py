"""NOI-CN-11: boundary noise over the hour."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.events.devices import Device
from bim_supervise.events.windows import equivalent_level
from bim_supervise.packs.noise.boundary import BoundaryRule
from bim_supervise.packs.noise.kinds import NOISE_LEVEL
from bim_supervise.packs.noise.levels import Statistic, energy_floor


class HourLevel(BoundaryRule):
    """Equivalent level LAeq at the site boundary over one hour, by day and by night.

    **Why**: GB 12523-2025 changed how boundary noise is measured, and the statistic it asks of an automatic
    station was not available to the authors. The hour is kept beside the 20 minutes of the edition before, so
    that neither has to be worked out afterwards.

    **Fails**: an hour of 71 dB(A) by day.

    **Passes**: 20 minutes of 72 and 40 minutes of 60 dB(A): 67.7 dB(A) over the hour, although NOI-CN-01
    fails for the 20 minutes.

    **Undetermined**: as for NOI-CN-01.

    **Clause**: none; a platform default with the limits of Table 1, to be checked with the authority.
    """

    id: ClassVar[str] = "NOI-CN-11"
    title: ClassVar[Mapping[str, str]] = {"en": "Boundary noise over the hour", "zh": "厂界小时等效声级"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "The statistic of the 2025 edition was not available; the hour is kept beside the 20 minutes.",
        "zh": "2025 版的统计方法未能取得，故在 20 分钟之外同时计算 1 小时值。",
    }

    def statistic(self, device: Device) -> Statistic:
        """The energy mean of the meter's levels."""
        return Statistic(kind=NOISE_LEVEL, level=equivalent_level, floor=energy_floor)
