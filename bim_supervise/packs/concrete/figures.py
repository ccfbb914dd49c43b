"""Derived figures of the concrete pack: worked out from a period, without a limit."""

from bim_supervise.checkpoints.period_figures import HoursBeyond, PeriodFigure

HOT_HOURS = PeriodFigure(
    key="CON-HOURS-HOT",
    title={"en": "Hours in the hot-weather regime", "zh": "高温施工时数"},
    note={
        "en": "Hours in windows in which the regime for hot weather holds.",
        "zh": "处于高温期施工条件的时段总小时数。",
    },
    unit="h",
    work=HoursBeyond("CON-08"),
    rules=("CON-08",),
)

FIGURES = (HOT_HOURS,)
"""All of them, in the order of the section."""
