"""CON-07: winter regime."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Lasting, Measured, Term
from bim_supervise.checkpoints.contract import Kind, Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import AIR_TEMPERATURE


class WinterRegime(WindowedRule):
    """Winter regime.

    Daily mean of the air below 5 degC on five days in a row; it ends after five days of 5 degC and more.

    **Why**: below 5 degC concrete hardens so slowly that it can freeze before it is strong; the platform
    says when to switch the rules.

    **Fails**: the fifth day in a row with a daily mean below 5 degC.

    **Passes**: four such days; or a fifth of exactly 5 degC.

    **Undetermined**: a day was not measured, or what was before is not known.

    **Clause**: GB 50666-2011, 10.1.1.
    """

    id: ClassVar[str] = "CON-07"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Winter regime",
        "zh": "冬期施工",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Five cold days in a row and other rules hold.",
        "zh": "连续五天低温后须执行冬期施工措施。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Lasting(
        Measured(kind=AIR_TEMPERATURE, purpose="weather", clear_after=5), minutes=5 * 24 * 60
    )
