"""Derived figures of the noise pack: worked out from a period, without a limit."""

from bim_supervise.checkpoints.period_figures import HoursBeyond, PeriodFigure

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

FIGURES = (DAY_HOURS, NIGHT_HOURS)
"""All of them, in the order of the section."""
