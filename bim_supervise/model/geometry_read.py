"""Reads chunk files of the viewer back, element by element; their layout stands in ``geometry_pack``."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def meshes(folder: Path, manifest: Mapping[str, Any]) -> Iterator[tuple[int, Floats, Ints]]:
    """Place in the manifest, corners (n, 3) [m, project coordinates] and triangles (m, 3) of every mesh."""
    origin = np.asarray(manifest["origin"], dtype=np.float64)
    for chunk in manifest["chunks"]:
        corners, places, faces = _chunk(folder, chunk)
        corners = corners + origin
        owners = places[faces[:, 0]] if len(faces) else np.zeros(0, np.int64)
        order = np.argsort(owners, kind="stable")
        faces, owners = faces[order], owners[order]
        ends = np.searchsorted(owners, np.arange(chunk["elements"] + 1))
        for place in range(chunk["elements"]):
            mine = faces[ends[place] : ends[place + 1]]
            if len(mine):
                used, inverse = np.unique(mine, return_inverse=True)
                yield chunk["first"] + place, corners[used], inverse.reshape(-1, 3)


def _chunk(folder: Path, chunk: Mapping[str, Any]) -> tuple[Floats, Ints, Ints]:
    body = gzip.decompress((folder / f"{chunk['file']}.gz").read_bytes())
    vertices, triangles, _, width = struct.unpack("<4I", body[4:20])
    x, y, z, places = (_values(body, 20 + 2 * vertices * column, vertices, 2) for column in range(4))
    faces = _values(body, 20 + 8 * vertices, triangles * 3, width)
    positions = np.stack((x, y, z), 1) * _row(chunk["scale"]) + _row(chunk["low"])
    return positions, places, faces.reshape(-1, 3)


def _row(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _values(body: bytes, at: int, count: int, width: int) -> Ints:
    folded = np.zeros(count, np.int64)
    for place in range(width):
        folded |= np.frombuffer(body, np.uint8, count, at + place * count).astype(np.int64) << (8 * place)
    steps = (folded >> 1) ^ -(folded & 1)
    values: Ints = np.cumsum(steps) & ((1 << (8 * width)) - 1)
    return values
