"""Retaining walls, struts, piles, wells and excavation of the foundation pit."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bim_supervise_sample.model.parts import (
    C20,
    C30,
    C30_UNDERWATER,
    EQUIPMENT,
    HDPE,
    Q235,
    SOIL,
    Part,
    along_x,
    bar_quantities,
    plan_angle,
    slab,
    slab_quantities,
    wall,
    wall_quantities,
    weight_of,
)
from bim_supervise_sample.model.shapes import Circle, Extrusion, Point, Rectangle
from bim_supervise_sample.site import (
    BOUNDARY,
    EXCAVATION_LEVELS,
    PIT_LENGTH,
    PIT_WIDTH,
    SEGMENTS,
)

PANEL = 6.0
WALL_THICKNESS = 0.8
WALL_DEPTH = 21.0


def _panel(tag: str, start: Point, end: Point, task: str) -> Part:
    length = math.dist(start, end)
    return Part(
        tag=tag,
        ifc_class="IfcWall",
        predefined="SOLIDWALL",
        name=f"地下连续墙 {tag} / Diaphragm wall panel {tag}",
        storey="PIT",
        geometry=wall(length, WALL_THICKNESS, WALL_DEPTH),
        origin=(start[0], start[1], -1.0 - WALL_DEPTH),
        angle=plan_angle(start, end),
        material=C30_UNDERWATER,
        code="10.10",
        task=task,
        quantity_set="Qto_WallBaseQuantities",
        quantities=wall_quantities(length, WALL_THICKNESS, WALL_DEPTH),
        properties={"ConcreteGrade": "C30", "RebarGrade": "HRB400", "JointType": "H-steel"},
    )


def diaphragm_walls() -> Iterator[Part]:
    """36 panels around the pit, axis 0.4 m outside its clear edge."""
    out = WALL_THICKNESS / 2
    for index in range(12):
        x = index * PANEL
        yield _panel(f"DW-N{index + 1:02d}", (x, PIT_WIDTH + out, 0), (x + PANEL, PIT_WIDTH + out, 0), "2.2")
        yield _panel(f"DW-S{index + 1:02d}", (x, -out, 0), (x + PANEL, -out, 0), "2.3")
    for index in range(6):
        y = index * PANEL
        yield _panel(
            f"DW-E{index + 1:02d}", (PIT_LENGTH + out, y, 0), (PIT_LENGTH + out, y + PANEL, 0), "2.4"
        )
        yield _panel(f"DW-W{index + 1:02d}", (-out, y, 0), (-out, y + PANEL, 0), "2.4")


def capping_beams() -> Iterator[Part]:
    """Eight lengths of capping beam on top of the diaphragm walls."""
    out = WALL_THICKNESS / 2
    runs: list[tuple[str, Point, Point]] = []
    for index in range(3):
        x = index * 24.0
        runs.append((f"CB-N{index + 1}", (x, PIT_WIDTH + out, 0), (x + 24.0, PIT_WIDTH + out, 0)))
        runs.append((f"CB-S{index + 1}", (x, -out, 0), (x + 24.0, -out, 0)))
    runs.append(("CB-E1", (PIT_LENGTH + out, 0, 0), (PIT_LENGTH + out, PIT_WIDTH, 0)))
    runs.append(("CB-W1", (-out, 0, 0), (-out, PIT_WIDTH, 0)))
    for tag, start, end in runs:
        solids = along_x(Rectangle(1.0, 0.8), math.dist(start, end))
        yield Part(
            tag=tag,
            ifc_class="IfcBeam",
            predefined="BEAM",
            name=f"冠梁 {tag} / Capping beam {tag}",
            storey="GROUND",
            geometry=solids,
            origin=(start[0], start[1], -0.6),
            angle=plan_angle(start, end),
            material=C30,
            code="10.20",
            task="2.9",
            quantity_set="Qto_BeamBaseQuantities",
            quantities=bar_quantities(solids),
            properties={"ConcreteGrade": "C30", "RebarGrade": "HRB400"},
        )


def struts() -> Iterator[Part]:
    """Two levels of twelve steel pipe struts and four concrete corner braces."""
    pipe = Circle(0.3045, 0.016)
    for level, z, tasks in ((1, -0.9, ("4.2", "4.10")), (2, -5.2, ("4.6", "4.12"))):
        for index in range(12):
            x = 3.0 + 6.0 * index
            solids = (Extrusion(pipe, PIT_WIDTH, axis=(0.0, 1.0, 0.0), reference=(1.0, 0.0, 0.0)),)
            yield Part(
                tag=f"ST{level}-{index + 1:02d}",
                ifc_class="IfcMember",
                predefined="STRUT",
                name=f"第{level}道钢支撑 {index + 1:02d} / Steel strut level {level} no. {index + 1:02d}",
                storey="PIT",
                geometry=solids,
                origin=(x, 0.0, z),
                material=Q235,
                code="10.30",
                task=tasks[0] if x < 24.0 else tasks[1],
                quantity_set="Qto_MemberBaseQuantities",
                quantities={**bar_quantities(solids), "NetWeight": weight_of(solids, Q235)},
                properties={"SteelGrade": "Q235B", "PipeSize": "609x16", "Level": float(level)},
            )
    corners: tuple[tuple[str, Point, Point], ...] = (
        ("CR-1", (0.0, 2.4, 0), (2.4, 0.0, 0)),
        ("CR-2", (PIT_LENGTH - 2.4, 0.0, 0), (PIT_LENGTH, 2.4, 0)),
        ("CR-3", (PIT_LENGTH, PIT_WIDTH - 2.4, 0), (PIT_LENGTH - 2.4, PIT_WIDTH, 0)),
        ("CR-4", (2.4, PIT_WIDTH, 0), (0.0, PIT_WIDTH - 2.4, 0)),
    )
    for tag, start, end in corners:
        brace = along_x(Rectangle(0.7, 0.8), math.dist(start, end))
        yield Part(
            tag=tag,
            ifc_class="IfcBeam",
            predefined="BEAM",
            name=f"混凝土角撑 {tag} / Concrete corner brace {tag}",
            storey="PIT",
            geometry=brace,
            origin=(start[0], start[1], -0.6),
            angle=plan_angle(start, end),
            material=C30,
            code="10.30",
            task="4.3",
            quantity_set="Qto_BeamBaseQuantities",
            quantities=bar_quantities(brace),
            properties={"ConcreteGrade": "C30", "RebarGrade": "HRB400"},
        )


def piles() -> Iterator[Part]:
    """Uplift piles on a 6 m grid and the king posts on the pit's centre line."""
    for column in range(12):
        for row, y in enumerate((6.0, 12.0, 24.0, 30.0)):
            tag = f"UP-{column + 1:02d}{'ABCD'[row]}"
            solids = (Extrusion(Circle(0.4), 16.0),)
            yield Part(
                tag=tag,
                ifc_class="IfcPile",
                predefined="BORED",
                name=f"抗拔桩 {tag} / Uplift pile {tag}",
                storey="PIT",
                geometry=solids,
                origin=(3.0 + 6.0 * column, y, -27.0),
                material=C30_UNDERWATER,
                code="10.15",
                task="2.5" if column < 4 else "2.6",
                quantity_set="Qto_PileBaseQuantities",
                quantities=bar_quantities(solids),
                properties={"ConcreteGrade": "C30", "RebarGrade": "HRB400"},
            )
        post = (Extrusion(Circle(0.2305, 0.016), 14.0),)
        yield Part(
            tag=f"KP-{column + 1:02d}",
            ifc_class="IfcColumn",
            predefined="COLUMN",
            name=f"格构柱 {column + 1:02d} / King post {column + 1:02d}",
            storey="PIT",
            geometry=post,
            origin=(3.0 + 6.0 * column, PIT_WIDTH / 2, -15.0),
            material=Q235,
            code="10.30",
            task="2.7",
            quantity_set="Qto_ColumnBaseQuantities",
            quantities={**bar_quantities(post), "NetWeight": weight_of(post, Q235)},
            properties={"SteelGrade": "Q235B"},
        )


