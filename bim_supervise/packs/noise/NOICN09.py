"""NOI-CN-09: level corrected for the background."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.conditions import Derived, Term
from bim_supervise.checkpoints.contract import Evidence
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.events.devices import Device
from bim_supervise.packs.noise.background import corrected
from bim_supervise.packs.noise.kinds import BACKGROUND, BOUNDARY, NOISE_LEVEL


class CorrectedLevel(WindowedRule):
    """Level corrected for the background.

    Equivalent level at the boundary less the correction for the background that a meter with the purpose
    ``background`` measures.

    **Why**: what the street adds is not the site's. The correction follows from the difference of both
    levels, rounded to whole dB: above 10 none, 6 to 10 one, 4 and 5 two, 3 three dB; below 3 the site
    cannot be told from the street and has to be measured again.

    **Fails**: 72 dB(A) beside a background of 65: a difference of 7, corrected 71.

    **Passes**: 71 beside 64: corrected 70.

    **Undetermined**: the background was not measured, or differs by less than 3 dB.

    **Clause**: GB 12523-2011, 5.7, and HJ 706; recalled, check with your authority.
    """

    id: ClassVar[str] = "NOI-CN-09"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Level corrected for the background",
        "zh": "背景修正后的噪声",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "What the street adds is not the site's.",
        "zh": "街道噪声不应计入工地。",
    }
    condition: ClassVar[Term] = Derived(
        kind=NOISE_LEVEL,
        limit_statistic="LAeq corrected",
        work=corrected,
        purpose=BOUNDARY,
        others=((NOISE_LEVEL, BACKGROUND),),
    )

    def watches(self, evidence: Evidence) -> list[Device]:
        """The boundary meters, where anything measures the background."""
        return super().watches(evidence) if evidence.devices(NOISE_LEVEL.key, BACKGROUND) else []
