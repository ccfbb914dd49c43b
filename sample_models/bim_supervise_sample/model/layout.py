"""Everything the sample model holds: parts, storeys and spaces in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from bim_supervise_sample.ids import global_id
from bim_supervise_sample.model import pit, plant, structure
from bim_supervise_sample.model.parts import Part
from bim_supervise_sample.model.shapes import Circle, Polygon, Profile, Rectangle
from bim_supervise_sample.site import (
    BOUNDARY,
    EXCAVATION_LEVELS,
    HALL_ROOF,
    PIT_LENGTH,
    PIT_WIDTH,
    ROOF_BOTTOM,
    SEGMENTS,
    SLAB_TOP,
)

STOREYS: dict[str, tuple[str, str, float]] = {
    "PIT": ("MAIN", "坑底 / Pit", EXCAVATION_LEVELS[-1]),
    "TANK": ("MAIN", "水池层 / Tank level", SLAB_TOP),
    "GROUND": ("MAIN", "首层 / Ground floor", 0.0),
    "ROOF": ("MAIN", "屋面 / Roof", HALL_ROOF),
    "DOME": ("TEMPORARY", "气膜 / Dome level", 0.0),
}
"""Storey key -> building, name, elevation [m]."""

BUILDINGS: dict[str, str] = {
    "MAIN": "泵站与调蓄池 / Pump station and storage tank",
    "TEMPORARY": "临时工程 / Temporary works",
}

SYSTEMS: dict[str, tuple[str, str]] = {
    "DRAINAGE": ("排涝系统 / Flood drainage system", "STORMWATER"),
    "DEWATERING": ("降水系统 / Dewatering system", "DRAINAGE"),
    "DOMEAIR": ("气膜送风净化系统 / Dome air supply and purification", "VENTILATION"),
    "PV": ("光伏系统 / Photovoltaic system", "ELECTRICAL"),
    "GEOTHERMAL": ("地源热泵系统 / Ground-source heat system", "HEATING"),
}

CLASSIFICATION: dict[str, str] = {
    "10.10": "地下连续墙 / Diaphragm wall",
    "10.15": "桩 / Piles",
    "10.20": "冠梁 / Capping beam",
    "10.30": "内支撑 / Internal bracing",
    "10.40": "降水 / Dewatering",
    "10.50": "土方 / Earthwork",
    "20.10": "垫层 / Blinding",
    "20.20": "防水 / Waterproofing",
    "20.25": "钢筋 / Reinforcement",
    "20.30": "底板 / Base slab",
    "30.10": "墙 / Walls",
    "30.20": "柱 / Columns",
    "30.30": "梁 / Beams",
    "30.40": "板 / Slabs",
    "30.50": "楼梯 / Stairs",
    "30.60": "栏杆 / Railings",
    "40.10": "设备基础 / Equipment bases",
    "40.20": "水泵 / Pumps",
    "40.30": "管道阀门 / Pipes and valves",
    "40.40": "闸门格栅 / Gates and racks",
    "50.10": "光伏 / Photovoltaics",
    "50.20": "地热 / Geothermal",
    "60.10": "气膜基础 / Dome foundation",
    "60.20": "气膜膜体 / Dome envelope",
    "60.30": "气膜设备 / Dome equipment",
    "90.10": "场地设施 / Site facilities",
    "90.20": "施工机械 / Plant",
}
"""Codes of the sample's own system; they are no codes of any standard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A space or site zone: a profile at a place, from ``z0`` to ``z1`` [m]."""

    name: str
    long_name: str
    storey: str
    profile: Profile
    origin: tuple[float, float]
    z0: float
    z1: float
    external: bool = False

    @property
    def global_id(self) -> str:
        """The space's GlobalId."""
        return global_id("space", self.name)


def _block(
    name: str,
    long_name: str,
    storey: str,
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
    *,
    external: bool = False,
) -> Room:
    return Room(
        name=name,
        long_name=long_name,
        storey=storey,
        profile=Rectangle(x[1] - x[0], y[1] - y[0]),
        origin=((x[0] + x[1]) / 2, (y[0] + y[1]) / 2),
        z0=z[0],
        z1=z[1],
        external=external,
    )


