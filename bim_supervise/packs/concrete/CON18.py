"""CON-18: surface and air when insulation goes."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Reference, Term
from bim_supervise.checkpoints.contract import Kind
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import AIR_TEMPERATURE, CONCRETE_TEMPERATURE, SURFACE


class SurfaceAir(WindowedRule):
    """Surface and air when insulation goes.

    Hourly mean of the surface less that of the air: the insulation may go when the difference is small
    enough.

    **Why**: a warm surface in cold air cracks on the day the insulation goes.

    **Fails**: 31 degC at the surface and 10 in the air.

    **Passes**: 30 and 10: exactly 20.

    **Undetermined**: the air was not measured; gaps, distrust, no calibration.

    **Clause**: GB 50496-2018, 3.0.4-4.
    """

    id: ClassVar[str] = "CON-18"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Surface and air when insulation goes",
        "zh": "拆除保温时表面与大气温差",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A warm surface in cold air cracks on the day the insulation goes.",
        "zh": "拆除保温当天，表面遇冷会开裂。",
    }
    condition: ClassVar[Term] = Measured(
        kind=CONCRETE_TEMPERATURE,
        purpose=SURFACE,
        limit_statistic="surface - air",
        reference=Reference(purpose="weather", kind=AIR_TEMPERATURE),
    )