def wells() -> Iterator[Part]:
    """Sixteen dewatering wells around the pit."""
    for index in range(8):
        x = 4.5 + 9.0 * index
        for side, y in (("N", PIT_WIDTH + 3.0), ("S", -3.0)):
            solids = (Extrusion(Circle(0.3, 0.05), 24.0),)
            yield Part(
                tag=f"WL-{side}{index + 1}",
                ifc_class="IfcDistributionChamberElement",
                predefined="USERDEFINED",
                object_type="DEWATERINGWELL",
                name=f"降水井 {side}{index + 1} / Dewatering well {side}{index + 1}",
                storey="GROUND",
                geometry=solids,
                origin=(x, y, -24.0),
                material=HDPE,
                code="10.40",
                task="2.8",
                quantity_set="Qto_DistributionChamberElementBaseQuantities",
                quantities={
                    "GrossVolume": math.pi * 0.3**2 * 24.0,
                    "NetVolume": solids[0].volume,
                    "Depth": 24.0,
                },
                system="DEWATERING",
            )


def excavation() -> Iterator[Part]:
    """Fifteen blocks of soil, five segments by three layers, dug out by the excavation tasks."""
    for layer in range(3):
        top, bottom = EXCAVATION_LEVELS[layer], EXCAVATION_LEVELS[layer + 1]
        for segment, (x0, x1) in SEGMENTS.items():
            if segment.startswith("A"):
                task = ("4.1", "4.5", "4.7")[layer]
            elif layer < 2:
                task = ("4.9", "4.11")[layer]
            else:
                task = {"B1": "4.13", "B2": "4.14", "B3": "4.15"}[segment]
            yield Part(
                tag=f"EX-{segment}-L{layer + 1}",
                ifc_class="IfcBuildingElementProxy",
                predefined="USERDEFINED",
                object_type="EXCAVATIONBLOCK",
                name=f"土方 {segment} 第{layer + 1}层 / Excavation block {segment} layer {layer + 1}",
                storey="PIT",
                geometry=slab(x1 - x0, PIT_WIDTH, top - bottom),
                origin=(x0, 0.0, bottom),
                material=SOIL,
                code="10.50",
                task=task,
                quantity_set="Qto_BuildingElementProxyQuantities",
                quantities={"NetVolume": (x1 - x0) * PIT_WIDTH * (top - bottom)},
            )


