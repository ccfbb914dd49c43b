"""AIR-05: evacuation in time."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.recorded import RecordedRule


class Evacuation(RecordedRule):
    """The last evacuation drill against the time that the design gives until the dome is down.

    **Why**: a plan that takes longer than the dome stands is none.

    **Fails**: a drill of 21 minutes with 20 minutes in the design.

    **Passes**: 20 minutes, within half a year.

    **Undetermined**: the design has not been entered, or no drill was recorded within 180 days.

    **Clause**: none; the design. One Beijing site speaks of about 30 minutes until the membrane hangs two
    metres above the ground; that is no limit.
    """

    id: ClassVar[str] = "AIR-05"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Evacuation in time",
        "zh": "撤离时间",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Everybody must be out before the dome lies on the ground.",
        "zh": "气膜塌落之前所有人员必须撤离完毕。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    records: ClassVar[Mapping[str, str]] = {"drill": "evacuation_time"}
