"""NOI-X-01: noise by the limits of another country."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.events.kinds import KindTable


class NoiseAbroad(WindowedRule):
    """Equivalent level at the boundary against the limits of the country that the project has chosen.

    **Why**: a contract abroad is held to the limits of its place, in windows of its own length.

    **Fails**: 30 minutes at 75.1 dB(A) by day in Hong Kong; five minutes at 55.1 by night in Singapore.

    **Passes**: 75.0 and 55.0 dB(A).

    **Undetermined**: gaps, distrust, no calibration.

    **Clause**: the one of each profile. Check the numbers with your authority.
    """

    id: ClassVar[str] = "NOI-X-01"
    title: ClassVar[Mapping[str, str]] = {"en": "Noise by the limits abroad", "zh": "按境外限值的噪声"}
    why: ClassVar[Mapping[str, str]] = {
        "en": "Abroad other levels hold, over windows of another length.",
        "zh": "境外适用不同的限值和不同的评价时段。",
    }
    condition: ClassVar[Term] = Measured(
        kind=KindTable()["noise_level"], statistic="LAeq", purpose="boundary"
    )
