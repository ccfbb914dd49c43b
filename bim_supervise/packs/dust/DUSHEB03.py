"""DUS-HEB-03: number of dust monitors."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.dust.points import PointsRule


class MonitoringPoints(PointsRule):
    """Dust monitors at the fence that were heard within a day, against the number for the site's area.

    **Why**: the number of points grows with the area of the site; a monitor that is silent is none.

    **Fails**: two monitors speak on a site of 20,000 m2, four are needed.

    **Passes**: four speak.

    **Undetermined**: the parameter ``site_area_m2`` is missing.

    **Clause**: DB13/2934-2019, clause 5; a profile, off unless the project chooses ``hebei``.
    """

    id: ClassVar[str] = "DUS-HEB-03"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Dust monitors for the area",
        "zh": "扬尘监测点数量",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Too few monitors see too little of the fence.",
        "zh": "监测点过少就看不全场界。",
    }
    kind: ClassVar[Kind] = Kind.GREEN
