"""The sample site: names, place, levels and dates that every other file of the package agrees on."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SITE = "tongzhou-pump-station"
"""Site key in MQTT topics."""
PROJECT_NAME = "通州防洪泵站及调蓄池 / Tongzhou flood-control pump station and storage tank"
TIMEZONE = "Asia/Shanghai"
ZONE = ZoneInfo(TIMEZONE)
CURRENCY = "CNY"

PLAN_START = datetime(2026, 1, 5, 8, 0)  # noqa: DTZ001 - plan times are naive site wall time
PLAN_DEADLINE = datetime(2026, 9, 30, 17, 0)  # noqa: DTZ001
FIRST_DAY = date(2026, 3, 2)
"""First simulated site day; everything before it is history."""
DAYS = 60
LAST_DAY = date(2026, 4, 30)

CRS = "EPSG:4548"
"""CGCS2000 / 3-degree Gauss-Kruger, central meridian 117 E, false easting 500 km."""
LATITUDE = 39.902
LONGITUDE = 116.725
EASTINGS = 476_483.0
"""[m] of the project origin (the pit's south-west corner), consistent with latitude and longitude."""
NORTHINGS = 4_418_684.0
ORTHOGONAL_HEIGHT = 21.5
"""Height [m] of project level 0.000 (ground)."""
GRID_ANGLE_DEG = 4.0
"""Rotation of the project x axis against grid east, anticlockwise."""

SEGMENTS: dict[str, tuple[float, float]] = {
    "A1": (0.0, 12.0),
    "A2": (12.0, 24.0),
    "B1": (24.0, 40.0),
    "B2": (40.0, 56.0),
    "B3": (56.0, 72.0),
}
"""Pour segments by x range [m]; A is the pump station, B the storage tank's three compartments."""
PIT_LENGTH = 72.0
PIT_WIDTH = 36.0
EXCAVATION_LEVELS = (0.0, -3.5, -7.0, -11.2)
"""Top and bottoms [m] of the three excavation layers."""
SLAB_TOP = -10.0
WALL_JOINT = -5.5
ROOF_BOTTOM = -1.2
HALL_ROOF = 7.0
BOUNDARY = (-24.0, -22.0, 96.0, 58.0)
"""Site boundary xmin, ymin, xmax, ymax [m]."""
START = datetime(2026, 3, 2, tzinfo=ZONE)
"""The first simulated moment."""
END = datetime(2026, 5, 1, tzinfo=ZONE)
"""The end of the last simulated day."""
