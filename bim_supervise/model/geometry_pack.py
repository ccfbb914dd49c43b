"""Meshes packed for a browser: chunks with positions of 16 bits, small once compressed.

A chunk is at most 65,536 vertices and, unless one element alone is longer, ``_LONGEST_M`` wide, so that a
position is never off by more than 4 mm, however far away something else of the model lies.

Layout of a chunk file (little endian, gzip): ``BSG1``, four uint32 (vertices, triangles, edges, bytes of an
index: 2 or 4), then planes of bytes. A plane holds one byte of every value: low bytes first.
Values are differences to the one before, folded to non-negative (0 -1 1 -2 ... as 0 1 2 3 ...). The values
are, one after another: x, y, z and place-in-chunk of each vertex, corners of the triangles, ends of edges.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bim_supervise.core.child import Progress

FORMAT = 1
_MOST_VERTICES = 65_536
_LONGEST_M = 262.0
_STEPS = 65_535
_FRAME_SHARE = 0.02
"""So much of the elements at either end of an axis do not count for the first view."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One element's mesh."""

    number: int
    vertices: Floats
    faces: Ints
    edges: Ints

    @property
    def low(self) -> Floats:
        least: Floats = self.vertices.min(axis=0)
        return least

    @property
    def high(self) -> Floats:
        most: Floats = self.vertices.max(axis=0)
        return most


def pack_in_child(
    meshes: str, target: str, listing: Sequence[tuple[int, str, str, bool]], progress: Progress
) -> dict[str, Any]:
    """Pack the ``.npz`` files of a folder into chunk files in ``target``; returns the manifest.

    The manifest names the elements in the order in which they are drawn, those without a shape behind them:
    ``number`` (instance number), ``guid`` (as in the file), ``class`` and ``shape`` (``mesh``, ``failed`` or
    ``none``).
    """
    files = sorted(Path(meshes).rglob("*.npz"))
    pieces = [piece for file in files for piece in _pieces(file)]
    pieces = list({piece.number: piece for piece in pieces}.values())
    pieces = [pieces[place] for place in _order(pieces)]
    origin = _origin(pieces)
    chunks: list[dict[str, Any]] = []
    first = 0
    for done, group in enumerate(_groups(pieces)):
        name, size = _store(Path(target), _encode(group, origin))
        low, high = _extent(group)
        chunks.append(
            {
                "file": name,
                "bytes": size,
                "first": first,
                "elements": len(group),
                "vertices": sum(len(piece.vertices) for piece in group),
                "triangles": sum(len(piece.faces) for piece in group),
                "edges": sum(len(piece.edges) for piece in group),
                "low": (low - origin).tolist(),
                "scale": _scale(low, high).tolist(),
            }
        )
        first += len(group)
        progress("pack", min(0.99, done / (done + 5)))
    drawn = {piece.number for piece in pieces}
    rows = {number: (number, guid, name, body) for number, guid, name, body in listing}
    ordered = [rows[piece.number] for piece in pieces] + [row for row in listing if row[0] not in drawn]
    boxes = [[*(piece.low - origin), *(piece.high - origin)] for piece in pieces]
    return {
        "format": FORMAT,
        "origin": origin.tolist(),
        "frame": _frame(np.array(boxes).reshape(-1, 6)),
        "chunks": chunks,
        "elements": [
            {
                "number": number,
                "guid": guid,
                "class": name,
                "shape": "mesh" if number in drawn else "failed" if body else "none",
            }
            for number, guid, name, body in ordered
        ],
        "boxes": [[round(float(value), 3) for value in box] for box in boxes],
    }


def write_manifest(manifest: dict[str, Any], target: Path) -> str:
    """Write a manifest beside its chunks; returns its content address."""
    body = json.dumps(manifest, separators=(",", ":")).encode()
    return _store(target, body)[0]


def read_manifest(folder: Path, name: str) -> dict[str, Any]:
    """A manifest by its content address."""
    found: dict[str, Any] = json.loads(gzip.decompress((folder / f"{name}.gz").read_bytes()))
    return found


def _pieces(file: Path) -> Iterator[_Piece]:
    with np.load(file, allow_pickle=False) as data:
        vertex_ends, face_ends, edge_ends = (
            np.cumsum(data[name]) for name in ("vertex_counts", "face_counts", "edge_counts")
        )
        vertices, faces, edges = data["vertices"], data["faces"], data["edges"]
        at_vertex = at_face = at_edge = 0
        for place, number in enumerate(data["numbers"].tolist()):
            yield _Piece(
                number,
                vertices[at_vertex : vertex_ends[place]],
                faces[at_face : face_ends[place]].astype(np.int64),
                edges[at_edge : edge_ends[place]].astype(np.int64),
            )
            at_vertex, at_face, at_edge = vertex_ends[place], face_ends[place], edge_ends[place]


