"""Derived figures of the dust pack: worked out from a period, without a limit."""

from bim_supervise.checkpoints.period_figures import Compared, HoursBeyond, PeriodFigure
from bim_supervise.packs.dust.kinds import BOUNDARY, PM10, REFERENCE

WIND_HOURS = PeriodFigure(
    key="DUS-HOURS-WIND",
    title={"en": "Hours of wind too strong for earthwork", "zh": "大风停工时数"},
    note={
        "en": ("Hours in windows with wind of force 4 or more, whether earthwork was under way or not."),
        "zh": "四级及以上大风时段的总小时数，不论当时是否进行土方作业。",
    },
    unit="h",
    work=HoursBeyond("DUS-BJ-03"),
    rules=("DUS-BJ-03",),
)

PM10_RATIO = PeriodFigure(
    key="DUS-RATIO-PM10",
    title={"en": "PM10 at the boundary over the station", "zh": "厂界与站点 PM10 之比"},
    note={
        "en": (
            "Mean at the boundary over the mean at the reference station in the same minutes;"
            " it says how much dust is the site's own, and has no limit."
        ),
        "zh": "同一时段厂界平均值与参照站平均值之比，说明本工地所占份额；无限值。",
    },
    unit="",
    work=Compared(kind=PM10, purpose=BOUNDARY, other=REFERENCE),
)

FIGURES = (WIND_HOURS, PM10_RATIO)
"""All of them, in the order of the section."""
