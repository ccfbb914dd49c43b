"""Solids and placements of the sample as IFC4 entities; the model's unit of length is the millimetre."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import ifcopenshell

from bim_supervise_sample.model.shapes import (
    Circle,
    Extrusion,
    Geometry,
    Mesh,
    Point,
    Polygon,
    Profile,
    Rectangle,
    Sweep,
)

Entity = Any
"""An ifcopenshell entity instance; the library ships without types."""

MILLIMETRES = 1000.0


def mm(metres: float) -> float:
    """Metres to millimetres, rounded to a thousandth so that no float noise reaches the file."""
    return round(metres * MILLIMETRES, 3) + 0.0


class ShapeWriter:
    """Writes placements and representations into one file and shares what is equal."""

    def __init__(self, file: ifcopenshell.file, body: Entity) -> None:
        self._file = file
        self._body = body
        self._shared: dict[tuple[str, Any], Entity] = {}

    def placement(self, relative_to: Entity | None, at: Point, angle: float = 0.0) -> Entity:
        """A local placement ``at`` [m] turned by ``angle`` [degrees] in plan."""
        x = (math.cos(math.radians(angle)), math.sin(math.radians(angle)), 0.0)
        return self._file.create_entity("IfcLocalPlacement", relative_to, self._axes(at, (0.0, 0.0, 1.0), x))

    def representation(self, geometry: Geometry) -> Entity:
        """The product definition shape of a geometry."""
        if isinstance(geometry, Mesh):
            kind, items = "Tessellation", [self._mesh(geometry)]
        elif isinstance(geometry, Sweep):
            kind, items = "AdvancedSweptSolid", [self._sweep(geometry)]
        else:
            kind, items = "SweptSolid", [self._extrusion(solid) for solid in geometry]
        shape = self._file.create_entity("IfcShapeRepresentation", self._body, "Body", kind, items)
        return self._file.create_entity("IfcProductDefinitionShape", None, None, [shape])

    def _once(self, entity: str, key: Any, attributes: Mapping[str, Any]) -> Entity:
        found = self._shared.get((entity, key))
        if found is None:
            found = self._shared[entity, key] = self._file.create_entity(entity, **attributes)
        return found

    def _direction(self, direction: Point) -> Entity:
        ratios = tuple(round(part, 9) + 0.0 for part in direction)
        return self._once("IfcDirection", ratios, {"DirectionRatios": ratios})

    def _point(self, *coordinates: float) -> Entity:
        place = tuple(mm(part) for part in coordinates)
        return self._once("IfcCartesianPoint", place, {"Coordinates": place})

    def _axes(self, at: Point, axis: Point, reference: Point) -> Entity:
        key = (tuple(mm(part) for part in at), axis, tuple(round(part, 9) for part in reference))
        plain = axis == (0.0, 0.0, 1.0) and key[2] == (1.0, 0.0, 0.0)
        return self._once(
            "IfcAxis2Placement3D",
            key,
            {
                "Location": self._point(*at),
                "Axis": None if plain else self._direction(axis),
                "RefDirection": None if plain else self._direction(reference),
            },
        )

    def _extrusion(self, solid: Extrusion) -> Entity:
        return self._file.create_entity(
            "IfcExtrudedAreaSolid",
            SweptArea=self._profile(solid.profile),
            Position=self._axes(solid.at, solid.axis, solid.reference),
            ExtrudedDirection=self._direction((0.0, 0.0, 1.0)),
            Depth=mm(solid.depth),
        )

    def _profile(self, profile: Profile) -> Entity:
        match profile:
            case Rectangle(x, y):
                return self._once(
                    "IfcRectangleProfileDef", (x, y), {"ProfileType": "AREA", "XDim": mm(x), "YDim": mm(y)}
                )
            case Circle(radius, None):
                return self._once(
                    "IfcCircleProfileDef", radius, {"ProfileType": "AREA", "Radius": mm(radius)}
                )
            case Circle(radius, float(wall)):
                return self._once(
                    "IfcCircleHollowProfileDef",
                    (radius, wall),
                    {"ProfileType": "AREA", "Radius": mm(radius), "WallThickness": mm(wall)},
                )
            case Polygon(points):
                closed = [self._point(*point) for point in points]
                curve = self._file.create_entity("IfcPolyline", [*closed, closed[0]])
                return self._file.create_entity("IfcArbitraryClosedProfileDef", "AREA", None, curve)

    def _mesh(self, mesh: Mesh) -> Entity:
        coordinates = [tuple(mm(part) for part in vertex) for vertex in mesh.vertices]
        points = self._file.create_entity("IfcCartesianPointList3D", coordinates)
        faces = [tuple(index + 1 for index in face) for face in mesh.faces]
        return self._file.create_entity(
            "IfcTriangulatedFaceSet", Coordinates=points, Closed=False, CoordIndex=faces
        )

    def _sweep(self, sweep: Sweep) -> Entity:
        line = self._file.create_entity("IfcPolyline", [self._point(*point) for point in sweep.points])
        return self._file.create_entity("IfcSweptDiskSolid", Directrix=line, Radius=mm(sweep.radius))
