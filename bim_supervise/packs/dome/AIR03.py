"""AIR-03: test of standby fan and power."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.recorded import RecordedRule


class StandbyPower(RecordedRule):
    """The last test of the standby fan and power: how soon it carried the dome and for how long.

    **Why**: standby that was not tested is a hope.

    **Fails**: 61 seconds until the fans ran again; fuel for three hours.

    **Passes**: 60 seconds, four hours, tested within 31 days.

    **Undetermined**: no test was recorded within 31 days, or nobody vouches for it.

    **Clause**: membrane-structure practice; IBC 3102.8 as the number. The interval of the test is a
    platform default.
    """

    id: ClassVar[str] = "AIR-03"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Standby fan and power",
        "zh": "备用风机与电源",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "When the fan or the mains fail, standby has to carry the dome in time.",
        "zh": "风机或市电故障时，备用系统须及时投入。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    records: ClassVar[Mapping[str, str]] = {"start": "standby_start_time", "run": "standby_run_time"}
