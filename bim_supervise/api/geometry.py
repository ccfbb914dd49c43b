"""Shapes of the loaded models for the viewer: made once per file, kept beside the database."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bim_supervise.api.base import ProjectBase
from bim_supervise.api.model_files import kept_model_file
from bim_supervise.core.child import Progress
from bim_supervise.core.errors import NotFound, SupervisionError
from bim_supervise.model.elements import Element
from bim_supervise.model.geometry import FORMAT, build_geometry, read_manifest, write_manifest
from bim_supervise.store.records import ModelRecord

TRADES = ("structure", "reinforcement", "envelope", "finishes", "services", "other")
"""Trades as far as an IFC class tells them, for colouring."""

_TRADE_OF_CLASS = {
    "structure": "Beam Column Slab Wall WallStandardCase WallElementedCase SlabStandardCase BeamStandardCase "
    "ColumnStandardCase Member MemberStandardCase Plate PlateStandardCase Footing Pile DeepFoundation Stair "
    "StairFlight Ramp RampFlight ElementAssembly BuildingElementPart CaissonFoundation Bearing",
    "reinforcement": "ReinforcingBar ReinforcingMesh Tendon TendonAnchor TendonConduit",
    "envelope": "CurtainWall Window WindowStandardCase Door DoorStandardCase Roof ShadingDevice",
    "finishes": "Covering Railing FurnishingElement Furniture SystemFurnitureElement",
    "services": "Pump Boiler Chiller Fan Valve Damper Tank Sensor Actuator Controller Alarm",
}
_EARLY_CHUNKS = 200
"""So many names are small beside a page."""

_TRADES = {f"Ifc{name}": trade for trade, names in _TRADE_OF_CLASS.items() for name in names.split()}
_SERVICES = ("IfcDistribution", "IfcFlow", "IfcPipe", "IfcDuct", "IfcCable", "IfcElectric", "IfcLight")


def trade_of(ifc_class: str) -> str:
    """The trade that usually makes elements of a class."""
    return _TRADES.get(ifc_class) or ("services" if ifc_class.startswith(_SERVICES) else "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeometryState:
    """How far the shapes of a model revision are.

    ``state`` is ``ready``, ``building``, ``absent`` (nobody has asked for them yet), ``failed`` (see
    ``error``) or ``no_source`` (the file was loaded by an older version and has to be loaded once more).
    ``stage`` and ``share`` (0..1) say what is being done.
    """

    state: str
    stage: str = ""
    share: float = 0.0
    error: SupervisionError | None = None


class Geometry(ProjectBase):
    """Shapes of models for the viewer."""

    def geometry_state(self, model_id: int | None = None) -> GeometryState:
        """How far the shapes of a revision (default: the current one) are; starts nothing."""
        model = self._revision_of(model_id)
        if self._manifest_name(model) is not None:
            return GeometryState(state="ready")
        with self._lock:
            known = self._geometry_work().get(model.sha256)
        if known is not None:
            return known
        kept = (self.settings.models / model.sha256).is_file()
        return GeometryState(state="absent" if kept else "no_source")

    def start_geometry(self, model_id: int | None = None) -> GeometryState:
        """Begin to make the shapes of a revision in the background, unless they are there or being made."""
        model = self._revision_of(model_id)
        with self._lock:
            state = self.geometry_state(model.id)
            if state.state not in ("absent", "failed"):
                return state
            state = GeometryState(state="building", stage="open")
            self._geometry_work()[model.sha256] = state
        threading.Thread(
            target=self._build_reported, args=(model,), name=f"geometry-{model.sha256[:8]}", daemon=True
        ).start()
        return state

    def build_geometry(
        self, model_id: int | None = None, *, on_progress: Progress | None = None
    ) -> dict[str, Any]:
        """Make the shapes of a revision now and say what became of its elements.

        Raises:
            NotFound: ``model_missing``, ``revision_unknown`` or ``model_file_missing``.
            InputRefused: the file cannot be read.
        """
        model = self._revision_of(model_id)
        name = self._manifest_name(model)
        if name is None:
            source = kept_model_file(self.settings, model)
            folder = self.settings.geometry
            (folder / "index").mkdir(parents=True, exist_ok=True)
            name = write_manifest(build_geometry(source, folder, on_progress=on_progress), folder)
            index = self._index(model)
            partial = index.with_suffix(".part")
            partial.write_text(name, "ascii")
            partial.replace(index)
        elements = read_manifest(self.settings.geometry, name)["elements"]
        return {
            "file": model.file_name,
            "sha256": model.sha256,
            "elements": len(elements),
            "meshed": sum(row["shape"] == "mesh" for row in elements),
            "without_body": sum(row["shape"] == "none" for row in elements),
            "failed": [row["guid"] for row in elements if row["shape"] == "failed"],
        }

    def scene(self, model_id: int | None = None) -> dict[str, Any]:
        """What the viewer draws of a revision: the manifest with the elements' ids, names and storeys.

        Lists run over the elements in the order in which they are drawn; an element that no kernel could
        mesh has its bounding box, if there is one, in ``boxes`` (relative to ``origin``, [m]).

        Raises:
            NotFound: ``model_missing``, ``revision_unknown`` or ``geometry_missing``.
        """
        model = self._revision_of(model_id)
        name = self._manifest_name(model)
        if name is None:
            raise NotFound(
                "geometry_missing",
                f"The shapes of {model.file_name} have not been made yet.",
                "Open the viewer, or run: bim-supervise model geometry.",
                file=model.file_name,
            )
        manifest = read_manifest(self.settings.geometry, name)
        with self._store.reading() as work:
            elements = work.elements(model.id)
            wholes = {key: item.part_of for key, item in work.fingerprints(model.id).items()}
        drawn = matched(manifest["elements"], elements)
        origin = manifest["origin"]
        boxes = list(manifest["boxes"])
        for element in drawn[len(boxes) :]:
            box = element.bounding_box if element else None
            boxes.append(
                None if box is None else [round(value - origin[i % 3], 3) for i, value in enumerate(box)]
            )
        storeys = list(dict.fromkeys(element.storey for element in drawn if element and element.storey))
        classes = list(dict.fromkeys(row["class"] for row in manifest["elements"]))
        place_of_storey = {name: place for place, name in enumerate(storeys)}
        place_of_class = {name: place for place, name in enumerate(classes)}
        return {
            "model": model.id,
            "name": model.file_name,
            "sha256": model.sha256,
            "partial": model.partial,
            "origin": origin,
            "frame": manifest["frame"],
            "chunks": manifest["chunks"],
            "boxes": boxes,
            "ids": [element.global_id if element else "" for element in drawn],
            "names": [(element.name or "") if element else "" for element in drawn],
            "wholes": [wholes.get(element.global_id) or "" if element else "" for element in drawn],
            "classes": classes,
            "class": [place_of_class[row["class"]] for row in manifest["elements"]],
            "trade": [TRADES.index(trade_of(row["class"])) for row in manifest["elements"]],
            "storeys": storeys,
            "storey": [
                place_of_storey[element.storey] if element and element.storey else -1 for element in drawn
            ],
            "shape": [row["shape"] for row in manifest["elements"]],
        }

    def chunk_names(self, model_id: int) -> list[str]:
        """Content addresses of a revision's first chunks: a page asks for them before it has the scene.

        Raises:
            NotFound: ``model_missing`` or ``geometry_missing``.
        """
        name = self._manifest_name(self._revision_of(model_id))
        if name is None:
            raise NotFound("geometry_missing", "The shapes have not been made yet.", "Open the viewer.")
        kept: dict[str, list[str]] = self.__dict__.setdefault("_early_chunks", {})
        if name not in kept:
            chunks = read_manifest(self.settings.geometry, name)["chunks"]
            kept[name] = [str(chunk["file"]) for chunk in chunks[:_EARLY_CHUNKS]]
        return kept[name]

    def geometry_file(self, name: str) -> bytes:
        """A chunk by its content address, gzip-compressed as it lies on disk.

        Raises:
            NotFound: ``geometry_missing``.
        """
        path = self.settings.geometry / f"{name}.gz"
        if not path.is_file():
            raise NotFound("geometry_missing", "There is no such shape file.", "Reload the page.")
        return path.read_bytes()

    def _build_reported(self, model: ModelRecord) -> None:
        def report(stage: str, share: float) -> None:
            with self._lock:
                work[model.sha256] = GeometryState(state="building", stage=stage, share=share)

        work = self._geometry_work()
        try:
            self.build_geometry(model.id, on_progress=report)
        except SupervisionError as error:
            with self._lock:
                work[model.sha256] = GeometryState(state="failed", error=error)
            return
        with self._lock:
            work.pop(model.sha256, None)

    def _geometry_work(self) -> dict[str, GeometryState]:
        work: dict[str, GeometryState] = self.__dict__.setdefault("_geometry_being_made", {})
        return work

    def _revision_of(self, model_id: int | None) -> ModelRecord:
        with self._store.reading() as work:
            if model_id is None:
                model = work.current_model()
            else:
                model = next((item for item in work.models() if item.id == model_id), None)
        if model is None:
            raise NotFound(
                "model_missing",
                "The project has no model yet.",
                "Load one first: bim-supervise model load FILE.",
            )
        return model

    def _index(self, model: ModelRecord) -> Path:
        return self.settings.geometry / "index" / f"{model.sha256}.{FORMAT}"

    def _manifest_name(self, model: ModelRecord) -> str | None:
        index = self._index(model)
        return index.read_text("ascii").strip() if index.is_file() else None


def matched(rows: Sequence[dict[str, Any]], elements: Sequence[Element]) -> list[Element | None]:
    """The stored element of each row of a manifest.

    Both come from the same file in the same order; of several under one GlobalId the store has renamed all
    but the first, so the n-th row of a GlobalId is the n-th element whose id begins with it.
    """
    waiting: dict[str, list[Element]] = defaultdict(list)
    for element in elements:
        waiting[element.global_id.split("~")[0]].append(element)
    for found in waiting.values():
        found.reverse()
    owners: dict[int, Element | None] = {}
    for row in sorted(rows, key=lambda row: int(row["number"])):
        left = waiting.get(row["guid"])
        owners[row["number"]] = left.pop() if left else None
    return [owners[row["number"]] for row in rows]
