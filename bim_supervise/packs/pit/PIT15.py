"""PIT-15: reading due."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.pit.frequency import longest_gap
from bim_supervise.packs.pit.kinds import SETTLEMENT


class ReadingDue(WindowedRule):
    """Reading due.

    Longest gap between readings of a settlement point that ends in the window, against the stage of the
    excavation.

    **Why**: the deeper the pit, the more often it has to be read. The parameter ``stages`` says from
    which day on which stage holds: a list of ``from`` and ``stage``.

    **Fails**: two days without a reading between 2H/3 and H in a pit of grade I.

    **Passes**: a reading every six hours.

    **Undetermined**: the stage has not been entered and the gap could be too long for it.

    **Clause**: GB 50497-2019, Table 7.0.3; check with the printed standard and the monitoring plan.
    """

    id: ClassVar[str] = "PIT-15"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Reading due",
        "zh": "监测频率",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A point that nobody reads warns nobody.",
        "zh": "不读数的测点等于没有测点。",
    }
    condition: ClassVar[Term] = Derived(
        kind=SETTLEMENT,
        limit_statistic="gap",
        work=longest_gap,
        looks_back=timedelta(days=11),
        calibrated=False,
    )
