"""Wind limits of lifting and work at height: the gust governs, a coarser statistic shows only breaches."""

from bim_supervise.checkpoints.conditions import AtOnce, FinestOf, Measured
from bim_supervise.checkpoints.windowed import WindowedRule
from bim_supervise.packs.lifting.kinds import WIND_GUST, WIND_SPEED

GUST_S = 3.0
"""How long [s] the gust lasts that a crane feels; no code fixes it, WMO's gust is used."""


class WindRule(WindowedRule):
    """A rule about the wind where people lift or climb; the lower of code and manual holds."""


def gust_or_mean(purpose: str) -> FinestOf:
    """The highest gust where the instrument reports it, else the highest of its means.

    Means of more than three seconds can show that the limit was broken, never that it was kept.
    """
    gust = Measured(kind=WIND_GUST, statistic="max", limit_statistic="gust", purpose=purpose)
    mean = Measured(
        kind=WIND_SPEED, statistic="max", limit_statistic="gust", purpose=purpose, finest_s=GUST_S
    )
    return FinestOf((AtOnce(gust), AtOnce(mean)))
