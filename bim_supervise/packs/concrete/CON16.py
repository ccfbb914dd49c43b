"""CON-16: difference of core and surface."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Reference, Term
from bim_supervise.checkpoints.contract import Kind, Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import CONCRETE_TEMPERATURE, CORE, SURFACE


class CoreSurface(WindowedRule):
    """Hourly mean of the core less that of the surface thermometer in the same zone.

    **Why**: a hot core in a cold skin tears the skin.

    **Fails**: 55 degC in the core and 29 at the surface.

    **Passes**: 55 and 30: exactly 25.

    **Undetermined**: no thermometer at the surface of that zone; gaps, distrust, no calibration. The
    equivalent of shrinkage is not taken into account.

    **Clause**: GB 50496-2018, 3.0.4-2.
    """

    id: ClassVar[str] = "CON-16"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Difference of core and surface",
        "zh": "里表温差",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A hot core in a cold skin tears the skin.",
        "zh": "里热表冷会拉裂表面。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Measured(
        kind=CONCRETE_TEMPERATURE,
        purpose=CORE,
        limit_statistic="core - surface",
        reference=Reference(purpose=SURFACE, same_zone=True),
    )
