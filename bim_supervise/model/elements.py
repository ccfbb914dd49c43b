"""What the software knows of a model once it is read: plain data, SI units, no ifcopenshell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bim_supervise.core.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An IFC product with a GlobalId (构件).

    Quantities are SI: lengths m, areas m2, volumes m3, weights kg, counts 1, keyed
    ``"<quantity set>.<quantity name>"`` (e.g. ``"Qto_WallBaseQuantities.NetVolume"``).
    """

    global_id: str
    ifc_class: str
    name: str | None = None
    predefined_type: str | None = None
    tag: str | None = None
    type_name: str | None = None
    storey: str | None = None
    space: str | None = None
    material: str | None = None
    classifications: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    """Names of the systems and groups that it is assigned to."""
    quantities: Mapping[str, float] = field(default_factory=dict)
    bounding_box: tuple[float, float, float, float, float, float] | None = None
    """xmin, ymin, zmin, xmax, ymax, zmax in project coordinates [m]; None without geometry."""
    content_hash: str = ""
    """Hex SHA-256 over what a signature binds; see ``model.content_hash``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """The two halves of an element's content hash, by which the same thing is known again elsewhere.

    ``shape_hash`` binds everything of the content hash but the placement, ``placement_hash`` the placement
    alone; both hex SHA-256. ``part_of`` is the ``global_id`` of the element that it is a part of.
    ``properties_hash`` is the hex SHA-256 of its own property sets, None where it has none.
    """

    shape_hash: str
    placement_hash: str
    part_of: str | None = None
    properties_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Storey:
    """A building storey: name and elevation [m] in project coordinates."""

    global_id: str
    name: str
    elevation: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """An IfcSpace: plan polygon (exterior ring, [m], project coordinates) and z range [m]."""

    global_id: str
    name: str
    long_name: str | None
    storey: str | None
    polygon: tuple[tuple[float, float], ...] | None
    z_min: float | None
    z_max: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Georeference:
    """Where the model lies: map conversion (if any) and IfcSite latitude/longitude [degrees]."""

    crs: str | None = None
    eastings: float | None = None
    northings: float | None = None
    orthogonal_height: float | None = None
    x_axis_abscissa: float | None = None
    x_axis_ordinate: float | None = None
    scale: float | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BillItem:
    """A priced line (清单项) of an IfcCostSchedule; it may have no element.

    ``value`` is the total in the project's currency; ``task_source_ids`` are the GlobalIds of tasks
    it is assigned to, ``element_ids`` those of elements.
    """

    global_id: str
    identification: str | None
    name: str
    value: float | None
    quantity: float | None
    unit: str | None
    element_ids: tuple[str, ...] = ()
    task_source_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWarning:
    """Something odd but not fatal: machine-readable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReading:
    """Everything read from one IFC file, ready to be stored as a model revision (模型版本)."""

    file_name: str
    sha256: str
    size_bytes: int
    schema: str
    authoring_tool: str | None
    project_name: str | None
    partial: bool
    elements: tuple[Element, ...]
    storeys: tuple[Storey, ...]
    spaces: tuple[Space, ...]
    bill_items: tuple[BillItem, ...]
    georeference: Georeference
    warnings: tuple[ModelWarning, ...]
    seconds: Mapping[str, float]
    """Time spent per stage [s], e.g. ``{"open": .., "elements": .., "content_hash": ..}``."""
    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)
    """By the ``global_id`` of each element; what ``model.compare`` tells moved from modified by."""
    properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By ``global_id``, properties of the element and its type: ``"<set>.<name>"`` to value in SI units."""


def on_storey(elements: Iterable[Element], storey: str) -> list[Element]:
    """The elements of a storey.

    Raises:
        NotFound: ``storey_unknown`` when there is none.
    """
    found = [item for item in elements if item.storey == storey]
    if not found:
        raise NotFound(
            "storey_unknown",
            f"There is no element on a storey '{storey}'.",
            "Choose a storey of the model; 'model elements' names the one of every element.",
            storey=storey,
        )
    return found
