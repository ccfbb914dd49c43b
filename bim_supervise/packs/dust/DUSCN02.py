"""DUS-CN-02: the six 100 % measures."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.recorded import RecordedRule
from bim_supervise.packs.dust.kinds import MEASURES


class SixMeasures(RecordedRule):
    """Each of the six measures was checked within the last day and found complete.

    **Why**: dust comes from the one measure that was left out.

    **Fails**: spoil is covered to 90 %.

    **Passes**: all six were stated at 100 % today.

    **Undetermined**: a measure was not checked within a day, or nobody vouches for who stated it.

    **Clause**: the six one-hundred-percents of the Ministry of Housing.
    """

    id: ClassVar[str] = "DUS-CN-02"
    title: ClassVar[Mapping[str, str]] = {
        "en": "The six 100 % measures",
        "zh": "六个百分之百",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Fence, cover, wash, harden, wet demolition and sealed trucks: each complete, every day.",
        "zh": "围挡、覆盖、冲洗、硬化、湿法拆除、密闭运输，每天逐项达到百分之百。",
    }
    records: ClassVar[Mapping[str, str]] = {name: f"dust_{name}" for name in MEASURES}
