"""Kinds of observation that the foundation-pit rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape

SETTLEMENT = KindTable()["settlement"]
"""Vertical movement of a point [mm]; the parameter ``points`` tells its sign."""

WATER_LEVEL = KindTable()["water_level"]
"""Level of the groundwater [m]."""


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


HORIZONTAL = _telemetry("horizontal_displacement", "mm", 0.01, -10_000.0, 10_000.0)
"""Horizontal movement of the top of a wall or slope [mm]."""

DEEP = _telemetry("deep_displacement", "mm", 0.01, -10_000.0, 10_000.0)
"""Horizontal movement [mm] at one depth of an inclinometer; every depth is a device of its own."""

STRUT_FORCE = _telemetry("strut_force", "kN", 0.1, -1e6, 1e6)
"""Axial force of a strut or anchor [kN]."""

KINDS = (HORIZONTAL, DEEP, STRUT_FORCE)
"""Everything this pack adds."""