@cache
def rooms() -> tuple[Room, ...]:
    """Spaces of the station and zones of the site."""
    xmin, ymin, xmax, ymax = BOUNDARY
    width = (0.0, PIT_WIDTH)
    strip = 3.0
    found = [
        _block(
            "PIT-A", "A区基坑 / Foundation pit A", "PIT", (0.0, 24.0), width, (EXCAVATION_LEVELS[-1], 0.0)
        ),
        _block(
            "PIT-B",
            "B区基坑 / Foundation pit B",
            "PIT",
            (24.0, PIT_LENGTH),
            width,
            (EXCAVATION_LEVELS[-1], 0.0),
        ),
        _block("PUMP-PIT", "泵坑 / Pump pit", "TANK", (0.6, 23.7), (0.6, 35.4), (SLAB_TOP, -0.8)),
        _block("PUMP-HALL", "泵房 / Pump hall", "GROUND", (0.3, 23.7), (0.3, 35.7), (0.0, HALL_ROOF)),
        _block(
            "DOME", "气膜内部 / Dome interior", "DOME", plant.DOME_X, plant.DOME_Y, (0.0, plant.DOME_HEIGHT)
        ),
        _block(
            "BOUNDARY-N",
            "北边界带 / North boundary strip",
            "GROUND",
            (xmin, xmax),
            (ymax - strip, ymax + 2.0),
            (0.0, 6.0),
            external=True,
        ),
        _block(
            "BOUNDARY-S",
            "南边界带 / South boundary strip",
            "GROUND",
            (xmin, xmax),
            (ymin - 2.0, ymin + strip),
            (0.0, 6.0),
            external=True,
        ),
        _block(
            "BOUNDARY-E",
            "东边界带 / East boundary strip",
            "GROUND",
            (xmax - strip, xmax + 2.0),
            (ymin + strip, ymax - strip),
            (0.0, 6.0),
            external=True,
        ),
        _block(
            "BOUNDARY-W",
            "西边界带 / West boundary strip",
            "GROUND",
            (xmin - 2.0, xmin + strip),
            (ymin + strip, ymax - strip),
            (0.0, 6.0),
            external=True,
        ),
        _block(
            "GATE",
            "工地大门 / Site gate",
            "GROUND",
            (-21.0, -10.0),
            (-19.0, -10.0),
            (0.0, 6.0),
            external=True,
        ),
        Room(
            name="CRANE-1",
            long_name="塔吊回转范围 / Tower crane radius",
            storey="GROUND",
            profile=Circle(50.0),
            origin=(36.0, 46.0),
            z0=0.0,
            z1=50.0,
            external=True,
        ),
    ]
    for number, segment in enumerate(("B1", "B2", "B3"), start=1):
        x0, x1 = SEGMENTS[segment]
        found.append(
            _block(
                f"TANK-{segment}",
                f"调蓄池{number}格 / Storage tank compartment {number}",
                "TANK",
                (x0 + 0.3, x1 - 0.3),
                (0.6, 35.4),
                (SLAB_TOP, ROOF_BOTTOM),
            )
        )
    return tuple(found)


@cache
def parts() -> tuple[Part, ...]:
    """All elements of the model in a fixed order."""
    found: list[Part] = []
    for source in (
        pit.site_works,
        pit.diaphragm_walls,
        pit.capping_beams,
        pit.struts,
        pit.piles,
        pit.wells,
        pit.excavation,
        structure.base_slabs,
        structure.tank_walls,
        structure.tank_frame,
        structure.pump_hall,
        plant.pumps,
        plant.gates,
        plant.green_plant,
        plant.dome,
    ):
        found.extend(source())
    tags = [part.tag for part in found]
    assert len(tags) == len(set(tags)), "every tag names one element"
    return tuple(found)


@cache
def parts_by_task() -> dict[str, tuple[Part, ...]]:
    """Elements of each task, by WBS code."""
    table: dict[str, list[Part]] = {}
    for part in parts():
        if part.task is not None:
            table.setdefault(part.task, []).append(part)
    return {task: tuple(found) for task, found in table.items()}


def space_quantities(room: Room) -> dict[str, float]:
    """Qto_SpaceBaseQuantities of a room [m, m2, m3]."""
    height = room.z1 - room.z0
    area = room.profile.area
    assert not isinstance(room.profile, Polygon)
    assert math.isfinite(area)
    return {
        "Height": height,
        "GrossPerimeter": room.profile.perimeter,
        "GrossFloorArea": area,
        "NetFloorArea": area,
        "GrossVolume": area * height,
        "NetVolume": area * height,
    }
