"""Triangles of a model's elements, made by a geometry kernel in a child process.

A kernel can crash on a real model, so this runs under ``run_limited`` only. What it found is written to
``.npz`` files in a folder: lengths in metres, project coordinates, elements named by instance number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bim_supervise.core.child import Progress
from bim_supervise.model.read_source import read_source

KERNELS = ("hybrid-manifold-opencascade", "hybrid-cgal-simple-opencascade", "opencascade")
"""In the order of trial: the first is ten times faster than the last, which crashes least."""

_BODY = frozenset({"body", "body-fallback", "facetation", "tessellation"})
_LINEAR_DEFLECTION_M = 0.01
_ANGULAR_DEFLECTION = 0.8
_VERTICES_A_FILE = 1_000_000
_REPORT_EVERY = 64


@dataclass(frozen=True, slots=True)
class Listing:
    """The elements of a file and which of them have a body: (instance number, GlobalId, class, body)."""

    elements: list[tuple[int, str, str, bool]]


@dataclass(slots=True)
class Meshes:
    """Meshes of several elements behind each other; indices count within their element."""

    numbers: list[int] = field(default_factory=list)
    vertices: list[NDArray[np.float64]] = field(default_factory=list)
    faces: list[NDArray[np.int32]] = field(default_factory=list)
    edges: list[NDArray[np.int32]] = field(default_factory=list)

    def add(
        self,
        number: int,
        vertices: NDArray[np.float64],
        faces: NDArray[np.int32],
        edges: NDArray[np.int32],
    ) -> None:
        """Add one element: vertices (n, 3) [m], faces (m, 3) and edges (k, 2) as indices into them."""
        self.numbers.append(number)
        self.vertices.append(vertices)
        self.faces.append(faces)
        self.edges.append(edges)

    def __len__(self) -> int:
        return sum(map(len, self.vertices))

    def save(self, path: Path) -> None:
        """Write everything to one ``.npz`` file."""
        np.savez(
            path,
            numbers=np.array(self.numbers, np.int64),
            vertex_counts=np.array([len(part) for part in self.vertices], np.int64),
            face_counts=np.array([len(part) for part in self.faces], np.int64),
            edge_counts=np.array([len(part) for part in self.edges], np.int64),
            vertices=np.concatenate([*self.vertices, np.zeros((0, 3))]),
            faces=np.concatenate([*self.faces, np.zeros((0, 3), np.int32)]),
            edges=np.concatenate([*self.edges, np.zeros((0, 2), np.int32)]),
        )


def list_in_child(path: str, work_folder: str, progress: Progress) -> Listing:
    """The elements of a file in the order of the element table, and which of them have a body."""
    file = _open(path, work_folder)
    elements = sorted(_elements(file), key=lambda item: int(item.id()))
    return Listing([(item.id(), item.GlobalId or "", item.is_a(), bool(_bodies(item))) for item in elements])


def mesh_in_child(
    path: str,
    work_folder: str,
    target: str,
    kernel: str,
    numbers: Sequence[int],
    progress: Progress,
) -> list[int]:
    """Mesh elements with one kernel into ``target``; returns the numbers of those that got triangles.

    Args:
        path: the model file as it was handed in.
        work_folder: where an unpacked copy may lie.
        target: an existing folder for the ``.npz`` files.
        kernel: one of ``KERNELS``.
        numbers: instance numbers of the elements to mesh.
        progress: told the share done of the stage ``mesh``.
    """
    from bim_supervise.model.geometry_rods import Rods

    file = _open(path, work_folder)
    writer = _Writer(Path(target))
    rods = Rods(file)
    left = []
    for element in (file.by_id(number) for number in numbers):
        rod = rods.mesh(element, _bodies(element))
        if rod is None:
            left.append(element)
        else:
            writer.add(element.id(), *rod)
    if left:
        _by_kernel(file, left, kernel, writer, progress)
    return writer.close()


def _by_kernel(file: Any, elements: list[Any], kernel: str, writer: _Writer, progress: Progress) -> None:
    import ifcopenshell.geom

    # The package's own annotation of the kernels' names lags behind what it carries.
    make: Any = ifcopenshell.geom.iterator
    iterator = make(_settings(elements), file, 1, include=elements, geometry_library=kernel)
    if not iterator.initialize():
        return
    done = 0
    while True:
        shape = iterator.get()
        mesh = shape.geometry
        faces = np.frombuffer(mesh.faces_buffer, np.int32).reshape(-1, 3)
        vertices = np.frombuffer(mesh.verts_buffer, np.float64).reshape(-1, 3)
        if len(faces) and np.isfinite(vertices).all():
            edges = np.frombuffer(mesh.edges_buffer, np.int32).reshape(-1, 2)
            writer.add(shape.id, vertices.copy(), faces.copy(), edges.copy())
        done += 1
        if done % _REPORT_EVERY == 0:
            progress("mesh", min(done / len(elements), 1.0))
        if not iterator.next():
            return


def _settings(elements: Sequence[Any]) -> Any:
    import ifcopenshell.geom

    settings: Any = ifcopenshell.geom.settings()  # type: ignore[no-untyped-call]
    settings.set("use-world-coords", True)
    settings.set("weld-vertices", True)
    settings.set("mesher-linear-deflection", _LINEAR_DEFLECTION_M)
    settings.set("mesher-angular-deflection", _ANGULAR_DEFLECTION)
    # Some exporters put bodies into a context named Plan, which the default choice of contexts passes over.
    contexts = {body.ContextOfItems.id() for element in elements for body in _bodies(element)}
    if contexts:
        settings.set("context-ids", sorted(contexts))
    return settings


def _open(path: str, work_folder: str) -> Any:
    import ifcopenshell

    return ifcopenshell.open(str(read_source(Path(path), Path(work_folder)).path))


def _elements(file: Any) -> list[Any]:
    return [item for item in file.by_type("IfcElement") if not item.is_a("IfcFeatureElementSubtraction")]


def _bodies(element: Any) -> list[Any]:
    representation = element.Representation
    return [
        shape
        for shape in (representation.Representations if representation else ())
        if (shape.RepresentationIdentifier or "body").casefold() in _BODY and shape.ContextOfItems is not None
    ]


class _Writer:
    """Writes meshes to numbered files, so that a big model never lies whole in memory."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._meshes = Meshes()
        self._done: list[int] = []

    def add(
        self, number: int, vertices: NDArray[np.float64], faces: NDArray[np.int32], edges: NDArray[np.int32]
    ) -> None:
        self._meshes.add(number, vertices, faces, edges)
        self._done.append(number)
        if len(self._meshes) > _VERTICES_A_FILE:
            self._flush()

    def close(self) -> list[int]:
        if self._meshes.numbers:
            self._flush()
        return self._done

    def _flush(self) -> None:
        self._meshes.save(self._target / f"{len(list(self._target.iterdir())):05d}.npz")
        self._meshes = Meshes()
