"""Base slab, tank walls, columns, beams and roofs of the station and the tank."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from bim_supervise_sample.model.parts import (
    BITUMEN,
    C20,
    C30,
    C35,
    HRB400,
    Q235,
    STEEL_DENSITY,
    Material,
    Part,
    along_x,
    bar_quantities,
    plan_angle,
    slab,
    slab_quantities,
    wall,
    wall_quantities,
)
from bim_supervise_sample.model.shapes import Circle, Extrusion, Point, Polygon, Rectangle
from bim_supervise_sample.site import (
    HALL_ROOF,
    PIT_LENGTH,
    PIT_WIDTH,
    ROOF_BOTTOM,
    SEGMENTS,
    SLAB_TOP,
    WALL_JOINT,
)

SLAB_THICKNESS = 1.0
CUSHION = 0.15
WALL = 0.6
BAR_DIAMETER = 0.028
BAR_SPACING = 0.15
SHOWN_EVERY = 8
"""The model shows every eighth bar of a mat; weights count all of them."""

SLAB_TASKS = {"A1": "5.1", "A2": "5.2", "B1": "5.3", "B2": "5.4", "B3": "5.5"}
CONCRETE_C35: dict[str, str | float | bool] = {
    "ConcreteGrade": "C35",
    "RebarGrade": "HRB400",
    "ImpermeabilityGrade": "P8",
}
CONCRETE_C30: dict[str, str | float | bool] = {"ConcreteGrade": "C30", "RebarGrade": "HRB400"}


def base_slabs() -> Iterator[Part]:
    """Cushion, waterproofing, four reinforcement mats and the slab of each of five segments."""
    bottom = SLAB_TOP - SLAB_THICKNESS
    for segment, (x0, x1) in SEGMENTS.items():
        width = x1 - x0
        task = SLAB_TASKS[segment]
        yield Part(
            tag=f"CU-{segment}",
            ifc_class="IfcSlab",
            predefined="USERDEFINED",
            object_type="CUSHION",
            name=f"垫层 {segment} / Blinding {segment}",
            storey="PIT",
            geometry=slab(width, PIT_WIDTH, CUSHION),
            origin=(x0, 0.0, bottom - 0.05 - CUSHION),
            material=C20,
            code="20.10",
            task=f"{task}.1",
            quantity_set="Qto_SlabBaseQuantities",
            quantities=slab_quantities(width, PIT_WIDTH, CUSHION),
            properties={"ConcreteGrade": "C20"},
        )
        yield Part(
            tag=f"WP-{segment}",
            ifc_class="IfcCovering",
            predefined="MEMBRANE",
            name=f"底板防水 {segment} / Base waterproofing {segment}",
            storey="PIT",
            geometry=slab(width, PIT_WIDTH, 0.05),
            origin=(x0, 0.0, bottom - 0.05),
            material=BITUMEN,
            code="20.20",
            task=f"{task}.2",
            quantity_set="Qto_CoveringBaseQuantities",
            quantities={"Width": 0.05, "GrossArea": width * PIT_WIDTH, "NetArea": width * PIT_WIDTH},
        )
        yield from _mats(segment, x0, width, bottom, f"{task}.3")
        yield Part(
            tag=f"BS-{segment}",
            ifc_class="IfcSlab",
            predefined="BASESLAB",
            name=f"底板 {segment} / Base slab {segment}",
            storey="TANK",
            geometry=slab(width, PIT_WIDTH, SLAB_THICKNESS),
            origin=(x0, 0.0, bottom),
            material=C35,
            code="20.30",
            task=f"{task}.4",
            quantity_set="Qto_SlabBaseQuantities",
            quantities=slab_quantities(width, PIT_WIDTH, SLAB_THICKNESS),
            properties=CONCRETE_C35,
        )


def _mats(segment: str, x0: float, width: float, bottom: float, task: str) -> Iterator[Part]:
    cover = 0.05
    for layer, z in (("B", bottom + cover), ("T", SLAB_TOP - cover - 2 * BAR_DIAMETER)):
        for direction in "XY":
            length = (width if direction == "X" else PIT_WIDTH) - 2 * cover
            across = (PIT_WIDTH if direction == "X" else width) - 2 * cover
            count = math.floor(across / BAR_SPACING) + 1
            profile = Circle(BAR_DIAMETER / 2)
            lift = BAR_DIAMETER if direction == "Y" else 0.0
            bars = tuple(
                Extrusion(
                    profile,
                    length,
                    at=(cover, cover + index * BAR_SPACING, lift)
                    if direction == "X"
                    else (cover + index * BAR_SPACING, cover, lift),
                    axis=(1.0, 0.0, 0.0) if direction == "X" else (0.0, 1.0, 0.0),
                    reference=(0.0, 1.0, 0.0) if direction == "X" else (1.0, 0.0, 0.0),
                )
                for index in range(0, count, SHOWN_EVERY)
            )
            zh, en = ("底筋", "Bottom bars") if layer == "B" else ("面筋", "Top bars")
            yield Part(
                tag=f"RB-{segment}-{layer}{direction}",
                ifc_class="IfcReinforcingBar",
                predefined="MAIN",
                name=f"{zh} {segment} {direction}向 / {en} {segment} {direction}",
                storey="PIT",
                geometry=bars,
                origin=(x0, 0.0, z),
                material=HRB400,
                code="20.25",
                task=task,
                quantity_set="Qto_ReinforcingElementBaseQuantities",
                quantities={
                    "Count": float(count),
                    "Length": length * count,
                    "Weight": profile.area * length * count * STEEL_DENSITY,
                },
                properties={
                    "RebarGrade": "HRB400",
                    "BarDiameter_mm": BAR_DIAMETER * 1000,
                    "BarSpacing_mm": BAR_SPACING * 1000,
                    "ShownEvery": float(SHOWN_EVERY),
                },
            )


def _tank_wall(tag: str, start: Point, end: Point, lift: int, task: str) -> Part:
    # The walls carry the ground floor of the station, or the roof of the tank.
    top = -0.2 if tag.startswith(("TW-A", "TW-B1-W")) else ROOF_BOTTOM + 0.4
    z0, z1 = ((SLAB_TOP, WALL_JOINT), (WALL_JOINT, top))[lift - 1]
    length = math.dist(start, end)
    return Part(
        tag=tag,
        ifc_class="IfcWall",
        predefined="SOLIDWALL",
        name=f"池壁 {tag} / Tank wall {tag}",
        storey="TANK",
        geometry=wall(length, WALL, z1 - z0),
        origin=(start[0], start[1], z0),
        angle=plan_angle(start, end),
        material=C35,
        code="30.10",
        task=task,
        quantity_set="Qto_WallBaseQuantities",
        quantities=wall_quantities(length, WALL, z1 - z0),
        properties=CONCRETE_C35 | {"PourLift": float(lift)},
    )


def tank_walls() -> Iterator[Part]:
    """Outer and partition walls by segment and by lift of pour."""
    half = WALL / 2
    for lift in (1, 2):
        for segment, (x0, x1) in SEGMENTS.items():
            if segment.startswith("A"):
                task = ("6.1.3", "6.2.2")[lift - 1]
            else:
                task = {"B1": ("6.3.1", "6.4.1"), "B2": ("6.3.2", "6.4.2"), "B3": ("6.3.3", "6.4.3")}[
                    segment
                ][lift - 1]
            for side, y in (("N", PIT_WIDTH - half), ("S", half)):
                yield _tank_wall(f"TW-{segment}-{side}{lift}", (x0, y, 0), (x1, y, 0), lift, task)
            # The wall on the segment's west side belongs to it; the last segment also closes the east end.
            if segment != "A2":
                x = half if segment == "A1" else x0
                yield _tank_wall(f"TW-{segment}-W{lift}", (x, WALL, 0), (x, PIT_WIDTH - WALL, 0), lift, task)
            if segment == "B3":
                x = PIT_LENGTH - half
                yield _tank_wall(f"TW-{segment}-E{lift}", (x, WALL, 0), (x, PIT_WIDTH - WALL, 0), lift, task)


def _column(tag: str, x: float, y: float, z0: float, z1: float, side: float, storey: str, task: str) -> Part:
    solids = (Extrusion(Rectangle(side, side), z1 - z0),)
    return Part(
        tag=tag,
        ifc_class="IfcColumn",
        predefined="COLUMN",
        name=f"柱 {tag} / Column {tag}",
        storey=storey,
        geometry=solids,
        origin=(x, y, z0),
        material=C35 if z1 <= 0 else C30,
        code="30.20",
        task=task,
        quantity_set="Qto_ColumnBaseQuantities",
        quantities=bar_quantities(solids),
        properties=CONCRETE_C35 if z1 <= 0 else CONCRETE_C30,
    )


def _beam(tag: str, start: Point, end: Point, storey: str, task: str, material: Material) -> Part:
    solids = along_x(Rectangle(0.4, 0.8), math.dist(start, end))
    return Part(
        tag=tag,
        ifc_class="IfcBeam",
        predefined="BEAM",
        name=f"梁 {tag} / Beam {tag}",
        storey=storey,
        geometry=solids,
        origin=start,
        angle=plan_angle(start, end),
        material=material,
        code="30.30",
        task=task,
        quantity_set="Qto_BeamBaseQuantities",
        quantities=bar_quantities(solids),
        properties=CONCRETE_C35 if material is C35 else CONCRETE_C30,
    )


def _slab(
    tag: str,
    name: str,
    x: tuple[float, float],
    z: float,
    thickness: float,
    storey: str,
    task: str,
    *,
    predefined: str = "FLOOR",
    material: Material = C35,
) -> Part:
    width = x[1] - x[0]
    return Part(
        tag=tag,
        ifc_class="IfcSlab",
        predefined=predefined,
        name=name,
        storey=storey,
        geometry=slab(width, PIT_WIDTH, thickness),
        origin=(x[0], 0.0, z),
        material=material,
        code="30.40",
        task=task,
        quantity_set="Qto_SlabBaseQuantities",
        quantities=slab_quantities(width, PIT_WIDTH, thickness),
        properties=CONCRETE_C35 if material is C35 else CONCRETE_C30,
    )


def tank_frame() -> Iterator[Part]:
    """Columns, beams and roof slabs of the three tank compartments."""
    rows = (6.0, 12.0, 18.0, 24.0, 30.0)
    for segment, columns, roof in (
        ("B1", "6.5.1", "6.6.1"),
        ("B2", "6.5.2", "6.6.2"),
        ("B3", "6.5.3", "6.6.3"),
    ):
        x0, x1 = SEGMENTS[segment]
        for line, x in enumerate((x0 + 4.5, x0 + 11.5), start=1):
            for row, y in enumerate(rows, start=1):
                tag = f"CO-{segment}-{line}{row}"
                yield _column(tag, x, y, SLAB_TOP, ROOF_BOTTOM - 0.4, 0.5, "TANK", columns)
            ends = (0.0, *rows, PIT_WIDTH)
            for bay, (y0, y1) in enumerate(itertools.pairwise(ends), start=1):
                tag = f"BM-{segment}-{line}{bay}"
                yield _beam(tag, (x, y0, ROOF_BOTTOM), (x, y1, ROOF_BOTTOM), "TANK", roof, C35)
        yield _slab(
            f"RS-{segment}",
            f"调蓄池顶板 {segment} / Tank roof slab {segment}",
            (x0, x1),
            ROOF_BOTTOM + 0.4,
            0.4,
            "TANK",
            roof,
            predefined="ROOF",
        )


def pump_hall() -> Iterator[Part]:
    """The pump station's inner frame, ground floor and hall."""
    rows = (6.0, 12.0, 18.0, 24.0, 30.0)
    for line, x in enumerate((6.0, 18.0), start=1):
        for row, y in enumerate(rows, start=1):
            yield _column(f"CO-A-{line}{row}", x, y, SLAB_TOP, -1.0, 0.6, "TANK", "6.2.3")
        ends = (0.0, *rows, PIT_WIDTH)
        for bay, (y0, y1) in enumerate(itertools.pairwise(ends), start=1):
            yield _beam(f"BM-A-{line}{bay}", (x, y0, -0.6), (x, y1, -0.6), "GROUND", "6.2.4", C30)
            yield _beam(
                f"BM-H-{line}{bay}", (x, y0, HALL_ROOF - 0.4), (x, y1, HALL_ROOF - 0.4), "ROOF", "7.2", C30
            )
    for segment in ("A1", "A2"):
        span = SEGMENTS[segment]
        yield _slab(
            f"GF-{segment}",
            f"首层板 {segment} / Ground floor slab {segment}",
            span,
            -0.2,
            0.2,
            "GROUND",
            "6.2.4",
            material=C30,
        )
        yield _slab(
            f"HR-{segment}",
            f"泵房屋面板 {segment} / Pump hall roof slab {segment}",
            span,
            HALL_ROOF,
            0.15,
            "ROOF",
            "7.2",
            predefined="ROOF",
            material=C30,
        )
    for index, y in enumerate((0.3, *rows, PIT_WIDTH - 0.3), start=1):
        for side, x in (("W", 0.3), ("E", 23.7)):
            if 1 < index < 7:
                yield _column(f"CO-H-{side}{index}", x, y, 0.0, HALL_ROOF - 0.8, 0.5, "GROUND", "7.1")
    hall: tuple[tuple[str, Point, Point], ...] = (
        ("HW-S", (0.0, 0.15, 0), (24.0, 0.15, 0)),
        ("HW-N", (0.0, PIT_WIDTH - 0.15, 0), (24.0, PIT_WIDTH - 0.15, 0)),
        ("HW-W", (0.15, 0.3, 0), (0.15, PIT_WIDTH - 0.3, 0)),
        ("HW-E", (23.85, 0.3, 0), (23.85, PIT_WIDTH - 0.3, 0)),
    )
    for tag, start, end in hall:
        length = math.dist(start, end)
        yield Part(
            tag=tag,
            ifc_class="IfcWall",
            predefined="SOLIDWALL",
            name=f"泵房墙 {tag} / Pump hall wall {tag}",
            storey="GROUND",
            geometry=wall(length, 0.3, HALL_ROOF),
            origin=start,
            angle=plan_angle(start, end),
            material=C30,
            code="30.10",
            task="7.1",
            quantity_set="Qto_WallBaseQuantities",
            quantities=wall_quantities(length, 0.3, HALL_ROOF),
            properties=CONCRETE_C30,
        )
    yield from _stairs_and_railings()