def site_works() -> Iterator[Part]:
    """Hoarding, wheel wash and tower crane."""
    xmin, ymin, xmax, ymax = BOUNDARY
    corners: tuple[Point, ...] = ((xmin, ymin, 0), (xmax, ymin, 0), (xmax, ymax, 0), (xmin, ymax, 0))
    for side, (start, end) in zip("SENW", zip(corners, corners[1:] + corners[:1], strict=True), strict=True):
        for index in range(4):
            a = tuple(s + (e - s) * index / 4 for s, e in zip(start, end, strict=True))
            length = math.dist(start, end) / 4
            yield Part(
                tag=f"HD-{side}{index + 1}",
                ifc_class="IfcWall",
                predefined="SOLIDWALL",
                name=f"围挡 {side}{index + 1} / Hoarding {side}{index + 1}",
                storey="GROUND",
                geometry=wall(length, 0.05, 2.5),
                origin=(a[0], a[1], 0.0),
                angle=plan_angle(start, end),
                material=Q235,
                code="90.10",
                task="1.2",
                quantity_set="Qto_WallBaseQuantities",
                quantities=wall_quantities(length, 0.05, 2.5),
            )
    yield Part(
        tag="WW-1",
        ifc_class="IfcSlab",
        predefined="USERDEFINED",
        object_type="WHEELWASH",
        name="洗车台 / Wheel wash",
        storey="GROUND",
        geometry=slab(8.0, 4.0, 0.3),
        origin=(-20.0, -16.0, -0.3),
        material=C20,
        code="90.10",
        task="1.3",
        quantity_set="Qto_SlabBaseQuantities",
        quantities=slab_quantities(8.0, 4.0, 0.3),
    )
    crane = (
        Extrusion(Rectangle(1.6, 1.6), 46.0),
        Extrusion(
            Rectangle(1.2, 1.2), 62.0, at=(-12.0, 0.0, 44.0), axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)
        ),
    )
    yield Part(
        tag="TC-1",
        ifc_class="IfcTransportElement",
        predefined="LIFTINGGEAR",
        name="塔吊 TC-1 / Tower crane TC-1",
        storey="GROUND",
        geometry=crane,
        origin=(36.0, 46.0, 0.0),
        angle=-90.0,
        material=EQUIPMENT,
        code="90.20",
        task="1.4",
        properties={"RatedMoment_kNm": 1600.0, "JibLength_m": 50.0},
    )
