"""NOI-CN-07: wind during the measurement."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.noise.kinds import WIND_SPEED


class WeatherOfMeasurement(WindowedRule):
    """Mean wind at the weather station over the 20 minutes of a measurement of noise.

    **Why**: from 5 m/s on the wind in the microphone is louder than the site; a level of that time is not
    official. Rain and snow are for the eyes.

    **Fails**: 5.0 m/s.

    **Passes**: 4.9 m/s.

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: GB 12523-2011, 5.2; recalled, check with your authority.
    """

    id: ClassVar[str] = "NOI-CN-07"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Wind during the measurement",
        "zh": "测量期间风速",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Wind in the microphone is no noise of the site.",
        "zh": "风噪声不是工地噪声。",
    }
    condition: ClassVar[Term] = Measured(kind=WIND_SPEED, purpose="weather")
