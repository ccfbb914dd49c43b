"""Derived figures of the dome pack: worked out from a period, without a limit."""

from bim_supervise.checkpoints.period_figures import Compared, HoursBeyond, PeriodFigure
from bim_supervise.events.kinds import KindTable
from bim_supervise.packs.dome.kinds import DOME_AIR

OUTSIDE = "boundary"
"""Purpose of the instruments outside, at the site boundary."""

PM10_RATIO = PeriodFigure(
    key="AIR-RATIO-PM10",
    title={"en": "PM10 inside over outside", "zh": "膜内外 PM10 之比"},
    note={
        "en": (
            "Mean inside the dome over the mean at the boundary in the same minutes; it says "
            "what the dome holds back, and has no limit."
        ),
        "zh": "同一时段膜内平均值与厂界平均值之比，说明气膜的拦截作用；无限值。",
    },
    unit="",
    work=Compared(kind=KindTable()["pm10"], purpose=DOME_AIR, other=OUTSIDE),
)

NOISE_DIFFERENCE = PeriodFigure(
    key="AIR-DIFFERENCE-NOISE",
    title={"en": "Noise inside less outside", "zh": "膜内外噪声之差"},
    note={
        "en": (
            "Energy mean inside the dome less the energy mean at the boundary in the same "
            "minutes; it has no limit."
        ),
        "zh": "同一时段膜内与厂界等效声级之差；无限值。",
    },
    unit="dB",
    work=Compared(kind=KindTable()["noise_level"], purpose=DOME_AIR, other=OUTSIDE),
)

UNPURIFIED_HOURS = PeriodFigure(
    key="AIR-HOURS-UNPURIFIED",
    title={"en": "Hours of unpurified exhaust", "zh": "未净化排风时数"},
    note={
        "en": "Hours in windows in which air left without a running purifier.",
        "zh": "排风未经运行的净化装置的时段总小时数。",
    },
    unit="h",
    work=HoursBeyond("AIR-07"),
    rules=("AIR-07",),
)

FIGURES = (PM10_RATIO, NOISE_DIFFERENCE, UNPURIFIED_HOURS)
"""All of them, in the order of the section."""
