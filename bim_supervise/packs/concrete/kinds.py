"""Kinds of observation that the concrete rules read."""

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.observations import ObservationKind, Shape, SubjectType

CONCRETE_TEMPERATURE = KindTable()["concrete_temperature"]
"""Temperature in or on the concrete [degC]."""

AIR_TEMPERATURE = KindTable()["air_temperature"]
"""Temperature of the air [degC]."""

_WORK = (SubjectType.ELEMENT, SubjectType.TASK, SubjectType.CHECKPOINT)


def _stated(key: str, unit: str, minimum: float, maximum: float) -> ObservationKind:
    return ObservationKind(
        key=key,
        shape=Shape.FACT,
        subjects=_WORK,
        numeric=True,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
    )


STRENGTH_RESULT = _stated("strength_result", "MPa", 0.0, 300.0)
"""Strength of same-condition cubes [MPa] as a laboratory states it; its payload names the ``report``."""

PLACING_TEMPERATURE = _stated("placing_temperature", "degC", -60.0, 100.0)
"""Temperature of the mixture when it is placed [degC]."""

DISCHARGE_TEMPERATURE = _stated("discharge_temperature", "degC", -60.0, 100.0)
"""Temperature of the mixture when it leaves the mixer or truck [degC]."""

LAYER_TEMPERATURE = _stated("layer_temperature", "degC", -60.0, 100.0)
"""Temperature of a placed layer before the next one covers it [degC]."""

POST_SPACING = _stated("post_spacing", "m", 0.0, 100.0)
"""Largest distance [m] between the posts that stay under a slab when its panels are struck."""

RAIN_CLASS = ObservationKind(
    key="rain_class",
    shape=Shape.FACT,
    subjects=_WORK,
    values=("none", "light", "moderate", "heavy", "storm"),
)
"""The rain that is falling or forecast for the pour."""

KINDS = (
    STRENGTH_RESULT,
    PLACING_TEMPERATURE,
    DISCHARGE_TEMPERATURE,
    LAYER_TEMPERATURE,
    POST_SPACING,
    RAIN_CLASS,
)
"""Everything this pack adds."""

CORE, SURFACE = "concrete_core", "concrete_surface"
"""Purposes of the thermometers of a mass of concrete; a pair stands in one zone."""
