"""A picture of where elements are, drawn from their bounding boxes: meant in red, around in grey."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

Box = tuple[float, float, float, float, float, float]
"""Minimum and maximum corner: x, y, z, x, y, z [m]."""

SIZE = (960, 720)
_MOST_AROUND = 600
_DIRECTION = np.array([0.55, 0.65, -0.52])


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A perspective camera: position [m], unit direction and up, vertical field of view [degrees]."""

    position: tuple[float, float, float]
    direction: tuple[float, float, float]
    up: tuple[float, float, float]
    field_of_view: float = 60.0
    aspect: float = SIZE[0] / SIZE[1]


def camera_on(boxes: Sequence[Box]) -> Camera:
    """A camera from above and aside that sees all boxes with air around them."""
    corners = np.array(boxes, dtype=float)
    low, high = corners[:, :3].min(axis=0), corners[:, 3:].max(axis=0)
    direction = _DIRECTION / np.linalg.norm(_DIRECTION)
    radius = max(float(np.linalg.norm(high - low)) / 2, 1.0)
    position = (low + high) / 2 - direction * radius * 1.6 / math.sin(math.radians(30))
    right = np.cross(direction, [0.0, 0.0, 1.0])
    up = np.cross(right / np.linalg.norm(right), direction)
    return Camera(position=_tuple(position), direction=_tuple(direction), up=_tuple(up))


def snapshot_png(camera: Camera, boxes: Sequence[Box], around: Sequence[Box]) -> bytes:
    """A PNG: ``around`` as grey frames, ``boxes`` filled, the far ones first."""
    image = Image.new("RGB", SIZE, "#f6f7f9")
    draw = ImageDraw.Draw(image, "RGBA")
    for box in list(around)[:_MOST_AROUND]:
        for face, _ in _faces(camera, box):
            draw.polygon(face, outline=(150, 158, 170, 110))
    shown = [face for box in boxes for face in _faces(camera, box)]
    for face, _ in sorted(shown, key=lambda item: -item[1]):
        draw.polygon(face, fill=(196, 43, 43, 150), outline=(120, 15, 15, 255))
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _faces(camera: Camera, box: Box) -> list[tuple[list[tuple[float, float]], float]]:
    """The faces of a box on the picture with their distance; none when it lies behind the camera."""
    position, direction, up = (np.array(item) for item in (camera.position, camera.direction, camera.up))
    right = np.cross(direction, up)
    corners = np.array([[box[x], box[y], box[z]] for x in (0, 3) for y in (1, 4) for z in (2, 5)])
    seen = corners - position
    depth = seen @ direction
    if depth.min() <= 0.05:
        return []
    scale = SIZE[1] / 2 / math.tan(math.radians(camera.field_of_view / 2))
    across = SIZE[0] / 2 + seen @ right / depth * scale
    down = SIZE[1] / 2 - seen @ up / depth * scale
    points = list(zip(across.tolist(), down.tolist(), strict=True))
    return [([points[at] for at in face], float(depth[list(face)].mean())) for face in _FACES]


_FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))


def _tuple(vector: np.ndarray) -> tuple[float, float, float]:
    return float(vector[0]), float(vector[1]), float(vector[2])
