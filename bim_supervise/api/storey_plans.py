"""A storey seen from above: the outline of every element on it, and what is known of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bim_supervise.api.appearance import CODES, Appearance
from bim_supervise.api.geometry import matched
from bim_supervise.model.elements import Element, on_storey
from bim_supervise.model.geometry import read_manifest
from bim_supervise.model.geometry_read import meshes
from bim_supervise.model.space_outlines import Rings, box_from_above, seen_from_above
from bim_supervise.store.records import ModelRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreyRow:
    """A storey of the current model: elevation [m], None where the file states none, and its elements."""

    name: str
    elevation: float | None
    elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanElement:
    """An element on a plan.

    ``rings`` [m, project coordinates] are filled even-odd; ``box`` says that they are only its bounding box.
    ``codes``: dimension (see ``appearance.CODES``) -> code.
    """

    global_id: str
    name: str
    ifc_class: str
    rings: Rings
    box: bool
    codes: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreyPlan:
    """A storey: its elements, the largest first so that small ones lie on top.

    ``undrawn`` are the elements on it that have no shape; they are counted, never left out unsaid.
    """

    storey: str
    as_of: datetime
    elements: Sequence[PlanElement]
    undrawn: Sequence[str]


class StoreyPlans(Appearance):
    """Plans of storeys, coloured by what is known."""

    def storeys(self) -> list[StoreyRow]:
        """The storeys that hold elements, the highest first."""
        with self._store.reading() as work:
            if not work.current_model():
                return []
            counts = Counter(item.storey for item in work.elements() if item.storey)
            known = {item.name: item.elevation for item in work.storeys()}
        rows = [
            StoreyRow(name=name, elevation=known.get(name), elements=count) for name, count in counts.items()
        ]
        return sorted(rows, key=lambda row: (row.elevation is None, -(row.elevation or 0.0), row.name))

    def storey_plan(self, storey: str, as_of: str | date | datetime | None = None) -> StoreyPlan:
        """What stands on a storey, seen from above.

        Outlines come from the shapes of the viewer; an element without one there has its bounding box.

        Raises:
            NotFound: ``model_missing`` or ``storey_unknown``.
        """
        model = self._revision_of(None)
        with self._store.reading() as work:
            elements = work.elements(model.id)
        mine = on_storey(elements, storey)
        outlines = self._outlines(model, storey, elements)
        look = self.appearance([item.global_id for item in mine], as_of)
        drawn, undrawn = [], []
        for place, item in enumerate(mine):
            rings, box = outlines.get(item.global_id), False
            if rings is None and item.bounding_box is not None:
                rings, box = box_from_above(item.bounding_box), True
            if rings is None:
                undrawn.append(item.global_id)
                continue
            drawn.append(
                PlanElement(
                    global_id=item.global_id,
                    name=item.name or item.ifc_class,
                    ifc_class=item.ifc_class,
                    rings=rings,
                    box=box,
                    codes={name: CODES[name][values[place]] for name, values in look["codes"].items()},
                )
            )
        drawn.sort(key=lambda item: (-_extent(item.rings), item.global_id))
        return StoreyPlan(storey=storey, as_of=look["as_of"], elements=drawn, undrawn=undrawn)

    def _outlines(self, model: ModelRecord, storey: str, elements: Sequence[Element]) -> dict[str, Rings]:
        """Outlines by GlobalId, from the viewer's shapes; worked out once a storey of a revision."""
        name = self._manifest_name(model)
        if name is None:
            return {}
        key = (name, storey)
        with self._lock:
            kept: dict[tuple[str, str], dict[str, Rings]] = self.__dict__.setdefault("_storey_outlines", {})
            if key in kept:
                return kept[key]
        manifest = read_manifest(self.settings.geometry, name)
        owners = matched(manifest["elements"], elements)
        found: dict[str, Rings] = {}
        for place, corners, faces in meshes(self.settings.geometry, manifest):
            owner = owners[place]
            if owner is not None and owner.storey == storey and (rings := seen_from_above(corners, faces)):
                found[owner.global_id] = rings
        with self._lock:
            kept[key] = found
        return found


def _extent(rings: Rings) -> float:
    """Area of the box around rings [m2]."""
    points = [point for ring in rings for point in ring]
    across, along = [x for x, _ in points], [y for _, y in points]
    return (max(across) - min(across)) * (max(along) - min(along))
