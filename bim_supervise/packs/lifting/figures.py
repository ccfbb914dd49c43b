"""Derived figures of the lifting pack: worked out from a period, without a limit."""

from bim_supervise.checkpoints.period_figures import HoursBeyond, PeriodFigure

WIND_HOURS = PeriodFigure(
    key="MCH-HOURS-WIND",
    title={"en": "Hours of wind too strong for lifting", "zh": "大风停吊时数"},
    note={
        "en": ("Hours in windows with more wind than lifting allows, whether a crane was lifting or not."),
        "zh": "风速超过起吊限值时段的总小时数，不论当时是否吊装。",
    },
    unit="h",
    work=HoursBeyond("MCH-05"),
    rules=("MCH-05",),
)

FIGURES = (WIND_HOURS,)
"""All of them, in the order of the section."""
