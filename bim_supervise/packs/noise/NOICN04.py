"""NOI-CN-04: indoor level at a substitute point."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.noise.kinds import NOISE_LEVEL


class IndoorLevel(WindowedRule):
    """Equivalent level in a room with open windows, 10 dB(A) below the limits outside.

    **Why**: only where an outdoor point is impossible because the neighbours stand at the fence.

    **Fails**: 60.1 dB(A) by day.

    **Passes**: 60 by day, 45 by night.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: GB 12523-2011, 4.3; recalled, check with your authority.
    """

    id: ClassVar[str] = "NOI-CN-04"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Indoor level at a substitute point",
        "zh": "室内替代点噪声",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Where no point outside is possible, the room beside the site is measured.",
        "zh": "无法在室外布点时，以室内测点替代。",
    }
    condition: ClassVar[Term] = Measured(kind=NOISE_LEVEL, statistic="LAeq", purpose="indoor")
