"""AIR-04: both leaves of an airlock open."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.doors import both_open
from bim_supervise.packs.dome.kinds import AIRLOCK_INNER, AIRLOCK_OUTER


class AirlockInterlock(WindowedRule):
    """Minutes of a window in which both leaves of an airlock were open together, for sure.

    **Why**: the airlock is the largest hole in the dome.

    **Fails**: inner and outer leaf are open from 15:05 to 15:25.

    **Passes**: a leaf opens only while the other one is shut.

    **Undetermined**: both leaves were open in the same minute, but perhaps one after the other: minutes
    cannot tell; or a leaf reports nothing.

    **Clause**: membrane-design practice; check with the design.
    """

    id: ClassVar[str] = "AIR-04"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Airlock: never both leaves open",
        "zh": "气闸：内外门不得同时开启",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "With both leaves open the dome empties through the door.",
        "zh": "内外门同时开启，气膜会从门洞泄压。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    condition: ClassVar[Term] = Derived(
        kind=AIRLOCK_INNER,
        limit_statistic="minutes with both leaves open",
        work=both_open,
        purpose="airlock",
        others=((AIRLOCK_OUTER, "airlock"),),
        calibrated=False,
    )
