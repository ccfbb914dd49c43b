"""From a model file to shapes that a browser can draw: meshed in child processes, packed, kept.

No element is lost silently. What one kernel cannot mesh, or crashes on, the next one tries; what none can is
in the manifest as ``failed``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.errors import InputRefused
from bim_supervise.model.geometry_mesh import KERNELS, Listing, list_in_child, mesh_in_child
from bim_supervise.model.geometry_pack import FORMAT, pack_in_child, read_manifest, write_manifest

_ALONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryLimits:
    """What one child process may use; a model may take several of them, one after another."""

    timeout_s: float = 1800.0
    memory_bytes: int = 8 << 30


def build_geometry(
    path: Path,
    folder: Path,
    *,
    limits: GeometryLimits = GeometryLimits(),
    on_progress: Progress | None = None,
) -> dict[str, Any]:
    """Mesh and pack a model into ``folder``; returns the manifest, see ``geometry_pack``.

    Args:
        path: the model file (SPF, plain or zipped).
        folder: an existing folder for content-addressed files.
        limits: of each child process.
        on_progress: called with the stages ``open``, ``mesh`` and ``pack`` and the share 0..1 done.

    Raises:
        InputRefused: the file cannot be read at all, or packing failed.
    """
    report = on_progress or (lambda _stage, _share: None)
    with tempfile.TemporaryDirectory(prefix="bim-supervise-geometry-") as work:
        run = _Run(path, Path(work), limits, report)
        report("open", 0.0)
        listing = run.listing()
        run.mesh([number for number, _, _, body in listing.elements if body])
        manifest: dict[str, Any] = run_limited(
            pack_in_child,
            str(run.meshes),
            str(folder),
            listing.elements,
            timeout_s=limits.timeout_s,
            memory_bytes=limits.memory_bytes,
            on_progress=report,
        )
    report("pack", 1.0)
    return manifest


class _Run:
    """One model on its way through the kernels."""

    def __init__(self, path: Path, work: Path, limits: GeometryLimits, report: Progress) -> None:
        self._path = str(path.absolute())
        self._work = work
        self._limits = limits
        self._report = report
        self._rounds = 0
        self.meshes = work / "meshes"
        self.meshes.mkdir()

    def listing(self) -> Listing:
        found: Listing = self._child(list_in_child, self._path, str(self._unpacked()))
        return found

    def mesh(self, numbers: Sequence[int], kernels: Sequence[str] = KERNELS) -> None:
        """Mesh elements by the first kernel that can, each by the next one where it cannot."""
        left = list(numbers)
        for place, kernel in enumerate(kernels):
            if not left:
                return
            try:
                meshed = set(self._round(kernel, left))
            except InputRefused:
                # Crashed or ran out of time or memory: nothing of this round is kept.
                if kernel == kernels[-1]:
                    self._halve(left, kernels[place:])
                continue
            left = [number for number in left if number not in meshed]

    def _halve(self, numbers: Sequence[int], kernels: Sequence[str]) -> None:
        """Close in on what crashes the last kernel, so that its neighbours are not lost with it."""
        if len(numbers) <= _ALONE:
            return
        middle = len(numbers) // 2
        for half in (numbers[:middle], numbers[middle:]):
            self.mesh(half, kernels)

    def _round(self, kernel: str, numbers: Sequence[int]) -> list[int]:
        self._rounds += 1
        target = self.meshes / f"{self._rounds:04d}"
        target.mkdir()
        try:
            done: list[int] = self._child(
                mesh_in_child, self._path, str(self._unpacked()), str(target), kernel, list(numbers)
            )
        except InputRefused:
            for file in target.iterdir():
                file.unlink()
            raise
        return done

    def _unpacked(self) -> Path:
        folder = self._work / "unpacked"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        return folder

    def _child(self, function: Any, *arguments: Any) -> Any:
        return run_limited(
            function,
            *arguments,
            timeout_s=self._limits.timeout_s,
            memory_bytes=self._limits.memory_bytes,
            on_progress=self._report,
        )


__all__ = ["FORMAT", "GeometryLimits", "build_geometry", "read_manifest", "write_manifest"]
