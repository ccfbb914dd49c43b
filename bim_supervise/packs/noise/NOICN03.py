"""NOI-CN-03: highest level by night."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Severity
from bim_supervise.events.devices import Device
from bim_supervise.packs.noise.boundary import BoundaryRule
from bim_supervise.packs.noise.kinds import NOISE_LEVEL, NOISE_LEVEL_MAX
from bim_supervise.packs.noise.levels import Statistic, maximum, same_floor


class NightMaximum(BoundaryRule):
    """Highest level LAFmax (time weighting Fast) at the site boundary by night, 22:00 to 06:00 site time.

    **Why**: a single bang wakes people even where the mean is low.

    **Fails**: a skip is set down at 02:10 and the meter's own maximum is 78 dB(A). A one-minute level above
    the limit fails too: the maximum within that minute was at least as high.

    **Passes**: the meter reports its maxima (kind ``noise_level_max``) and none is above 70 dB(A).

    **Undetermined**: the meter reports only mean levels of longer intervals, and none is above the limit:
    what happened between cannot be seen from them. Otherwise as for NOI-CN-01.

    **Clause**: GB 12523-2011, 4.2, carried over by GB 12523-2025.
    """

    id: ClassVar[str] = "NOI-CN-03"
    title: ClassVar[Mapping[str, str]] = {"en": "Highest boundary noise by night", "zh": "厂界夜间最大声级"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "A single bang wakes people even where the mean is low.",
        "zh": "平均声级再低，一声巨响也会惊醒居民。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR

    def statistic(self, device: Device) -> Statistic:
        """The meter's own maxima where it reports them, else the highest of its mean levels."""
        if NOISE_LEVEL_MAX.key in device.kinds:
            return Statistic(kind=NOISE_LEVEL_MAX, level=maximum, floor=same_floor)
        return Statistic(kind=NOISE_LEVEL, level=maximum, floor=same_floor, conclusive=False)