def _stairs_and_railings() -> Iterator[Part]:
    risers, rise, going, width = 20, 1 / 6, 0.28, 1.2
    for index, (x, z) in enumerate(
        ((2.0, SLAB_TOP), (9.0, SLAB_TOP + 10 / 3), (2.0, SLAB_TOP + 20 / 3)), start=1
    ):
        points: list[tuple[float, float]] = [(0.0, 0.0)]
        for step in range(risers):
            points += [(step * going, (step + 1) * rise), ((step + 1) * going, (step + 1) * rise)]
        # A 0.2 m thick flight: the soffit runs back parallel to the pitch line.
        points += [(risers * going, risers * rise - 0.4), (0.4, 0.0)]
        profile = Polygon(tuple(reversed(points)))
        solids = (Extrusion(profile, width, axis=(0.0, -1.0, 0.0)),)
        yield Part(
            tag=f"SR-{index}",
            ifc_class="IfcStairFlight",
            predefined="STRAIGHT",
            name=f"楼梯 {index} / Stair flight {index}",
            storey="TANK",
            geometry=solids,
            origin=(x, 33.5 if index != 2 else 32.0, z),
            material=C30,
            code="30.50",
            task="7.3",
            quantity_set="Qto_StairFlightBaseQuantities",
            quantities={
                "Length": risers * math.hypot(rise, going),
                "GrossVolume": solids[0].volume,
                "NetVolume": solids[0].volume,
            },
            properties=CONCRETE_C30,
        )
    for index in range(8):
        y = 3.0 + 4.0 * index
        length = 3.6
        post = Circle(0.0245, 0.003)
        bars = (
            Extrusion(post, length, at=(0.0, 0.0, 1.1), axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)),
            Extrusion(post, length, at=(0.0, 0.0, 0.6), axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)),
            Extrusion(post, 1.1, at=(0.05, 0.0, 0.0)),
            Extrusion(post, 1.1, at=(length - 0.05, 0.0, 0.0)),
        )
        yield Part(
            tag=f"RL-{index + 1}",
            ifc_class="IfcRailing",
            predefined="GUARDRAIL",
            name=f"栏杆 {index + 1} / Guard rail {index + 1}",
            storey="GROUND",
            geometry=bars,
            origin=(8.0, y, 0.0),
            angle=90.0,
            material=Q235,
            code="30.60",
            task="7.3",
            quantity_set="Qto_RailingBaseQuantities",
            quantities={"Length": length},
        )
