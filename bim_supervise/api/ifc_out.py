"""Results back into the model: actual dates, status, gates, sign-offs and non-conformances as IFC."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bim_supervise.api.case_views import CaseView
from bim_supervise.api.exchange import Exchange
from bim_supervise.api.model_files import kept_model_file
from bim_supervise.api.views import CheckpointView
from bim_supervise.checkpoints.gates import GateState, worst_gate
from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.child import Progress, run_limited
from bim_supervise.core.clock import to_wall
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.core.whole_file import write_whole
from bim_supervise.report.results import (
    ElementResult,
    GateRow,
    NonConformance,
    Results,
    SignOffRow,
    TaskResult,
    Written,
)
from bim_supervise.report.words import Words
from bim_supervise.store.records import ModelRecord
from bim_supervise.tracking.fold import fold_elements, life_of
from bim_supervise.tracking.state import ElementState


class IfcOut(Exchange):
    """The model with what became of it."""

    def export_ifc(
        self,
        path: str | Path,
        *,
        discipline: str | None = None,
        as_of: str | date | datetime | None = None,
        language: str = "zh",
        on_progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Write actual dates, status, gates, sign-offs and non-conformances into a copy of the model.

        The model stays as it was handed in; the copy keeps its schema (IFC2X3, IFC4 or IFC4X3). Nothing that
        is unknown is written.

        Args:
            path: the file to write; it appears whole or not at all.
            discipline: which of several current models; None is the one that was loaded last.
            as_of: the moment to judge at; None is now.
            language: ``zh`` or ``en``, of titles and of what is missing.
            on_progress: called with the stage and the share 0..1 done of it.

        Returns:
            ``file schema tasks_updated tasks_added approvals non_conformances elements absent``: how many
            tasks were updated and added, approvals, cases and elements written, and GlobalIds are not there.

        Raises:
            NotFound: ``model_missing`` or ``model_file_missing``.
            InputRefused: ``discipline_unknown``, ``language_unknown``, ``file_not_writable`` and those of the
                child process.
        """
        if language not in LANGUAGES:
            raise InputRefused(
                "language_unknown", f"There is no language '{language}'.", "Use zh or en.", language=language
            )
        model = self._model_of(discipline)
        source = kept_model_file(self.settings, model)
        results = self._results(model, self.moment(as_of), language)
        target = Path(path).expanduser()
        with tempfile.TemporaryDirectory(prefix="bim-supervise-") as folder:
            made = Path(folder) / "results.ifc"
            written: Written = run_limited(
                _write_in_child, str(source), str(made), folder, results, on_progress=on_progress
            )
            write_whole(target, [made.read_bytes()])
        return {
            "file": str(target),
            "schema": written.schema,
            "tasks_updated": written.tasks_updated,
            "tasks_added": written.tasks_added,
            "approvals": written.approvals,
            "non_conformances": written.non_conformances,
            "elements": written.elements,
            "absent": len(written.absent),
        }

    def _model_of(self, discipline: str | None) -> ModelRecord:
        with self._store.reading() as work:
            models = {model.id: model for model in work.models()}
            current = work.current_models()
            newest = work.current_model()
        if newest is None:
            raise NotFound(
                "model_missing",
                "The project has no model yet.",
                "Load one first: bim-supervise model load FILE.",
            )
        if discipline is None:
            return newest
        if discipline not in current:
            raise InputRefused(
                "discipline_unknown",
                f"There is no current model of '{discipline}'.",
                f"Use one of: {', '.join(repr(name) for name in current)}.",
                discipline=discipline,
                known=list(current),
            )
        return models[current[discipline]]

    def _results(self, model: ModelRecord, moment: datetime, language: str) -> Results:
        situation = self.situation(moment)
        with self._store.reading() as work:
            project = work.project()
            head = work.ledger_head()
            facts = work.facts(until=situation.as_of)
            lives = fold_elements(
                facts, as_of=situation.as_of, instruments=[device.id for device in work.devices()]
            )
            known = {item.global_id for item in work.elements(model.id)}
            sign_offs = [view for views in self._ledger_views(work, situation).values() for view in views]
        words = Words(
            language=language, zone=self.zone, currency=project.currency, catalogue=self.catalogue()
        )
        released = {name: item.gate.released_at for name, item in situation.judged.items()}
        gates = [
            self._gate_row(view, released.get(view.id), words) for view in self.checkpoints(situation.as_of)
        ]
        made = {
            name: [item.global_id for item in state.elements] for name, state in situation.by_task.items()
        }
        cases = [self._non_conformance(view) for view in self.cases("ncr", as_of=moment)]
        return Results(
            project=project.id,
            project_name=project.name,
            as_of=to_wall(situation.as_of, self.zone).replace(microsecond=0),
            timezone=project.timezone,
            model_sha256=model.sha256,
            ledger_entries=head.entries,
            ledger_head=head.hash,
            tasks=[
                TaskResult(
                    id=row.id,
                    name=row.name,
                    wbs=row.wbs,
                    parent=row.parent,
                    milestone=row.kind == "milestone",
                    planned_start=row.start,
                    planned_finish=row.finish,
                    actual_start=self._wall(row.actual_start),
                    actual_finish=self._wall(row.actual_finish),
                    percent=row.percent,
                    percent_basis=row.percent_basis,
                    start_gate=row.start_gate,
                    finish_gate=row.finish_gate,
                    stopped_by=row.stopped_by,
                    elements=made.get(row.id, ()),
                )
                for row in self.tasks(moment)
            ],
            gates=gates,
            sign_offs=[
                SignOffRow(
                    sequence=view.sequence,
                    hash=view.hash,
                    checkpoint=view.checkpoint,
                    signer=view.signer,
                    signer_name=view.signer_name or view.signer,
                    capacity=view.capacity,
                    decision=view.decision,
                    reason=view.reason,
                    at=to_wall(view.time, self.zone).replace(microsecond=0),
                    standing="withdrawn" if view.withdrawn else "counts" if view.counts else "superseded",
                )
                for view in sorted(sign_offs, key=lambda one: one.sequence)
                if view.time <= situation.as_of
            ],
            non_conformances=cases,
            elements=self._elements(known, gates, cases, lives),
        )

    def _wall(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else to_wall(moment, self.zone).replace(microsecond=0)

    def _gate_row(self, view: CheckpointView, released: datetime | None, words: Words) -> GateRow:
        return GateRow(
            id=view.id,
            title=view.title.get(words.language) or view.title.get("en") or view.id,
            task=view.task,
            boundary=view.boundary,
            kind=view.kind,
            control=view.control,
            rule=view.rule,
            state=view.state,
            outcome=view.outcome,
            released_at=self._wall(released),
            missing=[words.sentence(f"missing.{item.code}", **item.params) for item in view.missing],
            elements=view.elements,
        )

    def _non_conformance(self, view: CaseView) -> NonConformance:
        elements = view.elements or self._elements_of(view.tasks, view.checkpoints)
        return NonConformance(
            id=view.id,
            title=view.title,
            text=view.notes[0].text,
            state=view.state,
            author=view.author,
            opened_at=to_wall(view.opened_at, self.zone).replace(microsecond=0),
            ended_at=self._wall(view.ended_at),
            due=view.due,
            elements=elements,
            tasks=view.tasks,
        )

    def _elements(
        self,
        known: set[str],
        gates: list[GateRow],
        cases: list[NonConformance],
        lives: Mapping[str, ElementState],
    ) -> list[ElementResult]:
        guarding: dict[str, list[GateRow]] = defaultdict(list)
        for gate in gates:
            for element in gate.elements:
                guarding[element].append(gate)
        named: dict[str, list[NonConformance]] = defaultdict(list)
        for case in cases:
            for element in case.elements:
                named[element].append(case)
        made = []
        for element in sorted(known & {*lives, *guarding, *named}):
            life = lives.get(element)
            own = guarding[element]
            made.append(
                ElementResult(
                    global_id=element,
                    life=life_of(life) if life else None,
                    delivered_at=self._wall(life.delivered.event_time) if life and life.delivered else None,
                    installed_at=self._wall(life.installed.event_time) if life and life.installed else None,
                    inspection=str(life.inspected.value) if life and life.inspected else None,
                    gate=_worst(own),
                    gates=[f"{gate.id}: {gate.state}" for gate in own],
                    non_conformances=[f"{case.id}: {case.state}" for case in named[element]],
                    open_non_conformances=sum(case.ended_at is None for case in named[element]),
                )
            )
        return made


def _write_in_child(
    source: str, target: str, work_folder: str, results: Results, progress: Progress
) -> Written:
    # Imported here because ifcopenshell takes a second to import and only the child needs it.
    from bim_supervise.report.ifc_results import write_results_in_child

    return write_results_in_child(source, target, work_folder, results, progress)


def _worst(gates: list[GateRow]) -> str | None:
    found = worst_gate(GateState(gate.state) for gate in gates)
    return found.value if found else None
