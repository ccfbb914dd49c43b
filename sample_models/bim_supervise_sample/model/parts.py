"""What an element of the sample is before it becomes IFC, and how its quantities follow from its solids."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bim_supervise_sample.ids import global_id
from bim_supervise_sample.model.shapes import Extrusion, Geometry, Mesh, Point, Polygon, Rectangle, Sweep

STEEL_DENSITY = 7850.0
"""[kg/m3], GB 50017 table of steel properties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A material with its category and, for concrete, its strength grade."""

    name: str
    category: str
    grade: str | None = None


C20 = Material(name="C20 混凝土 / C20 concrete", category="concrete", grade="C20")
C30 = Material(name="C30 混凝土 / C30 concrete", category="concrete", grade="C30")
C35 = Material(name="C35 P8 抗渗混凝土 / C35 P8 watertight concrete", category="concrete", grade="C35")
C30_UNDERWATER = Material(name="C30 水下混凝土 / C30 tremie concrete", category="concrete", grade="C30")
HRB400 = Material(name="HRB400 钢筋 / HRB400 reinforcement", category="steel", grade="HRB400")
Q235 = Material(name="Q235B 钢 / Q235B steel", category="steel", grade="Q235B")
PVC = Material(name="PVDF 膜材 / PVDF-coated membrane", category="membrane")
BITUMEN = Material(name="SBS 防水卷材 / SBS waterproofing membrane", category="membrane")
DUCTILE_IRON = Material(name="球墨铸铁 / Ductile iron", category="iron")
HDPE = Material(name="HDPE 管 / HDPE pipe", category="plastic")
SILICON = Material(name="单晶硅组件 / Monocrystalline module", category="photovoltaic")
SOIL = Material(name="粉质粘土 / Silty clay", category="soil")
EQUIPMENT = Material(name="成套设备 / Packaged equipment", category="equipment")

DENSITIES: dict[str, float] = {"steel": STEEL_DENSITY, "iron": 7200.0, "plastic": 950.0, "concrete": 2500.0}
"""[kg/m3] by material category, for weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One element: identity, place, solids in a local frame, and the task that makes it."""

    tag: str
    ifc_class: str
    name: str
    storey: str
    geometry: Geometry
    material: Material
    code: str
    """Classification code of the sample's own system."""
    task: str | None = None
    """WBS code of the task that produces it (or digs it out)."""
    predefined: str | None = None
    object_type: str | None = None
    origin: Point = (0.0, 0.0, 0.0)
    """Placement in project coordinates [m]."""
    angle: float = 0.0
    """Rotation in plan [degrees], anticlockwise."""
    quantity_set: str = ""
    quantities: Mapping[str, float] = field(default_factory=dict)
    properties: Mapping[str, str | float | bool] = field(default_factory=dict)
    system: str | None = None

    @property
    def global_id(self) -> str:
        """The element's GlobalId."""
        return global_id("element", self.tag)

    @property
    def volume(self) -> float:
        """Volume of all solids [m3]; 0 for surfaces."""
        return volume_of(self.geometry)


def volume_of(geometry: Geometry) -> float:
    """Volume [m3] of a geometry; surfaces have none."""
    if isinstance(geometry, Mesh):
        return 0.0
    if isinstance(geometry, Sweep):
        return geometry.volume
    return sum(solid.volume for solid in geometry)


def weight_of(geometry: Geometry, material: Material) -> float:
    """Weight [kg] of the solids in their material."""
    return volume_of(geometry) * DENSITIES[material.category]


def slab(x: float, y: float, thickness: float) -> tuple[Extrusion, ...]:
    """A plate with its lower corner at the local origin, sides along the axes [m]."""
    return (Extrusion(Rectangle(x, y), thickness, at=(x / 2, y / 2, 0.0)),)


def wall(length: float, thickness: float, height: float) -> tuple[Extrusion, ...]:
    """A wall along local x, centred on its axis [m]."""
    return (Extrusion(Rectangle(length, thickness), height, at=(length / 2, 0.0, 0.0)),)


def along_x(profile: Rectangle | Polygon, length: float) -> tuple[Extrusion, ...]:
    """A member along local x; the profile's x is local y, its y is up [m]."""
    return (Extrusion(profile, length, axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)),)


def slab_quantities(x: float, y: float, thickness: float) -> dict[str, float]:
    """Qto_SlabBaseQuantities of a rectangular plate [m, m2, m3]."""
    return {
        "Width": thickness,
        "Length": max(x, y),
        "Depth": min(x, y),
        "Perimeter": 2 * (x + y),
        "GrossArea": x * y,
        "NetArea": x * y,
        "GrossVolume": x * y * thickness,
        "NetVolume": x * y * thickness,
    }


def wall_quantities(length: float, thickness: float, height: float) -> dict[str, float]:
    """Qto_WallBaseQuantities of a straight wall [m, m2, m3]."""
    return {
        "Length": length,
        "Width": thickness,
        "Height": height,
        "GrossFootprintArea": length * thickness,
        "NetSideArea": length * height,
        "GrossSideArea": length * height,
        "GrossVolume": length * thickness * height,
        "NetVolume": length * thickness * height,
    }


def bar_quantities(solids: tuple[Extrusion, ...]) -> dict[str, float]:
    """Length, section, surface and volume of a single straight member [m, m2, m3]."""
    (solid,) = solids
    return {
        "Length": solid.depth,
        "CrossSectionArea": solid.profile.area,
        "OuterSurfaceArea": solid.outer_area,
        "GrossVolume": solid.volume,
        "NetVolume": solid.volume,
    }


def plan_angle(start: Point, end: Point) -> float:
    """Direction in plan [degrees] from one point to another."""
    return math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))
