"""Solids of the sample model and their exact sizes; metres, before any IFC."""

from __future__ import annotations

import math
from dataclasses import dataclass

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangular profile centred on the origin; sides ``x`` and ``y`` [m]."""

    x: float
    y: float

    @property
    def area(self) -> float:
        """Area [m2]."""
        return self.x * self.y

    @property
    def perimeter(self) -> float:
        """Perimeter [m]."""
        return 2 * (self.x + self.y)


@dataclass(frozen=True, slots=True)
class Circle:
    """A round profile of ``radius`` [m]; hollow if ``wall`` [m] is given."""

    radius: float
    wall: float | None = None

    @property
    def area(self) -> float:
        """Area of the material [m2]."""
        inner = 0.0 if self.wall is None else self.radius - self.wall
        return math.pi * (self.radius**2 - inner**2)

    @property
    def perimeter(self) -> float:
        """Outer perimeter [m]."""
        return 2 * math.pi * self.radius


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed simple profile, anticlockwise points [m], the first not repeated."""

    points: tuple[tuple[float, float], ...]

    @property
    def area(self) -> float:
        """Area [m2] by the shoelace formula."""
        pairs = zip(self.points, self.points[1:] + self.points[:1], strict=True)
        return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2

    @property
    def perimeter(self) -> float:
        """Perimeter [m]."""
        return sum(
            math.dist(a, b) for a, b in zip(self.points, self.points[1:] + self.points[:1], strict=True)
        )


Profile = Rectangle | Circle | Polygon


@dataclass(frozen=True, slots=True)
class Extrusion:
    """A profile pushed ``depth`` [m] along ``axis`` from ``at``; its x is ``reference`` (local frame)."""

    profile: Profile
    depth: float
    at: Point = (0.0, 0.0, 0.0)
    axis: Point = (0.0, 0.0, 1.0)
    reference: Point = (1.0, 0.0, 0.0)

    @property
    def volume(self) -> float:
        """Volume [m3]."""
        return self.profile.area * self.depth

    @property
    def outer_area(self) -> float:
        """Lateral surface [m2], end faces excluded."""
        return self.profile.perimeter * self.depth


@dataclass(frozen=True, slots=True)
class Mesh:
    """An open triangulated surface [m]; faces are 0-based vertex indices."""

    vertices: tuple[Point, ...]
    faces: tuple[tuple[int, int, int], ...]

    @property
    def area(self) -> float:
        """Area of all triangles [m2]."""
        total = 0.0
        for a, b, c in self.faces:
            p, q, r = self.vertices[a], self.vertices[b], self.vertices[c]
            u = [q[i] - p[i] for i in range(3)]
            v = [r[i] - p[i] for i in range(3)]
            cross = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
            total += math.sqrt(sum(part * part for part in cross)) / 2
        return total


@dataclass(frozen=True, slots=True)
class Sweep:
    """A round rod of ``radius`` [m] along a polyline."""

    points: tuple[Point, ...]
    radius: float

    @property
    def length(self) -> float:
        """Length of the directrix [m]."""
        return sum(math.dist(a, b) for a, b in zip(self.points, self.points[1:], strict=False))

    @property
    def volume(self) -> float:
        """Volume [m3], mitred corners counted once."""
        return math.pi * self.radius**2 * self.length


Geometry = tuple[Extrusion, ...] | Mesh | Sweep
