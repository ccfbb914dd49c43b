"""Pumps, pipes, gates, photovoltaics, borehole heat exchangers and the temporary dome."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bim_supervise_sample.model.parts import (
    C30,
    DUCTILE_IRON,
    EQUIPMENT,
    HDPE,
    PVC,
    Q235,
    SILICON,
    Part,
    along_x,
    bar_quantities,
    plan_angle,
    weight_of,
)
from bim_supervise_sample.model.shapes import Circle, Extrusion, Mesh, Point, Rectangle, Sweep
from bim_supervise_sample.site import HALL_ROOF, PIT_LENGTH, PIT_WIDTH, SLAB_TOP

PUMPS = 6


def pumps() -> Iterator[Part]:
    """Six pump lines: base, pump, suction and discharge pipe, two valves; headers and outfall."""
    for index in range(PUMPS):
        number, y = index + 1, 5.0 + 5.0 * index
        base = (Extrusion(Rectangle(2.4, 2.0), 0.6),)
        yield Part(
            tag=f"PB-{number}",
            ifc_class="IfcFooting",
            predefined="PAD_FOOTING",
            name=f"水泵基础 {number} / Pump base {number}",
            storey="TANK",
            geometry=base,
            origin=(12.0, y, SLAB_TOP),
            material=C30,
            code="40.10",
            task="8.1",
            quantity_set="Qto_FootingBaseQuantities",
            quantities={
                "Length": 2.4,
                "Width": 2.0,
                "Height": 0.6,
                "CrossSectionArea": 4.8,
                "GrossVolume": base[0].volume,
                "NetVolume": base[0].volume,
            },
            properties={"ConcreteGrade": "C30", "RebarGrade": "HRB400"},
        )
        yield Part(
            tag=f"PU-{number}",
            ifc_class="IfcPump",
            predefined="SUBMERSIBLEPUMP",
            name=f"潜水轴流泵 {number} / Submersible axial pump {number}",
            storey="TANK",
            geometry=(Extrusion(Circle(0.55), 2.6), Extrusion(Circle(0.75), 0.3, at=(0.0, 0.0, 2.6))),
            origin=(12.0, y, SLAB_TOP + 0.6),
            material=EQUIPMENT,
            code="40.20",
            task="8.2",
            quantity_set="Qto_PumpBaseQuantities",
            quantities={"GrossWeight": 3800.0},
            properties={"RatedFlow_m3s": 1.5, "RatedHead_m": 12.0, "RatedPower_kW": 280.0},
            system="DRAINAGE",
        )
        for tag, zh, en, x, z, length in (
            (f"PS-{number}", "吸水管", "Suction pipe", 2.0, SLAB_TOP + 1.2, 9.2),
            (f"PD-{number}", "出水管", "Discharge pipe", 12.8, SLAB_TOP + 3.2, 8.0),
        ):
            yield _pipe(tag, f"{zh} {number} / {en} {number}", (x, y, z), 0.0, length, 0.4, "8.3")
        for kind, zh, en, x in (
            ("CHECK", "止回阀", "Check valve", 20.9),
            ("ISOLATING", "闸阀", "Gate valve", 21.6),
        ):
            solids = (
                Extrusion(Circle(0.5), 0.5, axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)),
                Extrusion(Circle(0.15), 0.9, at=(0.25, 0.0, 0.0)),
            )
            yield Part(
                tag=f"V{kind[0]}-{number}",
                ifc_class="IfcValve",
                predefined=kind,
                name=f"{zh} {number} / {en} {number}",
                storey="TANK",
                geometry=solids,
                origin=(x, y, SLAB_TOP + 3.2),
                material=DUCTILE_IRON,
                code="40.30",
                task="8.4",
                quantity_set="Qto_ValveBaseQuantities",
                quantities={"GrossWeight": 420.0},
                system="DRAINAGE",
            )
    for tag, x, z in (("PH-1", 22.6, SLAB_TOP + 3.2), ("PH-2", 1.4, SLAB_TOP + 1.2)):
        yield _pipe(tag, f"总管 {tag} / Header {tag}", (x, 3.0, z), 90.0, 29.0, 0.6, "8.3")
    for tag, y in (("PO-1", 12.0), ("PO-2", 24.0)):
        yield _pipe(tag, f"出江管 {tag} / Outfall {tag}", (-18.0, y, -2.6), 0.0, 19.0, 0.8, "8.3")


def _pipe(tag: str, name: str, origin: Point, angle: float, length: float, radius: float, task: str) -> Part:
    solids = (Extrusion(Circle(radius, 0.014), length, axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)),)
    return Part(
        tag=tag,
        ifc_class="IfcPipeSegment",
        predefined="RIGIDSEGMENT",
        name=name,
        storey="TANK",
        geometry=solids,
        origin=origin,
        angle=angle,
        material=DUCTILE_IRON,
        code="40.30",
        task=task,
        quantity_set="Qto_PipeSegmentBaseQuantities",
        quantities={
            "Length": length,
            "NetCrossSectionArea": solids[0].profile.area,
            "OuterSurfaceArea": solids[0].outer_area,
            "GrossWeight": weight_of(solids, DUCTILE_IRON),
        },
        system="DRAINAGE",
    )


def gates() -> Iterator[Part]:
    """Flood gates and trash racks at the inlet."""
    for index in range(4):
        solids = (Extrusion(Rectangle(3.0, 0.15), 3.0, at=(1.5, 0.0, 0.0)),)
        yield Part(
            tag=f"FG-{index + 1}",
            ifc_class="IfcDoor",
            predefined="GATE",
            name=f"铸铁闸门 {index + 1} / Flood gate {index + 1}",
            storey="TANK",
            geometry=solids,
            origin=(24.4, 5.0 + 7.0 * index, SLAB_TOP + 0.1),
            angle=90.0,
            material=DUCTILE_IRON,
            code="40.40",
            task="8.5",
            quantity_set="Qto_DoorBaseQuantities",
            quantities={"Width": 3.0, "Height": 3.0, "Perimeter": 12.0, "Area": 9.0},
        )
    for index in range(2):
        rack = tuple(Extrusion(Rectangle(0.08, 0.012), 4.5, at=(0.0, 0.15 * bar, 0.0)) for bar in range(20))
        yield Part(
            tag=f"TR-{index + 1}",
            ifc_class="IfcFilter",
            predefined="STRAINER",
            name=f"格栅 {index + 1} / Trash rack {index + 1}",
            storey="TANK",
            geometry=rack,
            origin=(26.0, 9.0 + 14.0 * index, SLAB_TOP),
            material=Q235,
            code="40.40",
            task="8.5",
            quantity_set="Qto_FilterBaseQuantities",
            quantities={"GrossWeight": weight_of(rack, Q235)},
        )


def green_plant() -> Iterator[Part]:
    """Photovoltaic panels on the pump hall and borehole heat exchangers beside the pit."""
    for row in range(4):
        for column in range(6):
            panel = (Extrusion(Rectangle(1.134, 2.278), 0.03),)
            yield Part(
                tag=f"PV-{row + 1}{column + 1}",
                ifc_class="IfcSolarDevice",
                predefined="SOLARPANEL",
                name=f"光伏组件 {row + 1}-{column + 1} / PV panel {row + 1}-{column + 1}",
                storey="ROOF",
                geometry=panel,
                origin=(4.0 + 3.0 * column, 6.0 + 6.0 * row, HALL_ROOF + 0.5),
                material=SILICON,
                code="50.10",
                task="9.1",
                quantity_set="Qto_SolarDeviceBaseQuantities",
                quantities={"GrossArea": 1.134 * 2.278, "GrossWeight": 28.0},
                properties={"RatedPower_W": 580.0},
                system="PV",
            )
    for index in range(16):
        bore = (Extrusion(Circle(0.075), 60.0),)
        yield Part(
            tag=f"BH-{index + 1:02d}",
            ifc_class="IfcHeatExchanger",
            predefined="USERDEFINED",
            object_type="BOREHOLE",
            name=f"地埋管换热孔 {index + 1:02d} / Borehole heat exchanger {index + 1:02d}",
            storey="GROUND",
            geometry=bore,
            origin=(2.0 + 4.5 * index, -12.0, -61.5),
            material=HDPE,
            code="50.20",
            task="2.10",
            quantity_set="Qto_HeatExchangerBaseQuantities",
            quantities={"GrossWeight": 2 * 60.0 * 0.42},
            properties={"Depth_m": 60.0},
            system="GEOTHERMAL",
        )


DOME_HEIGHT = 15.0
DOME_X = (-6.0, PIT_LENGTH + 6.0)
DOME_Y = (-6.0, PIT_WIDTH + 6.0)


def _arch(x: float, turn: float) -> Point:
    """A point of the membrane: half an ellipse across, drawn in towards both ends."""
    share = (x - DOME_X[0]) / (DOME_X[1] - DOME_X[0])
    fullness = max(0.25, math.sin(math.pi * min(max(share, 0.04), 0.96)) ** 0.35)
    half = (DOME_Y[1] - DOME_Y[0]) / 2
    centre = (DOME_Y[0] + DOME_Y[1]) / 2
    return (x, centre - half * math.cos(turn), DOME_HEIGHT * fullness * math.sin(turn))


def dome() -> Iterator[Part]:
    """Anchor beams, membrane panels, cables, airlocks, fans and purifiers of the air-supported dome."""
    strips, bands, facets = 14, 3, 4
    step = (DOME_X[1] - DOME_X[0]) / strips
    for strip in range(strips):
        for band in range(bands):
            x0, x1 = DOME_X[0] + strip * step, DOME_X[0] + (strip + 1) * step
            turns = [math.pi * (band + part / facets) / bands for part in range(facets + 1)]
            vertices = tuple(_arch(x, turn) for turn in turns for x in (x0, x1))
            faces: list[tuple[int, int, int]] = []
            for part in range(facets):
                a, b, c, d = 2 * part, 2 * part + 1, 2 * part + 2, 2 * part + 3
                faces += [(a, b, c), (b, d, c)]
            mesh = Mesh(vertices, tuple(faces))
            tag = f"MP-{strip + 1:02d}{'SCN'[band]}"
            yield Part(
                tag=tag,
                ifc_class="IfcCovering",
                predefined="MEMBRANE",
                name=f"膜片 {tag} / Membrane panel {tag}",
                storey="DOME",
                geometry=mesh,
                material=PVC,
                code="60.20",
                task="3.3",
                quantity_set="Qto_CoveringBaseQuantities",
                quantities={"Width": 0.001, "GrossArea": mesh.area, "NetArea": mesh.area},
            )
    for line in range(1, strips):
        x = DOME_X[0] + line * step
        sweep = Sweep(tuple(_arch(x, math.pi * part / 12) for part in range(13)), 0.012)
        yield Part(
            tag=f"CA-{line:02d}",
            ifc_class="IfcMember",
            predefined="MEMBER",
            name=f"横向索 {line:02d} / Transverse cable {line:02d}",
            storey="DOME",
            geometry=sweep,
            material=Q235,
            code="60.20",
            task="3.3",
            quantity_set="Qto_MemberBaseQuantities",
            quantities={
                "Length": sweep.length,
                "NetVolume": sweep.volume,
                "NetWeight": weight_of(sweep, Q235),
            },
        )
    yield from _anchor_beams()
    yield from _dome_equipment()


def _anchor_beams() -> Iterator[Part]:
    corners: tuple[Point, ...] = (
        (DOME_X[0], DOME_Y[0], -0.8),
        (DOME_X[1], DOME_Y[0], -0.8),
        (DOME_X[1], DOME_Y[1], -0.8),
        (DOME_X[0], DOME_Y[1], -0.8),
    )
    number = 0
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        count = 5 if abs(end[0] - start[0]) > 50 else 3
        for index in range(count):
            number += 1
            low, high = index / count, (index + 1) / count
            a: Point = (start[0] + (end[0] - start[0]) * low, start[1] + (end[1] - start[1]) * low, -0.5)
            b: Point = (start[0] + (end[0] - start[0]) * high, start[1] + (end[1] - start[1]) * high, -0.5)
            solids = along_x(Rectangle(1.2, 1.0), math.dist(a, b))
            yield Part(
                tag=f"AB-{number:02d}",
                ifc_class="IfcBeam",
                predefined="BEAM",
                name=f"气膜锚梁 {number:02d} / Dome anchor beam {number:02d}",
                storey="DOME",
                geometry=solids,
                origin=a,
                angle=plan_angle(a, b),
                material=C30,
                code="60.10",
                task="3.1",
                quantity_set="Qto_BeamBaseQuantities",
                quantities=bar_quantities(solids),
                properties={"ConcreteGrade": "C30", "RebarGrade": "HRB400"},
            )


def _box(
    tag: str,
    ifc_class: str,
    name: str,
    origin: Point,
    size: Point,
    task: str,
    *,
    predefined: str | None,
    object_type: str | None = None,
    quantity_set: str = "",
    quantities: dict[str, float] | None = None,
    code: str = "60.30",
    system: str | None = "DOMEAIR",
) -> Part:
    return Part(
        tag=tag,
        ifc_class=ifc_class,
        predefined=predefined,
        object_type=object_type,
        name=name,
        storey="DOME",
        geometry=(Extrusion(Rectangle(size[0], size[1]), size[2]),),
        origin=origin,
        material=EQUIPMENT,
        code=code,
        task=task,
        quantity_set=quantity_set,
        quantities=quantities or {},
        system=system,
    )


def _dome_equipment() -> Iterator[Part]:
    locks = (
        ("AL-V1", "车行气闸 1", "Vehicle airlock 1", (DOME_X[0] - 8.0, 9.0, 0.0), (16.0, 5.0, 5.0)),
        ("AL-V2", "车行气闸 2", "Vehicle airlock 2", (DOME_X[1] + 8.0, 27.0, 0.0), (16.0, 5.0, 5.0)),
        ("AL-P1", "人行气闸 1", "Personnel airlock 1", (12.0, DOME_Y[0] - 1.5, 0.0), (2.0, 3.0, 2.6)),
        ("AL-P2", "人行气闸 2", "Personnel airlock 2", (60.0, DOME_Y[1] + 1.5, 0.0), (2.0, 3.0, 2.6)),
    )
    for tag, zh, en, origin, size in locks:
        yield _box(
            tag,
            "IfcBuildingElementProxy",
            f"{zh} / {en}",
            origin,
            size,
            "3.4",
            predefined="USERDEFINED",
            object_type="AIRLOCK",
            quantity_set="Qto_BuildingElementProxyQuantities",
            quantities={"NetVolume": size[0] * size[1] * size[2]},
            system=None,
        )
        along = size[0] > size[1]
        width, height = (4.5, 4.5) if along else (1.2, 2.1)
        for leaf, sign in (("O", -1.0), ("I", 1.0)):
            at = (
                origin[0] + (sign * (size[0] / 2 - 0.1) if along else 0.0),
                origin[1] + (0.0 if along else sign * (size[1] / 2 - 0.1)),
                0.0,
            )
            yield _box(
                f"{tag}-D{leaf}",
                "IfcDoor",
                f"{zh}{'外' if leaf == 'O' else '内'}门 / {en} {'outer' if leaf == 'O' else 'inner'} door",
                at,
                (0.08, width, height) if along else (width, 0.08, height),
                "3.4",
                predefined="DOOR",
                quantity_set="Qto_DoorBaseQuantities",
                quantities={
                    "Width": width,
                    "Height": height,
                    "Perimeter": 2 * (width + height),
                    "Area": width * height,
                },
                system=None,
            )
    for index in range(3):
        zh, en = ("备用送风机", "Standby fan") if index == 2 else ("送风机", "Supply fan")
        yield _box(
            f"FN-{index + 1}",
            "IfcFan",
            f"{zh} {index + 1} / {en} {index + 1}",
            (20.0 + 4.0 * index, DOME_Y[1] + 3.0, 0.0),
            (1.8, 1.8, 1.9),
            "3.2",
            predefined="CENTRIFUGALBACKWARDINCLINEDCURVED",
            quantity_set="Qto_FanBaseQuantities",
            quantities={"GrossWeight": 950.0},
        )
    for index in range(4):
        yield _box(
            f"PR-{index + 1}",
            "IfcUnitaryEquipment",
            f"空气净化机组 {index + 1} / Air purifier {index + 1}",
            (34.0 + 6.0 * index, DOME_Y[1] + 3.5, 0.0),
            (4.0, 2.2, 2.4),
            "3.2",
            predefined="AIRHANDLER",
            quantity_set="Qto_UnitaryEquipmentBaseQuantities",
            quantities={"GrossWeight": 2600.0},
        )
        duct = (Extrusion(Rectangle(0.8, 0.8), 4.0, axis=(1.0, 0.0, 0.0), reference=(0.0, 1.0, 0.0)),)
        yield Part(
            tag=f"DU-{index + 1}",
            ifc_class="IfcDuctSegment",
            predefined="RIGIDSEGMENT",
            name=f"净化风管 {index + 1} / Purifier duct {index + 1}",
            storey="DOME",
            geometry=duct,
            origin=(34.0 + 6.0 * index, DOME_Y[1] + 2.4, 1.2),
            angle=-90.0,
            material=Q235,
            code="60.30",
            task="3.2",
            quantity_set="Qto_DuctSegmentBaseQuantities",
            quantities={"Length": 4.0, "GrossCrossSectionArea": 0.64, "OuterSurfaceArea": duct[0].outer_area},
            system="DOMEAIR",
        )
