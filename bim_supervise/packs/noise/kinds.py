"""Kinds of observation that the noise rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType

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

WIND_SPEED = KindTable()["wind_speed"]
"""Mean wind [m/s]."""

NIGHT_PERMIT = ObservationKind(key="night_permit", shape=Shape.FACT, subjects=(SubjectType.TASK,))
"""A permit for work at night, about its task; its payload holds ``permit`` and ``until``."""

KINDS = (NOISE_LEVEL_MAX, NIGHT_PERMIT)
"""Everything this pack adds."""

BOUNDARY = "boundary"
"""Purpose of a meter at the site boundary."""

BACKGROUND = "background"
"""Purpose of a meter that the site does not reach."""
