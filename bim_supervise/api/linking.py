"""Links by rule and by suggestion: what ties elements to tasks where no table does."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from bim_supervise.api.base import PLAN, ProjectBase, existing_file
from bim_supervise.api.model_files import kept_model_file
from bim_supervise.core.errors import NotFound, SupervisionError
from bim_supervise.events.place import zones_of_spaces
from bim_supervise.model.read_selection import select_elements
from bim_supervise.schedule.tasks import Schedule
from bim_supervise.store.work import Work
from bim_supervise.tracking.link_rules import LinkRule, RuleOutcome, apply_rules
from bim_supervise.tracking.links import ElementTaskLink, coverage
from bim_supervise.tracking.read_lexicon import read_lexicon
from bim_supervise.tracking.read_link_rules import read_link_rules
from bim_supervise.tracking.suggest import LEAST_CONFIDENCE, suggest

LINK_RULES = "link_rules.yaml"


class Linking(ProjectBase):
    """Link rules that are kept with the project, and suggestions that a person takes over."""

    def load_link_rules(self, path: str | Path | None = None, *, dry_run: bool = False) -> dict[str, Any]:
        """Apply link rules; a file of rules replaces the kept one, None applies the kept rules again.

        Links of tables, of the plan file and of suggestions stay; links of earlier rules are replaced.

        Raises:
            InputRefused: ``link_rules_invalid`` or ``selector_invalid``.
            NotFound: ``model_missing``, ``schedule_missing``, ``link_rules_missing`` or
                ``model_file_missing``.
        """
        kept = self.settings.mappings / LINK_RULES
        if path is None and not kept.is_file():
            raise NotFound(
                "link_rules_missing",
                "The project keeps no link rules.",
                "Give a file: bim-supervise link rules FILE.yaml.",
            )
        file = existing_file(path or kept)
        rules = read_link_rules(file)
        with self._store.reading() as work:
            schedule = _plan_of(work)
            outcomes = self._outcomes(work, rules, schedule)
            before = work.links()
            elements = [element.global_id for element in work.elements()]
        links = _with(before, (link for outcome in outcomes for link in outcome.links), "rule")
        if not dry_run:
            with self._write(PLAN) as work:
                work.replace_links(links)
            if file.resolve() != kept.resolve():
                kept.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, kept)
        known = {row[:2] for row in before if row[2] != "rule"}
        names = {task.id: task.name for task in schedule.tasks}
        return {
            "dry_run": dry_run,
            "rules": [
                {
                    "name": outcome.rule,
                    "elements": len(outcome.elements),
                    "already_linked": sum(link[:2] in known for link in outcome.links),
                    "task": outcome.task,
                    "task_name": names.get(outcome.task or ""),
                    "reason": outcome.reason,
                    "candidates": [{"id": one.id, "label": one.label} for one in outcome.candidates],
                }
                for outcome in outcomes
            ],
            **_coverage(elements, schedule, links),
        }

    def suggest_links(self, *, apply: bool = False, least: float = LEAST_CONFIDENCE) -> dict[str, Any]:
        """Suggest tasks for elements that have none, with reasons; link the undisputed ones on ``apply``.

        Args:
            apply: make links of the suggestions that name one task only.
            least: suggestions with less confidence (0..1) are left out.

        Raises:
            NotFound: ``model_missing`` or ``schedule_missing``.
        """
        with self._store.reading() as work:
            schedule = _plan_of(work)
            elements = work.elements()
            before = work.links()
            linked = {row[0] for row in before}
            found = suggest(
                [element for element in elements if element.global_id not in linked],
                schedule,
                read_lexicon(),
                storeys=work.storeys(),
                calculation=work.calculation(),
                least=least,
            )
        links = list(before)
        if apply:
            sure = [
                ElementTaskLink(one.element_id, one.tasks[0], "suggestion")
                for one in found
                if len(one.tasks) == 1
            ]
            links = _with(before, sure)
            with self._write(PLAN) as work:
                work.replace_links(links)
        names = {element.global_id: element for element in elements}
        tasks = {task.id: task.name for task in schedule.tasks}
        return {
            "applied": len(links) - len(before),
            "undecided": sum(len(one.tasks) > 1 for one in found),
            "suggestions": [
                {
                    "element": one.element_id,
                    "element_name": names[one.element_id].name,
                    "tasks": [{"id": task, "name": tasks[task]} for task in one.tasks],
                    "confidence": one.confidence,
                    "reasons": [reason._asdict() for reason in one.reasons],
                }
                for one in found
            ],
            **_coverage([element.global_id for element in elements], schedule, links),
        }

    def _renew_rule_links(self) -> dict[str, Any] | None:
        """Apply the kept rules to a new revision or plan; what they linked before stays if they cannot be.

        Returns:
            How many links the rules make now, or why they could not be applied; None without rules.
        """
        with self._store.reading() as work:
            ready = work.current_model() is not None and work.current_schedule() is not None
        if not ready or not (self.settings.mappings / LINK_RULES).is_file():
            return None
        try:
            done = self.load_link_rules()
        except SupervisionError as error:
            return {"error": error.as_dict()}
        return {"rules": len(done["rules"]), "elements": sum(rule["elements"] for rule in done["rules"])}

    def _outcomes(self, work: Work, rules: Sequence[LinkRule], schedule: Schedule) -> tuple[RuleOutcome, ...]:
        queries = list(dict.fromkeys(rule.select for rule in rules if rule.select))
        model = work.current_model()
        assert model is not None, "the caller has looked"
        picked = select_elements(kept_model_file(self.settings, model), queries) if queries else []
        return apply_rules(
            rules,
            work.elements(),
            schedule,
            selected=dict(zip(queries, map(frozenset, picked), strict=True)),
            zones=zones_of_spaces(work.spaces()),
            calculation=work.calculation(),
        )


def _plan_of(work: Work) -> Schedule:
    if work.current_model() is None:
        raise NotFound(
            "model_missing",
            "The project has no model yet.",
            "Load one first: bim-supervise model load FILE.",
        )
    schedule = work.current_schedule()
    if schedule is None:
        raise NotFound(
            "schedule_missing",
            "The project has no schedule yet.",
            "Load one first: bim-supervise schedule load FILE.",
        )
    return schedule


def _with(
    before: Iterable[tuple[str, str, str]], new: Iterable[ElementTaskLink], replaced: str | None = None
) -> list[tuple[str, str, str]]:
    """Links with new ones added; those whose origin is ``replaced`` go, and no pair comes twice."""
    kept = [row for row in before if row[2] != replaced]
    taken = {row[:2] for row in kept}
    added = {link[:2]: link for link in new if link[:2] not in taken}
    return [*kept, *((link.element_id, link.task_id, link.origin) for link in added.values())]


def _coverage(
    elements: Sequence[str], schedule: Schedule, links: Iterable[tuple[str, str, str]]
) -> dict[str, Any]:
    covered = coverage(elements, schedule, links)
    names = {task.id: task.name for task in schedule.tasks}
    return {
        "links": covered.links,
        "unlinked_elements": list(covered.unlinked_elements),
        "unlinked_elements_share": covered.unlinked_elements_share,
        "unlinked_tasks": [{"id": task, "name": names[task]} for task in covered.unlinked_tasks],
        "unlinked_tasks_share": covered.unlinked_tasks_share,
    }