def _order(pieces: Sequence[_Piece]) -> list[int]:
    """Neighbours beside each other (Morton order of the middles), what lies far away last."""
    if not pieces:
        return []
    middles = np.array([(piece.low + piece.high) / 2 for piece in pieces])
    low, high = np.percentile(middles, (1, 99), axis=0)
    margin = np.maximum((high - low).max(), 10.0)
    stray = ((middles < low - margin) | (middles > high + margin)).any(axis=1)
    cells = np.clip((middles - low + margin) / (high - low + 2 * margin) * 1023, 0, 1023).astype(np.int64)
    code = np.zeros(len(pieces), np.int64)
    for bit in range(10):
        for axis in range(3):
            code |= ((cells[:, axis] >> bit) & 1) << (3 * bit + axis)
    return [int(place) for place in np.lexsort((code, stray))]


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    vertices = 0
    low = high = np.zeros(3)
    for piece in pieces:
        lower, higher = np.minimum(low, piece.low), np.maximum(high, piece.high)
        full = vertices + len(piece.vertices) > _MOST_VERTICES or (higher - lower).max() > _LONGEST_M
        if group and full:
            yield group
            group, vertices = [], 0
        if not group:
            lower, higher = piece.low, piece.high
        group.append(piece)
        vertices += len(piece.vertices)
        low, high = lower, higher
    if group:
        yield group


def _extent(group: Sequence[_Piece]) -> tuple[Floats, Floats]:
    low: Floats = np.min([piece.low for piece in group], axis=0)
    high: Floats = np.max([piece.high for piece in group], axis=0)
    return low, high


def _scale(low: Floats, high: Floats) -> Floats:
    scale: Floats = np.maximum((high - low) / _STEPS, 1e-9)
    return scale


def _origin(pieces: Sequence[_Piece]) -> Floats:
    """A round point in the middle of the model: small numbers are drawn without jitter."""
    if not pieces:
        return np.zeros(3)
    middle: Floats = np.median([(piece.low + piece.high) / 2 for piece in pieces], axis=0)
    origin: Floats = np.round(middle) + 0.0
    return origin


def _frame(boxes: Floats) -> list[float] | None:
    """The box that a first view shows, strays left out: percentiles of the elements' boxes."""
    if not len(boxes):
        return None
    low = np.quantile(boxes[:, :3], _FRAME_SHARE, axis=0)
    high = np.quantile(boxes[:, 3:], 1 - _FRAME_SHARE, axis=0)
    return [round(float(value), 3) for value in (*np.minimum(low, high), *np.maximum(low, high))]


def _encode(group: Sequence[_Piece], origin: Floats) -> bytes:
    low, high = _extent(group)
    scale = _scale(low, high)
    corners = np.concatenate([np.round((piece.vertices - low) / scale) for piece in group])
    corners = np.clip(corners, 0, _STEPS).astype(np.int64)
    counts = [len(piece.vertices) for piece in group]
    places = np.repeat(np.arange(len(group)), counts)
    starts = np.cumsum([0, *counts[:-1]])
    faces = np.concatenate([piece.faces.ravel() + start for piece, start in zip(group, starts, strict=True)])
    edges = np.concatenate([piece.edges.ravel() + start for piece, start in zip(group, starts, strict=True)])
    width = 2 if len(corners) <= _MOST_VERTICES else 4
    head = b"BSG1" + struct.pack("<4I", len(corners), len(faces) // 3, len(edges) // 2, width)
    columns = (corners[:, 0], corners[:, 1], corners[:, 2], places)
    return b"".join(
        [head, *(_planes(column, 2) for column in columns), *(_planes(i, width) for i in (faces, edges))]
    )


def _planes(values: Ints, width: int) -> bytes:
    """Differences, wrapped to the width and folded, as planes of bytes."""
    bits = 8 * width
    steps = np.diff(values, prepend=0) & ((1 << bits) - 1)
    signed = steps - ((steps >> (bits - 1)) << bits)
    folded = ((signed << 1) ^ (signed >> 63)) & ((1 << bits) - 1)
    return b"".join(((folded >> (8 * place)) & 0xFF).astype(np.uint8).tobytes() for place in range(width))


def _store(folder: Path, body: bytes) -> tuple[str, int]:
    """Write a compressed file under its content address, whole or not at all."""
    name = hashlib.sha256(body).hexdigest()
    path = folder / f"{name}.gz"
    packed = gzip.compress(body, 6, mtime=0)
    if not path.exists():
        partial = folder / f".{name}.part"
        partial.write_bytes(packed)
        partial.replace(path)
    return name, len(packed)
