"""AIR-07-DP: pressure drop of the filter."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.kinds import FILTER_PRESSURE, PURIFIER


class FilterPressure(WindowedRule):
    """Highest pressure drop over the filter of a purifier against the one of its design.

    **Why**: a clogged filter makes the fan pull air around it.

    **Fails**: 251 Pa with a design value of 250.

    **Passes**: 250 Pa.

    **Undetermined**: the design value has not been entered; gaps, distrust, no calibration.

    **Clause**: none; the maker of the purifier.
    """

    id: ClassVar[str] = "AIR-07-DP"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Pressure drop of the filter",
        "zh": "过滤器压差",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A clogged filter lets the fan pull dust around it; a torn one has no drop at all.",
        "zh": "滤芯堵塞或破损都会使净化失效。",
    }
    condition: ClassVar[Term] = Measured(kind=FILTER_PRESSURE, statistic="max", purpose=PURIFIER)
