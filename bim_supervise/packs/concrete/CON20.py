"""CON-20: temperature readings per day."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Measured, Term
from bim_supervise.checkpoints.contract import Kind
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.concrete.kinds import CONCRETE_TEMPERATURE, CORE


class ThermometerRead(WindowedRule):
    """Readings of a thermometer in the core per day.

    **Why**: what nobody reads nobody can cool.

    **Fails**: three readings on a day.

    **Passes**: four readings on a day.

    **Undetermined**: no reading came that day.

    **Clause**: GB 50496-2018, chapter 6; recalled, check with your authority.
    """

    id: ClassVar[str] = "CON-20"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Temperature readings per day",
        "zh": "每日测温次数",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "What nobody reads nobody can cool.",
        "zh": "不测温就无从控温。",
    }
    condition: ClassVar[Term] = Measured(
        kind=CONCRETE_TEMPERATURE, purpose=CORE, statistic="readings", calibrated=False
    )
