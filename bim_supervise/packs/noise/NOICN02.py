"""NOI-CN-02: boundary noise by night."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Severity
from bim_supervise.events.devices import Device
from bim_supervise.events.windows import equivalent_level
from bim_supervise.packs.noise.boundary import BoundaryRule
from bim_supervise.packs.noise.kinds import NOISE_LEVEL
from bim_supervise.packs.noise.levels import Statistic, energy_floor


class NightLevel(BoundaryRule):
    """Equivalent level LAeq at the site boundary by night, 22:00 to 06:00 site time.

    **Why**: the neighbours' sleep; work at night needs a permit, and noisy work stops without one.

    **Fails**: a pump runs at 58 dB(A) from 22:00 to 22:20.

    **Passes**: 55.0 dB(A) over 20 minutes: the limit itself is allowed.

    **Undetermined**: as for NOI-CN-01: gaps, distrusted readings, a meter without valid calibration.

    **Clause**: GB 12523-2011, then GB 12523-2025, Table 1.
    """

    id: ClassVar[str] = "NOI-CN-02"
    title: ClassVar[Mapping[str, str]] = {"en": "Boundary noise by night", "zh": "厂界夜间噪声"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "The neighbours' sleep; noisy work at night needs a permit.",
        "zh": "关系周边居民睡眠；夜间高噪声作业须有许可。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR

    def statistic(self, device: Device) -> Statistic:
        """The energy mean of the meter's levels."""
        return Statistic(kind=NOISE_LEVEL, level=equivalent_level, floor=energy_floor)
