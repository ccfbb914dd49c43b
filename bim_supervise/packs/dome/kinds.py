"""Kinds of observation that the dome rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType

DOME_PRESSURE = KindTable()["dome_pressure"]
"""Over-pressure inside the dome [Pa]."""

PURIFIER_STATE = KindTable()["purifier_state"]
"""Whether a purifier runs (1) or stands (0)."""

WIND_SPEED = KindTable()["wind_speed"]
"""Mean wind [m/s]."""

CO = KindTable()["co"]
"""Carbon monoxide [mg/m3]."""

NO2 = KindTable()["no2"]
"""Nitrogen dioxide [mg/m3]."""


def _telemetry(key: str, unit: str, resolution: float, minimum: float, maximum: float) -> ObservationKind:
    return ObservationKind(
        key=key,
        shape=Shape.TELEMETRY,
        unit=unit,
        resolution=resolution,
        minimum=minimum,
        maximum=maximum,
        numeric=True,
    )


def _stated(key: str, unit: str, maximum: float) -> ObservationKind:
    return ObservationKind(
        key=key,
        shape=Shape.FACT,
        subjects=(SubjectType.CHECKPOINT, SubjectType.TASK),
        numeric=True,
        unit=unit,
        minimum=0.0,
        maximum=maximum,
    )


AIRLOCK_INNER = _telemetry("airlock_inner_open", "", 1.0, 0.0, 1.0)
"""Whether the inner leaf of an airlock is open (1)."""

AIRLOCK_OUTER = _telemetry("airlock_outer_open", "", 1.0, 0.0, 1.0)
"""Whether the outer leaf of an airlock is open (1)."""

EXHAUST_STATE = _telemetry("exhaust_state", "", 1.0, 0.0, 1.0)
"""Whether the exhaust fan behind a purifier runs (1)."""

FILTER_PRESSURE = _telemetry("filter_pressure", "Pa", 1.0, 0.0, 10_000.0)
"""Pressure drop over the filter of a purifier [Pa]."""

STACK_PARTICULATE = _telemetry("stack_particulate", "mg/m3", 0.1, 0.0, 10_000.0)
"""Particulate in the purified exhaust [mg/m3]."""

CO2 = _telemetry("co2", "mg/m3", 1.0, 0.0, 100_000.0)
"""Carbon dioxide [mg/m3]."""

O2 = _telemetry("o2", "%", 0.1, 0.0, 100.0)
"""Oxygen [% by volume]."""

STANDBY_START = _stated("standby_start_time", "s", 36_000.0)
"""How long [s] standby power took to carry the fans in a test."""

STANDBY_RUN = _stated("standby_run_time", "h", 1_000.0)
"""How long [h] standby power carries the fans."""

EVACUATION_TIME = _stated("evacuation_time", "min", 1_000.0)
"""How long [min] a drill took until everybody was out."""

KINDS = (
    AIRLOCK_INNER,
    AIRLOCK_OUTER,
    EXHAUST_STATE,
    FILTER_PRESSURE,
    STACK_PARTICULATE,
    CO2,
    O2,
    STANDBY_START,
    STANDBY_RUN,
    EVACUATION_TIME,
)
"""Everything this pack adds."""

DOME = "dome"
"""Purpose of the instruments that hold the dome up."""

DOME_AIR = "dome_air"
"""Purpose of the gas detectors inside."""

PURIFIER = "purifier"
"""Purpose of a purifier."""
