"""CON-17: cooling rate."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Kind
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import CONCRETE_TEMPERATURE, CORE
from bim_supervise.packs.concrete.temperatures import cooling


class CoolingRate(WindowedRule):
    """Fall of the core over 24 hours, every hour.

    **Why**: concrete that cools quickly cracks. The difference over 24 hours is taken, not the slope
    between two readings.

    **Fails**: 51.0 yesterday and 48.9 degC now.

    **Passes**: 51.0 and 49.0: exactly 2.0 K a day.

    **Undetermined**: nothing was read 24 hours before; gaps, distrust, no calibration.

    **Clause**: GB 50496-2018, 3.0.4-3.
    """

    id: ClassVar[str] = "CON-17"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Cooling rate",
        "zh": "降温速率",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Concrete that cools quickly cracks.",
        "zh": "降温过快会开裂。",
    }
    condition: ClassVar[Term] = Derived(
        kind=CONCRETE_TEMPERATURE,
        limit_statistic="fall in 24 h",
        work=cooling,
        purpose=CORE,
        looks_back=timedelta(hours=25),
    )
