"""Outermost points of profiles: what a box around a swept solid needs, no more."""

from __future__ import annotations

from bim_supervise.model.instances import Instances, Ref, number_of
from bim_supervise.model.placement import Vector, apply, axis_frame, numbers
from bim_supervise.model.plan_shapes import PlanShapes, Ring
from bim_supervise.model.units import Units

_MAX_DEPTH = 8
_WIDTH_AND_DEPTH = {
    "IfcIShapeProfileDef": ("OverallWidth", "OverallDepth"),
    "IfcUShapeProfileDef": ("FlangeWidth", "Depth"),
    "IfcCShapeProfileDef": ("Width", "Depth"),
}
"""Profiles whose four outer corners are the corners of width x depth around their position."""


class Profiles:
    """Points of a profile whose convex hull is that of its area, each profile worked out once."""

    def __init__(self, instances: Instances, units: Units) -> None:
        self._instances = instances
        self._metres = units.length
        self._shapes = PlanShapes(instances, units)
        self._known: dict[Ref, Ring | None] = {}

    def corners(self, number: Ref, depth: int = 0) -> Ring | None:
        """Outer points [m] in the plane of the sweep (arcs in steps of 10 degrees); None if unknown."""
        if number not in self._known:
            self._known[number] = None if depth > _MAX_DEPTH else self._corners(number, depth)
        return self._known[number]

    def _corners(self, number: Ref, depth: int) -> Ring | None:
        instances = self._instances
        if instances.is_a(number, "IfcCompositeProfileDef"):
            return self._composite(number, depth)
        if instances.is_a(number, "IfcDerivedProfileDef"):
            return self._derived(number, depth)
        ring = self._shaped(number)
        if ring is None:
            return self._shapes.outline(number) or None
        position = axis_frame(instances, instances.ref(number, "Position"), self._metres)
        return [apply(position, (x, y, 0.0))[:2] for x, y in ring]

    def _composite(self, number: Ref, depth: int) -> Ring | None:
        found: Ring = []
        for part in self._instances.refs(number, "Profiles"):
            ring = self.corners(part, depth + 1)
            if ring is None:
                return None
            found += ring
        return found or None

    def _derived(self, number: Ref, depth: int) -> Ring | None:
        instances = self._instances
        parent = instances.ref(number, "ParentProfile")
        ring = None if parent is None else self.corners(parent, depth + 1)
        if ring is None:
            return None
        if instances.is_a(number, "IfcMirroredProfileDef"):
            return [(-x, y) for x, y in ring]
        operator = instances.ref(number, "Operator")
        if operator is None or number_of(instances.get(operator, "Scale2")) is not None:
            return None
        scale = number_of(instances.get(operator, "Scale"))
        size = 1.0 if scale is None else scale
        ox, oy, _ = self._point(instances.ref(operator, "LocalOrigin"))
        ax, ay, _ = numbers(instances.get(instances.ref(operator, "Axis1"), "DirectionRatios")) or (1, 0, 0)
        length = (ax * ax + ay * ay) ** 0.5
        if length < 1e-12:
            return None
        c, s = ax / length * size, ay / length * size
        second = numbers(instances.get(instances.ref(operator, "Axis2"), "DirectionRatios"))
        turn = -1.0 if second is not None and second[1] * c - second[0] * s < 0 else 1.0
        return [(ox + x * c - turn * y * s, oy + x * s + turn * y * c) for x, y in ring]

    def _point(self, number: Ref | None) -> Vector:
        x, y, z = numbers(self._instances.get(number, "Coordinates")) or (0.0, 0.0, 0.0)
        return (x * self._metres, y * self._metres, z * self._metres)

    def _shaped(self, number: Ref) -> Ring | None:
        instances = self._instances
        if instances.is_a(number, "IfcAsymmetricIShapeProfileDef"):
            return self._unequal(number)
        for name, (across, along) in _WIDTH_AND_DEPTH.items():
            if instances.is_a(number, name):
                return self._rectangle(self._length(number, across), self._length(number, along))
        if instances.is_a(number, "IfcTrapeziumProfileDef"):
            below, above = self._length(number, "BottomXDim"), self._length(number, "TopXDim")
            offset = self._length(number, "TopXOffset")
            if below is None or offset is None:
                return None
            return self._trapezium(below, above, offset - below / 2, self._length(number, "YDim"))
        if instances.is_a(number, "IfcLShapeProfileDef"):
            return self._angle(number)
        if instances.is_a(number, "IfcTShapeProfileDef"):
            return self._tee(number)
        if instances.is_a(number, "IfcZShapeProfileDef"):
            return self._zed(number)
        return None

    def _length(self, number: Ref, name: str) -> float | None:
        value = number_of(self._instances.get(number, name))
        return None if value is None else value * self._metres

    @staticmethod
    def _rectangle(width: float | None, depth: float | None) -> Ring | None:
        if width is None or depth is None:
            return None
        a, b = width / 2, depth / 2
        return [(-a, -b), (a, -b), (a, b), (-a, b)]

    @staticmethod
    def _trapezium(below: float | None, above: float | None, left: float, depth: float | None) -> Ring | None:
        if below is None or above is None or depth is None:
            return None
        b = depth / 2
        return [(-below / 2, -b), (below / 2, -b), (left + above, b), (left, b)]

    def _unequal(self, number: Ref) -> Ring | None:
        """An I of two flanges; the bottom one is named otherwise in IFC2X3."""

        def first(*names: str) -> float | None:
            found = (self._length(number, name) for name in names)
            return next((value for value in found if value is not None), None)

        below, above = first("BottomFlangeWidth", "OverallWidth"), first("TopFlangeWidth")
        lower = first("BottomFlangeThickness", "FlangeThickness")
        upper, depth = first("TopFlangeThickness", "FlangeThickness"), first("OverallDepth")
        if below is None or above is None or lower is None or depth is None:
            return None
        b, top = depth / 2, lower if upper is None else upper
        half = [(below / 2, -b), (below / 2, lower - b), (above / 2, b - top), (above / 2, b)]
        return [*half, *((-x, y) for x, y in half)]

    def _angle(self, number: Ref) -> Ring | None:
        depth, thickness = self._length(number, "Depth"), self._length(number, "Thickness")
        width = self._length(number, "Width")
        if depth is None or thickness is None:
            return None
        a, b, t = (depth if width is None else width) / 2, depth / 2, thickness
        return [(-a, -b), (a, -b), (a, t - b), (t - a, b), (-a, b)]

    def _tee(self, number: Ref) -> Ring | None:
        depth, width = self._length(number, "Depth"), self._length(number, "FlangeWidth")
        web, flange = self._length(number, "WebThickness"), self._length(number, "FlangeThickness")
        if depth is None or width is None or web is None or flange is None:
            return None
        a, b, w = width / 2, depth / 2, web / 2
        return [(-w, -b), (w, -b), (a, b - flange), (a, b), (-a, b), (-a, b - flange)]

    def _zed(self, number: Ref) -> Ring | None:
        depth, flange = self._length(number, "Depth"), self._length(number, "FlangeWidth")
        web, thickness = self._length(number, "WebThickness"), self._length(number, "FlangeThickness")
        if depth is None or flange is None or web is None or thickness is None:
            return None
        a, b, w, t = flange, depth / 2, web / 2, thickness
        return [(-w, -b), (a, -b), (a, t - b), (w, b), (-a, b), (-a, b - t)]
