"""AIR-07: air leaves only through the running purifier."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Severity
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.dome.exhaust import unpurified
from bim_supervise.packs.dome.kinds import EXHAUST_STATE, PURIFIER, PURIFIER_STATE


class PurifiedExhaust(WindowedRule):
    """Minutes in which the exhaust of a purifier ran while the purifier itself stood.

    **Why**: the purifier is the reason for the dome. The platform proposes a stop of the excavation; a
    stop that is ordered counts as green delay.

    **Fails**: the purifier stands from 10:10 on, its exhaust fan runs.

    **Passes**: both run, or both stand.

    **Undetermined**: the state of the purifier or of its exhaust is not known.

    **Clause**: none; a platform default, to be confirmed by the design or the permit.
    """

    id: ClassVar[str] = "AIR-07"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Air leaves only through the running purifier",
        "zh": "气体须经运行中的净化设备排出",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Exhaust without a running purifier blows the dust of the pit over the neighbours.",
        "zh": "净化设备停运而继续排风，会把坑内粉尘排向周边。",
    }
    severity: ClassVar[Severity] = Severity.MAJOR
    stops: ClassVar[tuple[str, ...]] = ("earthwork",)
    condition: ClassVar[Term] = Derived(
        kind=PURIFIER_STATE,
        limit_statistic="minutes of unpurified exhaust",
        work=unpurified,
        purpose=PURIFIER,
        others=((EXHAUST_STATE, PURIFIER),),
        calibrated=False,
    )
