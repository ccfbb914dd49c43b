"""CON-15: temperature rise of mass concrete."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Kind, Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import CONCRETE_TEMPERATURE, CORE
from bim_supervise.packs.concrete.temperatures import rise


class TemperatureRise(WindowedRule):
    """Highest temperature in the core less the placing temperature.

    **Why**: the hotter mass concrete gets, the more it shrinks when it cools, and the cracks let the
    water in. The placing temperature is the parameter ``placing_degc`` of the zone.

    **Fails**: 66 degC in a core that was placed at 15.

    **Passes**: 65 degC: a rise of exactly 50.

    **Undetermined**: the placing temperature was not entered; gaps, distrust, no calibration.

    **Clause**: GB 50496-2018, 3.0.4-1.
    """

    id: ClassVar[str] = "CON-15"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Temperature rise of mass concrete",
        "zh": "大体积混凝土温升",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The hotter it gets, the more it shrinks when it cools.",
        "zh": "温升越高，降温收缩越大。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=CONCRETE_TEMPERATURE,
        limit_statistic="rise",
        work=rise,
        purpose=CORE,
        at_once=True,
    )
