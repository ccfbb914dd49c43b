"""Kinds of observation that the lifting rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType

WIND_SPEED = KindTable()["wind_speed"]
"""Mean wind [m/s] over the interval that the instrument reports."""

CRANE_LOAD = KindTable()["crane_load"]
"""Load moment [% of the rated one]."""


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


WIND_GUST = _telemetry("wind_gust", "m/s", 0.1, 0.0, 120.0)
"""Highest three-second gust [m/s] within the interval, as the instrument itself finds it."""

MAST_INCLINATION = _telemetry("mast_inclination", "per mille", 0.01, 0.0, 1000.0)
"""Deviation of a mast from the vertical [mm per m]."""

CRANE_SEPARATION = _telemetry("crane_separation", "m", 0.01, 0.0, 1000.0)
"""Least distance [m] between the jib of a crane and its neighbour."""

OPERATING_HOURS = _telemetry("operating_hours", "h", 0.01, 0.0, 1e6)
"""Counter of operating hours [h] of a machine (ISO 15143-3: CumulativeOperatingHours)."""

FUEL_TOTAL = _telemetry("fuel_total", "L", 0.01, 0.0, 1e8)
"""Counter of fuel consumed [L] by a machine (ISO 15143-3: FuelUsed)."""

ENERGY_TOTAL = KindTable()["energy_total"]
"""Counter of electric energy [kWh]."""

MACHINE_KINDS = (OPERATING_HOURS, FUEL_TOTAL)
"""What telematics of machines report beside the built-in energy counter."""

EMISSION_STAGE = ObservationKind(
    key="emission_stage",
    shape=Shape.FACT,
    subjects=(SubjectType.TASK, SubjectType.CHECKPOINT),
    numeric=True,
    minimum=1.0,
    maximum=9.0,
)
"""Emission stage in the papers of a diesel machine (4 is stage IV); its payload says when it was ``made``."""

KINDS = (WIND_GUST, MAST_INCLINATION, CRANE_SEPARATION, EMISSION_STAGE, *MACHINE_KINDS)
"""Everything this pack adds."""

CRANE = "crane"
"""Purpose of the instruments of a tower crane."""
