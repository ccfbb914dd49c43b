"""A plan drafted from the model, for projects that have none yet."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from bim_supervise.api.base import PLAN, ProjectBase, existing_file
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.schedule.cpm import calculate
from bim_supervise.tracking.draft import draft_schedule
from bim_supervise.tracking.links import links_of_plan
from bim_supervise.tracking.read_lexicon import read_lexicon
from bim_supervise.tracking.read_trades import read_trades


class Drafting(ProjectBase):
    """Drafting a plan from the current model."""

    def draft_schedule(
        self,
        *,
        start: date | None = None,
        trades: str | Path | None = None,
        language: str = "zh",
        replace: bool = False,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Draft a plan from the model, calculate it and make it the current one.

        Args:
            start: first day of work; today on site if None.
            trades: an edited table of trades; the package's own if None.
            language: ``zh`` or ``en``, of the tasks' names.
            replace: put the draft in the place of a plan that the project has.
            dry_run: work it out and store nothing.

        Raises:
            NotFound: ``model_missing``.
            InputRefused: ``schedule_exists`` unless ``replace`` or ``dry_run``, or ``trades_invalid``.
        """
        lexicon = read_lexicon()
        table = read_trades(lexicon, existing_file(trades) if trades else None)
        with self._store.reading() as work:
            if work.current_model() is None:
                raise NotFound(
                    "model_missing",
                    "The project has no model yet.",
                    "Load one first: bim-supervise model load FILE.",
                )
            current = work.current_schedule()
            elements, storeys, bill = work.elements(), work.storeys(), work.bill_items()
            before = work.links()
        if current is not None and not (replace or dry_run):
            raise InputRefused(
                "schedule_exists",
                f"The project has a plan already: {current.name}.",
                "Pass --replace to put the draft in its place, or --dry-run to see it only.",
                plan=current.name,
            )
        draft = draft_schedule(
            elements,
            storeys,
            table,
            lexicon,
            start=datetime.combine(start or self.today(), time(8)),
            bill=bill,
            language=language,
        )
        calculation = calculate(draft.schedule)
        if not dry_run:
            made = links_of_plan(draft.schedule, elements).links
            tasks = {task.id for task in draft.schedule.tasks}
            pairs = {link[:2] for link in made}
            kept = [row for row in before if row[1] in tasks and row[2] != "ifc" and row[:2] not in pairs]
            with self._write(PLAN) as work:
                work.add_schedule(draft.schedule, self._clock())
                work.save_calculation(calculation)
                work.replace_links([*((one.element_id, one.task_id, one.origin) for one in made), *kept])
        return {
            "dry_run": dry_run,
            "tasks": sum(bool(task.element_ids) for task in draft.schedule.tasks),
            "links": len(draft.schedule.links),
            "elements": sum(len(task.element_ids) for task in draft.schedule.tasks),
            "start": calculation.start,
            "finish": calculation.finish,
            "critical": list(calculation.critical),
            "counted": [item.what for item in draft.schedule.converted],
            "unmapped": [
                {
                    "class": group.ifc_class,
                    "predefined_type": group.predefined_type,
                    "elements": list(group.elements),
                    "share_of_elements": group.share_of_elements,
                    "share_of_volume": group.share_of_volume,
                    "share_of_cost": group.share_of_cost,
                }
                for group in draft.unmapped
            ],
        }
