"""NOI-CN-01: boundary noise by day."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.events.devices import Device
from bim_supervise.events.windows import equivalent_level
from bim_supervise.packs.noise.boundary import BoundaryRule
from bim_supervise.packs.noise.kinds import NOISE_LEVEL
from bim_supervise.packs.noise.levels import Statistic, energy_floor


class DayLevel(BoundaryRule):
    """Equivalent level LAeq at the site boundary by day, 06:00 to 22:00 site time.

    **Why**: the neighbours' day. The mean is one of energy: a short loud job outweighs long quiet ones.

    **Fails**: 15 minutes at 68 and 5 minutes at 76 dB(A) are 71.67 dB(A) over the 20 minutes, although the
    limit of 70 dB(A) was kept in three minutes out of four.

    **Passes**: 20 minutes at 70.0 dB(A): the limit itself is allowed.

    **Undetermined**: less than 75 % of the window was measured and the rest could still have kept the limit;
    a reading is distrusted or nobody vouches for its sender; the meter's calibration has expired or is not
    known. None of these hides a level above the limit.

    **Clause**: GB 12523-2011, then GB 12523-2025, Table 1.
    """

    id: ClassVar[str] = "NOI-CN-01"
    title: ClassVar[Mapping[str, str]] = {"en": "Boundary noise by day", "zh": "厂界昼间噪声"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "The neighbours' day; a short loud job outweighs long quiet ones.",
        "zh": "关系周边居民白天生活；短时高噪声的影响大于长时间低噪声。",
    }

    def statistic(self, device: Device) -> Statistic:
        """The energy mean of the meter's levels."""
        return Statistic(kind=NOISE_LEVEL, level=equivalent_level, floor=energy_floor)
