"""DUS-CN-01: height of visible dust."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.recorded import RecordedRule


class DustHeight(RecordedRule):
    """Height of visible dust.

    How high dust was seen to rise, by stage of work; the parameter ``criterion`` is ``earthwork`` or
    ``structure``.

    **Why**: a person with eyes sees what no monitor at the fence does.

    **Fails**: 1.5 m above the excavation.

    **Passes**: 1.4 m above the excavation; 0.4 m beside formwork.

    **Undetermined**: nobody has looked within a day.

    **Clause**: guideline for green construction 2007; GB/T 50905.
    """

    id: ClassVar[str] = "DUS-CN-01"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Height of visible dust",
        "zh": "目测扬尘高度",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Dust that is seen to rise is dust that leaves.",
        "zh": "看得见的扬尘就是飘出去的扬尘。",
    }
    records: ClassVar[Mapping[str, str]] = {"earthwork": "dust_height", "structure": "dust_height"}
    optional: ClassVar[frozenset[str]] = frozenset({"earthwork", "structure"})
