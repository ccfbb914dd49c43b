"""PIT-05: deep horizontal displacement, cumulative."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.kinds import DEEP
from bim_supervise.packs.pit.movement import cumulative


class DeepHorizontalCumulative(WindowedRule):
    """Deep horizontal displacement, cumulative.

    Deep horizontal displacement of a point since its initial reading, against the stricter of the
    absolute value and the share of the depth.

    **Why**: the wall bends below before its top shows it; the initial reading is the first one, or the
    one that the parameter ``points`` gives; ``sign`` turns a device that counts the other way;
    ``carried_over`` is what a replaced point had moved already.

    **Fails**: 30.1 mm against 30 mm; a single reading fails too and asks to be repeated.

    **Passes**: 30 mm. From 70 % and 85 % of the limit on the verdict says so.

    **Undetermined**: no reading in the window; the depth of the pit is not entered (the absolute value
    alone is only an upper bound); distrust, no calibration.

    **Clause**: GB 50497-2019, Table 8.0.4; check with the printed standard and the design.
    """

    id: ClassVar[str] = "PIT-05"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Deep horizontal displacement, cumulative",
        "zh": "深层水平位移累计值",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The wall bends below before its top shows it.",
        "zh": "墙体深部先变形，墙顶后显现。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    condition: ClassVar[Term] = Derived(
        kind=DEEP,
        limit_statistic="cumulative",
        work=cumulative,
        purpose="inclinometer",
        looks_back=timedelta(days=3),
        at_once=True,
    )
