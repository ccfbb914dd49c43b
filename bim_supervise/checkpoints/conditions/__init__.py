"""What a rule watches, declared: terms over telemetry that give a finding per span, and how they combine.

A pack's rule is usually one declaration::

    condition = Measured(kind=PM10, purpose="boundary", statistic="mean")
    condition = Measured(kind=PM10, purpose="boundary", reference=Reference(purpose="reference", cap=150))
    condition = Lasting(Measured(kind=PRESSURE, purpose="dome", statistic="min"), minutes=3)
    condition = Repeated(Measured(kind=PM10, purpose="boundary"), statistic="count")
    condition = FailsWhenAll((Measured(kind=FAN, purpose="fan"), Measured(kind=PURIFIER, purpose="purifier")))

The numbers are not here: each term takes the rows of the rule's ``limits.yaml`` whose ``statistic`` is its
own (``limit_statistic`` where two terms would share one), so that window, comparator, coverage, hours of the
day and phase stay dated data. A row without a window is judged minute by minute.
"""

from bim_supervise.checkpoints.conditions.combined import FailsWhenAll, FailsWhenAny, Lasting, Repeated
from bim_supervise.checkpoints.conditions.derived import AtOnce, Derived, FinestOf, Stretch, Worked
from bim_supervise.checkpoints.conditions.finding import Asked, Finding, Term, judge
from bim_supervise.checkpoints.conditions.measured import Measured, Reference
from bim_supervise.checkpoints.conditions.phases import Phase, Phases

__all__ = [
    "Asked",
    "AtOnce",
    "Derived",
    "FailsWhenAll",
    "FailsWhenAny",
    "Finding",
    "FinestOf",
    "Lasting",
    "Measured",
    "Phase",
    "Phases",
    "Reference",
    "Repeated",
    "Stretch",
    "Term",
    "Worked",
    "judge",
]
