"""Reads the viewer's shape files the way a browser does, and casts rays at them."""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Shapes:
    """All triangles of a scene: corners (n, 3, 3) [m, project coordinates] and the element of each."""

    corners: np.ndarray
    elements: np.ndarray


def read_chunk(folder: Path, chunk: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Positions (n, 3) relative to the origin [m], place in the chunk (n,), triangles and edges."""
    body = gzip.decompress((folder / f"{chunk['file']}.gz").read_bytes())
    assert body[:4] == b"BSG1"
    vertices, triangles, edges, width = struct.unpack("<4I", body[4:20])
    at = 20

    def values(count: int, width: int) -> np.ndarray:
        nonlocal at
        folded = np.zeros(count, np.int64)
        for place in range(width):
            folded |= np.frombuffer(body, np.uint8, count, at).astype(np.int64) << (8 * place)
            at += count
        steps = (folded >> 1) ^ -(folded & 1)
        return np.cumsum(steps) & ((1 << (8 * width)) - 1)

    columns = [values(vertices, 2) for _ in range(4)]
    faces, lines = values(triangles * 3, width), values(edges * 2, width)
    assert at == len(body)
    positions = np.stack(columns[:3], 1) * np.array(chunk["scale"]) + np.array(chunk["low"])
    return positions, columns[3], faces.reshape(-1, 3), lines.reshape(-1, 2)


def read_shapes(folder: Path, scene: dict[str, Any]) -> Shapes:
    corners, elements = [], []
    for chunk in scene["chunks"]:
        positions, places, faces, _ = read_chunk(folder, chunk)
        corners.append((positions + np.array(scene["origin"]))[faces])
        elements.append(places[faces[:, 0]] + chunk["first"])
    return Shapes(np.concatenate(corners), np.concatenate(elements))


def cast(shapes: Shapes, start: list[float], along: list[float]) -> dict[int, float]:
    """The elements a ray meets, each with the least distance [m]."""
    a, b, c = shapes.corners[:, 0], shapes.corners[:, 1], shapes.corners[:, 2]
    direction = np.array(along)
    ab, ac = b - a, c - a
    p = np.cross(direction, ac)
    det = (ab * p).sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = np.array(start) - a
        u = (s * p).sum(1) / det
        q = np.cross(s, ab)
        v = (q @ direction) / det
        distance = (ac * q).sum(1) / det
        met = (np.abs(det) > 1e-14) & (u >= -1e-9) & (v >= -1e-9) & (u + v <= 1 + 1e-9) & (distance > 1e-6)
    found: dict[int, float] = {}
    for element, far in zip(shapes.elements[met].tolist(), distance[met].tolist(), strict=True):
        found[element] = min(far, found.get(element, far))
    return found
