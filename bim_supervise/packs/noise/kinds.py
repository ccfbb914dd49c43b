"""Kinds of observation that the noise rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape

NOISE_LEVEL = KindTable()["noise_level"]
"""A-weighted level [dB(A)] over the interval that the meter reports."""

NOISE_LEVEL_MAX = ObservationKind(
    key="noise_level_max",
    shape=Shape.TELEMETRY,
    unit="dB(A)",
    resolution=0.1,
    minimum=0.0,
    maximum=160.0,
    numeric=True,
)
"""LAFmax [dB(A)]: highest level in time weighting Fast within the interval, as the meter itself finds it."""

BOUNDARY = "boundary"
"""Purpose of a meter at the site boundary."""
