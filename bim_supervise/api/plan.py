"""Bringing the plan in: model, schedule, links, devices and checkpoints."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from bim_supervise.api.base import PLAN, existing_file
from bim_supervise.api.linking import Linking
from bim_supervise.api.model_files import keep_model_file
from bim_supervise.api.plan_report import plan_report
from bim_supervise.api.revisions import carry_over, comparison_counts, current_heirs
from bim_supervise.api.views import ElementRow, LinkSummary, ModelRevisionView
from bim_supervise.checkpoints.read_checkpoints import read_checkpoints
from bim_supervise.core.child import Progress
from bim_supervise.core.errors import NotFound
from bim_supervise.events.read_devices import read_devices
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.model.compare import compare
from bim_supervise.model.elements import Space
from bim_supervise.model.read_ifc import read_model
from bim_supervise.schedule.cpm import calculate
from bim_supervise.schedule.graph import refuse_cycles, task_graph
from bim_supervise.schedule.health import longest_path
from bim_supervise.schedule.read_schedule import read_schedule
from bim_supervise.schedule.tasks import Calculation, Schedule
from bim_supervise.store.records import ModelRecord
from bim_supervise.store.work import Work
from bim_supervise.tracking.fold import fold_elements, life_of
from bim_supervise.tracking.links import LinkResult, coverage, links_of_plan
from bim_supervise.tracking.read_links import load_links, read_link_mapping

LINK_MAPPING = "links.yaml"
SCHEDULE_MAPPING = "schedule.yaml"


class Plan(Linking):
    """Loading and showing what the BIM coordinator hands in."""

    def load_model(
        self,
        path: str | Path,
        *,
        accept_partial: bool = False,
        discipline: str = "",
        on_progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Read an IFC file as the new revision of its discipline; the same file again changes nothing.

        The models of all disciplines form one project. A new revision replaces its predecessor: links and
        statements follow to elements that are surely the same under another GlobalId, the rest waits for a
        person (``successions``). No sign-off follows before a person has confirmed it.

        Raises:
            InputRefused: the file cannot be read whole, with the place and a way out.
        """
        file = existing_file(path)
        reading = read_model(file, accept_partial=accept_partial, on_progress=on_progress)
        began = perf_counter()
        keep_model_file(self.settings, file, reading.sha256)
        with self._write(PLAN) as work:
            predecessor = work.current_models().get(discipline.strip())
            model = work.add_model(reading, self._clock(), discipline.strip())
            carried = None
            if predecessor is not None and predecessor != model:
                carried = comparison_counts(carry_over(work, predecessor, model))
            self._link_from_plan(work)
        rules = self._renew_rule_links()
        return {
            "file": reading.file_name,
            "revision": model,
            "discipline": discipline.strip(),
            "predecessor": None if carried is None else predecessor,
            "compared": carried,
            "sha256": reading.sha256,
            "schema": reading.schema,
            "authoring_tool": reading.authoring_tool,
            "project_name": reading.project_name,
            "elements": len(reading.elements),
            "storeys": len(reading.storeys),
            "spaces": len(reading.spaces),
            "bill_items": len(reading.bill_items),
            "with_quantities": sum(bool(element.quantities) for element in reading.elements),
            "with_material": sum(element.material is not None for element in reading.elements),
            "partial": reading.partial,
            "warnings": [{"code": item.code, "message": item.message} for item in reading.warnings],
            "link_rules": rules,
            "seconds": {**reading.seconds, "store": perf_counter() - began},
        }

    def load_schedule(self, path: str | Path, *, mapping: str | Path | None = None) -> dict[str, Any]:
        """Read a schedule file as the current plan, with its elements' links if the file carries any.

        Raises:
            InputRefused: no schedule in the file, a cycle, a broken link ...
        """
        file = existing_file(path)
        schedule = read_schedule(file, mapping=self._mapping(mapping, SCHEDULE_MAPPING))
        refuse_cycles(task_graph(schedule))
        with self._write(PLAN) as work:
            work.add_schedule(schedule, self._clock())
            work.save_calculation(Calculation())
            linked = self._link_from_plan(work)
        self._keep_mapping(mapping, SCHEDULE_MAPPING)
        rules = self._renew_rule_links()
        return {
            **plan_report(schedule),
            "element_links": len(linked.links) if linked else 0,
            "link_rules": rules,
        }

    def preview_schedule(self, path: str | Path, *, mapping: str | Path | None = None) -> dict[str, Any]:
        """What loading a plan file would read, convert and skip; nothing is stored.

        Raises:
            InputRefused: as ``load_schedule``.
        """
        file = existing_file(path)
        return plan_report(read_schedule(file, mapping=self._mapping(mapping, SCHEDULE_MAPPING)))

    def calculate_schedule(self, data_date: datetime | None = None) -> dict[str, Any]:
        """Calculate dates, floats and the critical path (CPM) and keep them.

        Raises:
            NotFound: ``schedule_missing``.
        """
        with self._store.reading() as work:
            schedule = self._schedule(work)
        began = perf_counter()
        calculation = calculate(schedule, data_date=data_date)
        seconds = perf_counter() - began
        with self._write(PLAN) as work:
            work.save_calculation(calculation)
        return {
            "tasks": len(calculation.dates),
            "critical": list(calculation.critical),
            "longest_path": list(longest_path(schedule, calculation)),
            "start": calculation.start,
            "finish": calculation.finish,
            "problems": [{"what": item.what, "reason": item.reason} for item in calculation.problems],
            "seconds": seconds,
        }

    def load_links(self, path: str | Path, *, mapping: str | Path | None = None) -> dict[str, Any]:
        """Join a link table to model and plan; the mapping is kept with the project for the next time.

        Raises:
            NotFound: ``model_missing`` or ``schedule_missing``.
            InputRefused: a wrong column or mapping.
        """
        file = existing_file(path)
        with self._store.reading() as work:
            schedule = self._schedule(work)
            self._model(work)
            elements = work.elements()
            calculation = work.calculation()
        chosen = self._mapping(mapping, LINK_MAPPING)
        result = load_links(
            file,
            elements,
            schedule,
            mapping=read_link_mapping(chosen) if chosen else None,
            calculation=calculation,
        )
        with self._write(PLAN) as work:
            kept = [row for row in work.links() if row[2] != "table"]
            new = [(link.element_id, link.task_id, link.origin) for link in result.links]
            taken = {(element, task) for element, task, _ in new}
            work.replace_links([*new, *(row for row in kept if row[:2] not in taken)])
            links = work.links()
        self._keep_mapping(mapping, LINK_MAPPING)
        covered = coverage([element.global_id for element in elements], schedule, links)
        names = {task.id: task.name for task in schedule.tasks}
        return {
            "links": len(links),
            "rows": result.rows,
            "duplicates": len(result.duplicates),
            "unresolved": len(result.unresolved),
            "unresolved_groups": [
                {
                    "what": group.what,
                    "reason": group.reason,
                    "rows": group.rows,
                    "first_line": group.first_line,
                    "candidates": [{"id": item.id, "label": item.label} for item in group.candidates],
                }
                for group in result.unresolved_groups
            ],
            "unlinked_elements": list(covered.unlinked_elements),
            "unlinked_elements_share": covered.unlinked_elements_share,
            "unlinked_tasks": [{"id": task, "name": names[task]} for task in covered.unlinked_tasks],
            "unlinked_tasks_share": covered.unlinked_tasks_share,
        }

    def load_devices(self, path: str | Path) -> dict[str, Any]:
        """Read the device register; devices already known are updated, none is removed."""
        devices = read_devices(existing_file(path), kinds=self.kinds)
        with self._write(PLAN) as work:
            work.upsert_devices(devices)
        return {"devices": len(devices)}

    def load_checkpoints(self, path: str | Path) -> dict[str, Any]:
        """Read the checkpoints of the project; they replace the former ones. Sign-offs stay in the ledger."""
        file = existing_file(path)
        with self._store.reading() as work:
            schedule = work.current_schedule()
        points = read_checkpoints(file, schedule, [item.value for item in Capacity])
        with self._write(PLAN) as work:
            work.replace_checkpoints(points)
        return {
            "checkpoints": len(points),
            "holds": sum(point.control.value == "H" for point in points),
            "kinds": dict(Counter(point.kind.value for point in points)),
        }

    def models(self) -> list[ModelRevisionView]:
        """Loaded model revisions, the newest first."""
        with self._store.reading() as work:
            records = work.models()
        return [_revision(record) for record in reversed(records)]

    def compare_models(self, before: str, after: str) -> dict[str, Any]:
        """Compare two revisions, each named by its id or the beginning of its SHA-256.

        Only sure matches count; what is not sure is listed under ``uncertain`` with its candidates.

        Raises:
            NotFound: ``revision_unknown``.
        """
        with self._store.reading() as work:
            one, other = (_named_revision(work.models(), name) for name in (before, after))
            found = compare(
                work.elements(one.id),
                work.elements(other.id),
                before_prints=work.fingerprints(one.id),
                after_prints=work.fingerprints(other.id),
            )
        lists = {name: getattr(found, name) for name in ("unchanged", "moved", "modified")}
        return {
            **{name: [match.before for match in matches] for name, matches in lists.items()},
            "added": list(found.added),
            "removed": list(found.removed),
            "rekeyed": [
                {"before": match.before, "after": match.after, "by": match.by, "changes": list(match.changes)}
                for match in found.rekeyed
            ],
            "uncertain": [
                {"before": item.before, "candidates": list(item.candidates)} for item in found.uncertain
            ],
        }

    def elements(self, query: str = "") -> list[ElementRow]:
        """Elements of the current model whose texts contain every word of ``query``."""
        words = query.casefold().split()
        with self._store.reading() as work:
            elements = work.elements() if work.current_model() else []
            links = work.links()
            facts = work.facts(until=self._now(work.project()))
        tasks: dict[str, list[str]] = {}
        for element_id, task_id, _ in links:
            tasks.setdefault(element_id, []).append(task_id)
        lives = fold_elements(facts, as_of=self.now())
        rows = []
        for element in elements:
            text = " ".join(
                filter(
                    None,
                    (
                        element.global_id, element.ifc_class, element.name, element.tag, element.type_name,
                        element.storey, element.material, *element.classifications,
                    ),
                )
            ).casefold()  # fmt: skip
            if all(word in text for word in words):
                life = lives.get(element.global_id)
                rows.append(
                    ElementRow(
                        global_id=element.global_id,
                        ifc_class=element.ifc_class,
                        predefined_type=element.predefined_type,
                        name=element.name,
                        tag=element.tag,
                        type_name=element.type_name,
                        storey=element.storey,
                        material=element.material,
                        classifications=element.classifications,
                        quantities=element.quantities,
                        content_hash=element.content_hash,
                        tasks=tasks.get(element.global_id, ()),
                        life=life_of(life) if life else None,
                        inspection=str(life.inspected.value) if life and life.inspected else None,
                    )
                )
        return rows

    def spaces(self) -> list[Space]:
        """Spaces of the current model with their plan polygons."""
        with self._store.reading() as work:
            return list(work.spaces()) if work.current_model() else []

    def link_summary(self) -> LinkSummary:
        """How elements and tasks hang together."""
        with self._store.reading() as work:
            elements = [item.global_id for item in work.elements()] if work.current_model() else []
            covered = coverage(elements, work.current_schedule(), work.links())
        return LinkSummary(
            links=covered.links,
            unlinked_elements=len(covered.unlinked_elements),
            unlinked_elements_share=covered.unlinked_elements_share,
            unlinked_tasks=len(covered.unlinked_tasks),
            unlinked_tasks_share=covered.unlinked_tasks_share,
        )

    def _link_from_plan(self, work: Work) -> LinkResult | None:
        """Renew the links that the plan file itself carries; the others stay while their task is there."""
        schedule = work.current_schedule()
        if schedule is None or work.current_model() is None:
            return None
        result = links_of_plan(schedule, work.elements(), current_heirs(work))
        tasks = {task.id for task in schedule.tasks}
        kept = [row for row in work.links() if row[2] != "ifc" and row[1] in tasks]
        taken = {row[:2] for row in kept}
        new = [(link.element_id, link.task_id, link.origin) for link in result.links]
        work.replace_links([*kept, *(row for row in new if row[:2] not in taken)])
        return result

    def _schedule(self, work: Work) -> Schedule:
        schedule = work.current_schedule()
        if schedule is None:
            raise NotFound(
                "schedule_missing",
                "The project has no schedule yet.",
                "Load one first: bim-supervise schedule load FILE.",
            )
        return schedule

    def _model(self, work: Work) -> ModelRecord:
        model = work.current_model()
        if model is None:
            raise NotFound(
                "model_missing",
                "The project has no model yet.",
                "Load one first: bim-supervise model load FILE.",
            )
        return model

    def _mapping(self, given: str | Path | None, name: str) -> Path | None:
        """The mapping file to use: the one given, else the one kept with the project, if any."""
        if given is not None:
            return existing_file(given)
        kept = self.settings.mappings / name
        return kept if kept.is_file() else None

    def _keep_mapping(self, given: str | Path | None, name: str) -> None:
        if given is not None:
            self.settings.mappings.mkdir(parents=True, exist_ok=True)
            target = self.settings.mappings / name
            if Path(given).resolve() != target.resolve():
                shutil.copyfile(given, target)


def _named_revision(records: Sequence[ModelRecord], name: str) -> ModelRecord:
    fits = [
        record
        for record in records
        if str(record.id) == name or (len(name) >= 6 and record.sha256.startswith(name))
    ]
    if len(fits) != 1:
        raise NotFound(
            "revision_unknown",
            f"'{name}' is no model revision of this project.",
            "Use the number of a revision, or at least six signs of its SHA-256.",
            name=name,
        )
    return fits[0]


def _revision(record: ModelRecord) -> ModelRevisionView:
    warnings: Sequence[dict[str, str]] = [
        {"code": item.code, "message": item.message} for item in record.warnings
    ]
    return ModelRevisionView(
        id=record.id,
        file_name=record.file_name,
        sha256=record.sha256,
        schema=record.schema,
        authoring_tool=record.authoring_tool,
        partial=record.partial,
        discipline=record.discipline,
        loaded_at=record.loaded_at,
        elements=record.elements,
        storeys=record.storeys,
        spaces=record.spaces,
        warnings=warnings,
    )
