"""Derived figures of the noise pack: worked out from a period, without a limit."""

from datetime import time

from bim_supervise.checkpoints.period_figures import HoursBeyond, MeanWithin, PeriodFigure
from bim_supervise.packs.noise.kinds import BOUNDARY, NOISE_LEVEL

_MORNING, _EVENING = time(6), time(22)
"""Day and night of GB 12523: 06:00 to 22:00 and 22:00 to 06:00."""

DAY_LEVEL = PeriodFigure(
    key="NOI-LAEQ-DAY",
    title={"en": "LAeq of the days", "zh": "昼间等效声级"},
    note={
        "en": "Energy mean of the whole period between 06:00 and 22:00; no limit is set for it.",
        "zh": "整个时段 06:00 至 22:00 的能量平均；无限值。",
    },
    unit="dB(A)",
    work=MeanWithin(NOISE_LEVEL, BOUNDARY, _MORNING, _EVENING),
)

NIGHT_LEVEL = PeriodFigure(
    key="NOI-LAEQ-NIGHT",
    title={"en": "LAeq of the nights", "zh": "夜间等效声级"},
    note={
        "en": "Energy mean of the whole period between 22:00 and 06:00; no limit is set for it.",
        "zh": "整个时段 22:00 至 06:00 的能量平均；无限值。",
    },
    unit="dB(A)",
    work=MeanWithin(NOISE_LEVEL, BOUNDARY, _EVENING, _MORNING),
)

DAY_HOURS = PeriodFigure(
    key="NOI-HOURS-DAY",
    title={"en": "Hours above the day limit", "zh": "昼间超标时数"},
    note={
        "en": (
            "Hours in windows that break the limit by day; overlapping windows count once. No"
            " limit is set for the sum."
        ),
        "zh": "昼间超标时段的总小时数，重叠部分只计一次；总和无限值。",
    },
    unit="h",
    work=HoursBeyond("NOI-CN-01"),
    rules=("NOI-CN-01",),
)

NIGHT_HOURS = PeriodFigure(
    key="NOI-HOURS-NIGHT",
    title={"en": "Hours above the night limit", "zh": "夜间超标时数"},
    note={
        "en": (
            "Hours in windows that break the limit by night; overlapping windows count once. "
            "No limit is set for the sum."
        ),
        "zh": "夜间超标时段的总小时数，重叠部分只计一次；总和无限值。",
    },
    unit="h",
    work=HoursBeyond("NOI-CN-02"),
    rules=("NOI-CN-02",),
)

FIGURES = (DAY_LEVEL, NIGHT_LEVEL, DAY_HOURS, NIGHT_HOURS)
"""All of them, in the order of the section."""
