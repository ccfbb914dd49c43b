"""Kinds of observation that the dust rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType

PM10 = KindTable()["pm10"]
"""Particulate matter of at most 10 um [ug/m3]."""

WIND_SPEED = KindTable()["wind_speed"]
"""Mean wind [m/s] over the interval that the instrument reports."""

TSP = KindTable()["tsp"]
"""Total suspended particulates [ug/m3]."""


def _stated(key: str, unit: str, maximum: float, *subjects: SubjectType) -> ObservationKind:
    return ObservationKind(
        key=key,
        shape=Shape.FACT,
        subjects=subjects,
        numeric=True,
        unit=unit,
        minimum=0.0,
        maximum=maximum,
    )


MEASURES = ("fence", "cover", "wash", "harden", "wet_demolition", "sealed_trucks")
"""The six measures that are to be complete every day."""

DUST_HEIGHT = _stated("dust_height", "m", 100.0, SubjectType.TASK, SubjectType.CHECKPOINT)
"""How high dust was seen to rise [m]."""

POLLUTION_ORDER = ObservationKind(
    key="pollution_order",
    shape=Shape.FACT,
    subjects=(SubjectType.CHECKPOINT,),
    values=("none", "yellow", "orange", "red"),
)
"""An order of the authority on a day of heavy pollution; ``none`` lifts it."""

KINDS = (
    DUST_HEIGHT,
    POLLUTION_ORDER,
    *(_stated(f"dust_{name}", "%", 100.0, SubjectType.CHECKPOINT) for name in MEASURES),
)
"""Everything this pack adds."""

BOUNDARY = "boundary"
"""Purpose of a dust monitor at the fence."""

REFERENCE = "reference"
"""Purpose of the district's or city's station."""
