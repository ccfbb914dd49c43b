"""Points of a lot from what was measured on its elements, where the record already stands in the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bim_supervise.api.base import existing_file
from bim_supervise.api.lots import Lots, LotView
from bim_supervise.core.errors import InputRefused
from bim_supervise.inspection.lots import Check
from bim_supervise.inspection.read_points import read_points
from bim_supervise.model.elements import on_storey
from bim_supervise.tracking.state import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPoint:
    """A measured record that fits a check of a lot; ``left_out`` says why it is no point, empty if it is.

    ``value`` is the deviation in the record's own ``unit``; ``record`` its id. ``left_out``: ``taken``,
    ``unit`` is not the check's, ``unauthenticated``: the word of an unknown sender proves nothing where it
    passes, but counts where it fails; ``superseded`` by a later record of the same element and check that is
    a point or may become one.
    """

    record: str
    check: str
    element: str
    value: float
    unit: str
    reporter: str
    left_out: str = ""


class LotRecords(Lots):
    """Measured values of the evidence as points of lots."""

    def measured_points(self, lot: str) -> list[MeasuredPoint]:
        """What was measured on the elements of a lot, by time.

        A record fits a check when its ``item`` is the check's id or its title in any language.

        Raises:
            NotFound: ``case_unknown``.
        """
        view = self.lot(lot)
        elements = set(view.case.elements)
        with self._store.reading() as work:
            facts = [fact for fact in work.facts(kinds=["measured"]) if fact.subject in elements]
        return _fitting(view, facts)

    def fitting_elements(self, template: str, storey: str | None = None) -> list[str]:
        """GlobalIds of the elements whose class fits a kind of lot, of one storey where it is named.

        Raises:
            NotFound: ``lot_template_unknown`` or ``storey_unknown``.
        """
        classes = self._template(template).classes
        with self._store.reading() as work:
            elements = work.elements() if work.current_model() else []
        if storey is not None:
            elements = on_storey(elements, storey)
        return [item.global_id for item in elements if not classes or item.ifc_class in classes]

    def load_points(self, lot: str, user: str, file: str | Path, *, text: str = "") -> LotView:
        """Add the points of a CSV table or a JSON list.

        Raises:
            NotFound: ``case_unknown`` or ``file_missing``.
            InputRefused: ``lot_point_invalid`` or what ``read_points`` refuses; nothing was stored.
        """
        return self.measure_lot(lot, user, read_points(existing_file(file)), text=text)

    def take_measured(self, lot: str, user: str, *, text: str = "") -> LotView:
        """Add every measured value that is not yet a point of the lot; see ``measured_points``.

        Raises:
            NotFound: ``case_unknown``.
            InputRefused: ``lot_nothing_measured`` when there is nothing to add.
        """
        found = [point for point in self.measured_points(lot) if not point.left_out]
        if not found:
            raise InputRefused(
                "lot_nothing_measured",
                f"Nothing that was measured on the elements of {lot} is new to it.",
                "Record measured values of its elements; the item is the id or the title of the check.",
                case=lot,
            )
        return self.measure_lot(
            lot,
            user,
            [
                {"check": item.check, "element": item.element, "value": item.value, "record": item.record}
                for item in found
            ],
            text=text,
        )


def _fitting(view: LotView, facts: Sequence[Fact]) -> list[MeasuredPoint]:
    """By time, as the facts are."""
    taken = {point.record for point in view.points if point.record}
    made = []
    for fact in facts:
        check = _check_of(view.template.checks, str(fact.payload.get("item") or ""))
        if check is None or not isinstance(fact.value, int | float):
            continue
        value, why = float(fact.value), ""
        if fact.id in taken:
            why = "taken"
        elif fact.unit != check.unit:
            why = "unit"
        elif not fact.authenticated and check.tolerates(value, view.size) is not False:
            why = "unauthenticated"
        made.append(
            MeasuredPoint(
                record=fact.id,
                check=check.id,
                element=fact.subject,
                value=value,
                unit=fact.unit,
                reporter=fact.reporter,
                left_out=why,
            )
        )
    # What proves nothing supersedes nothing: it must not hide a value that fails.
    latest = {(point.check, point.element): point.record for point in made if point.left_out in ("", "taken")}
    return [
        replace(point, left_out="superseded")
        if not point.left_out and latest[point.check, point.element] != point.record
        else point
        for point in made
    ]


def _check_of(checks: Iterable[Check], item: str) -> Check | None:
    said = item.strip().casefold()
    for check in checks:
        if check.measured and said in {
            check.id.casefold(),
            *(one.casefold() for one in check.title.values()),
        }:
            return check
    return None
