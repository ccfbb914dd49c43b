"""The inspection plan: lines in, checkpoints out, made anew whenever model, plan, links or lines change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bim_supervise.api.base import PLAN, existing_file
from bim_supervise.api.people import People
from bim_supervise.checkpoints.contract import Checkpoint
from bim_supervise.core.errors import InputRefused
from bim_supervise.inspection.itp import (
    ItpLine,
    checkpoints_of,
    parse_itp,
    plain_line,
    profiles,
    read_itp,
)
from bim_supervise.inspection.itp import (
    Work as Matched,
)
from bim_supervise.ledger.capacities import Capacity
from bim_supervise.schedule.tasks import TaskKind
from bim_supervise.store.work import Work

_CAPACITIES = [item.value for item in Capacity]


class InspectionPlan(People):
    """Lines of the inspection and test plan, and the checkpoints they make."""

    def load_itp(self, source: str | Path, *, by: str | None = None) -> dict[str, Any]:
        """Replace the inspection plan by a file, or by one that ships with the software (by its name).

        ``by`` names the person who asks; None is whoever owns the machine, at the command line.

        Raises:
            PermissionRefused: ``not_appointed``.
            NotFound: ``file_missing``.
            InputRefused: ``itp_profile_unknown``, ``itp_unreadable`` or ``itp_invalid``; nothing was stored.
        """
        self._may_plan(by)
        shipped = profiles()
        if str(source) in shipped:
            lines = read_itp(shipped[str(source)], _CAPACITIES)
        elif Path(str(source)).suffix in ("", "."):
            raise InputRefused(
                "itp_profile_unknown",
                f"There is no plan '{source}' with the software.",
                f"Use one of {', '.join(shipped)}, or the path of your own file.",
                name=str(source),
                known=", ".join(shipped),
            )
        else:
            lines = read_itp(existing_file(source), _CAPACITIES)
        return self._replace_itp(lines)

    def save_itp(self, rows: Sequence[Any], *, by: str | None = None) -> dict[str, Any]:
        """Replace the inspection plan by plain rows, as ``itp`` gives them.

        Raises:
            InputRefused: ``itp_invalid``; nothing was stored.
        """
        self._may_plan(by)
        return self._replace_itp(parse_itp(rows, _CAPACITIES))

    def _may_plan(self, user: str | None) -> None:
        if user is not None:
            self.require(user, "plan_inspection")

    def itp(self) -> list[dict[str, Any]]:
        """The lines of the inspection plan as plain rows."""
        with self._store.reading() as work:
            return [dict(row) for row in work.itp_lines()]

    def itp_profiles(self) -> list[str]:
        """Names of the plans that ship with the software."""
        return list(profiles())

    def _replace_itp(self, lines: Sequence[ItpLine]) -> dict[str, Any]:
        with self._write(PLAN) as work:
            work.replace_itp([(line.id, plain_line(line)) for line in lines])
            made = self._renewed(work, lines)
        counts = {line.id: 0 for line in lines}
        for point in made:
            counts[point.terms.origin if point.terms else ""] += 1
        return {
            "lines": len(lines),
            "checkpoints": len(made),
            "unmatched": [name for name, count in counts.items() if not count],
            "by_line": counts,
        }

    def _plan_changed(self, work: Work) -> None:
        """Make the checkpoints anew: new elements and tasks get theirs in the same transaction."""
        super()._plan_changed(work)
        lines = parse_itp(work.itp_lines(), _CAPACITIES)
        before = work.checkpoints()
        if not lines and not any(_made(point) for point in before):
            return
        after = [*(point for point in before if not _made(point)), *self._renewed(work, lines)]
        if after != before:
            work.replace_checkpoints(after)

    def _renewed(self, work: Work, lines: Sequence[ItpLine]) -> tuple[Checkpoint, ...]:
        """The checkpoints that lines make now; an id that was written by hand is left to the hand."""
        taken = {point.id for point in work.checkpoints() if not _made(point)}
        made = checkpoints_of(lines, _matched(work)) if lines else ()
        return tuple(point for point in made if point.id not in taken)


def _made(point: Checkpoint) -> bool:
    return bool(point.terms and point.terms.origin)


def _matched(work: Work) -> list[Matched]:
    """All tasks but summaries, with their words and their elements."""
    schedule = work.current_schedule()
    if schedule is None:
        return []
    known = {item.global_id: item for item in work.elements()} if work.current_model() else {}
    linked: dict[str, list[tuple[str, str, str | None]]] = defaultdict(list)
    for element, task, _ in work.links():
        if element in known:
            linked[task].append((element, known[element].ifc_class, known[element].storey))
    return [
        Matched(
            task=task.id,
            words=" ".join(part for part in (task.trade, task.wbs, task.name) if part),
            elements=linked.get(task.id, ()),
        )
        for task in schedule.tasks
        if task.kind is not TaskKind.SUMMARY
    ]
