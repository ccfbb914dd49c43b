"""What happens in the child process: check, parse, hold the result against the bytes, build the tables."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bim_supervise.core.child import Progress
from bim_supervise.core.errors import InputRefused
from bim_supervise.model.bill import bill_items_of
from bim_supervise.model.element_table import ElementTable, told_apart
from bim_supervise.model.elements import Element, ModelReading, ModelWarning
from bim_supervise.model.instances import Instances
from bim_supervise.model.placement import Placements
from bim_supervise.model.read_source import Source, read_source
from bim_supervise.model.relations import Locations, read_relations
from bim_supervise.model.spatial import georeference_of, project_of, repeated_ids, spaces_of, storeys_of
from bim_supervise.model.spf_text import scan
from bim_supervise.model.units import Units, project_units
from bim_supervise.model.wholeness import Wholeness, judge

_LISTED = 20


class _Stages:
    """Times the stages and reports their progress."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._progress(name, 0.0)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = round(time.perf_counter() - start, 3)
        self._progress(name, 1.0)

    def share(self, name: str, done: float) -> None:
        self._progress(name, min(done, 1.0))


def read_in_child(path: str, work_folder: str, accept_partial: bool, progress: Progress) -> ModelReading:
    """Read one model; see ``read_ifc.read_model`` for what is refused."""
    stages = _Stages(progress)
    file = Path(path)
    with stages.stage("check"):
        source = read_source(file, Path(work_folder))
        scanned = scan(source.data)
    with stages.stage("open"):
        # Imported here so that a file that is no IFC at all is refused without waiting for the parser.
        from bim_supervise.model.read_instances import parse

        total = max(scanned.instances, 1)
        parsed = parse(source.path, lambda count: stages.share("open", count / total))
        whole = judge(file.name, source.data, scanned, parsed)
    if whole.refusal is not None and not accept_partial:
        raise whole.refusal
    if not parsed.count:
        raise InputRefused(
            "ifc_without_instances",
            f"{file.name} holds no instances: its DATA section is empty or unreadable.",
            "Export the model again.",
            file=file.name,
        )
    warnings = [*source.warnings, *whole.warnings]
    return _tables(file.name, source, parsed.instances, parsed.authoring_tool, whole, warnings, stages)


def _tables(
    name: str,
    source: Source,
    instances: Instances,
    authoring_tool: str | None,
    whole: Wholeness,
    warnings: list[ModelWarning],
    stages: _Stages,
) -> ModelReading:
    with stages.stage("relations"):
        units = project_units(instances)
        relations = read_relations(instances)
        locations = Locations(instances, relations)
        placements = Placements(instances, units.length)
    table = ElementTable(instances, relations, locations, units, placements)
    with stages.stage("elements"):
        numbered = table.elements(lambda share: stages.share("elements", share))
    with stages.stage("bounding_boxes"):
        numbered = table.boxed(numbered, lambda share: stages.share("bounding_boxes", share))
    with stages.stage("content_hash"):
        numbered = table.hashed(numbered, lambda share: stages.share("content_hash", share))
        numbered, nameless = told_apart(numbered)
    with stages.stage("spaces"):
        storeys = storeys_of(instances, units, placements)
        spaces = spaces_of(instances, units, placements, relations, locations)
        bill = bill_items_of(instances, units, {number: element.global_id for number, element in numbered})
        georeference = georeference_of(instances, units)
    elements = tuple(element for _, element in numbered)
    warnings += _warnings(instances, units, elements, nameless.get("", 0))
    project = project_of(instances)
    return ModelReading(
        file_name=name,
        sha256=source.sha256,
        size_bytes=source.size_bytes,
        schema=instances.schema,
        authoring_tool=authoring_tool,
        project_name=instances.text(project, "LongName") or instances.text(project, "Name"),
        partial=whole.refusal is not None,
        elements=elements,
        storeys=tuple(storeys),
        spaces=tuple(spaces),
        bill_items=tuple(bill),
        georeference=georeference,
        warnings=tuple(warnings),
        seconds=stages.seconds,
        fingerprints=table.fingerprints(numbered),
        properties=table.properties(numbered),
    )


def _warnings(
    instances: Instances, units: Units, elements: tuple[Element, ...], without_id: int
) -> list[ModelWarning]:
    found = []

    def warn(code: str, message: str) -> None:
        found.append(ModelWarning(code=code, message=message))

    repeated = repeated_ids(instances, ("IfcRoot",))
    if repeated:
        listed = "; ".join(
            f"{global_id}: " + ", ".join(f"#{number} {instances.classes[number]}" for number in numbers[:6])
            for global_id, numbers in list(repeated.items())[:_LISTED]
        )
        more = f"; and {len(repeated) - _LISTED} more" if len(repeated) > _LISTED else ""
        warn(
            "duplicate_global_id",
            f"{len(repeated)} GlobalIds are used more than once. Elements that share one are all kept, the "
            f"later ones as '<GlobalId>~2', '~3' ...: {listed}{more}.",
        )
    if without_id:
        warn(
            "missing_global_id", f"{without_id} elements have no GlobalId; they are named '~<content hash>'."
        )
    if project_of(instances) is None:
        warn("no_project", "The file holds no IfcProject.")
    if not elements:
        warn("no_elements", "The file holds no building elements.")
    users = {"length": "IfcElement", "area": "IfcQuantityArea", "volume": "IfcQuantityVolume"}
    for kind, user in users.items():
        if kind in units.missing and any(True for _ in instances.of(user)):
            warn("unit_missing", f"The file declares no {kind} unit; SI was assumed.")
    if elements and not any(True for _ in instances.of("IfcBuildingStorey")):
        warn("no_storeys", "The file holds no storeys; elements have none.")
    return found
