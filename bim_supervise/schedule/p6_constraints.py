"""Date constraints of a Primavera activity: primary, secondary, expected finish and external dates.

Only mandatory dates override logic in Primavera. "Start on" is both not earlier and not later than.
"""

from __future__ import annotations

from datetime import datetime

from bim_supervise.schedule.p6_rows import P6Report, P6Row
from bim_supervise.schedule.tasks import Constraint, ConstraintType

_TYPES = {
    "CS_ALAP": (ConstraintType.AS_LATE_AS_POSSIBLE,),
    "CS_MSO": (ConstraintType.START_NO_EARLIER_THAN, ConstraintType.START_NO_LATER_THAN),
    "CS_MSOA": (ConstraintType.START_NO_EARLIER_THAN,),
    "CS_MSOB": (ConstraintType.START_NO_LATER_THAN,),
    "CS_MEO": (ConstraintType.FINISH_NO_EARLIER_THAN, ConstraintType.FINISH_NO_LATER_THAN),
    "CS_MEOA": (ConstraintType.FINISH_NO_EARLIER_THAN,),
    "CS_MEOB": (ConstraintType.FINISH_NO_LATER_THAN,),
    "CS_MANDSTART": (ConstraintType.MUST_START_ON,),
    "CS_MANDFIN": (ConstraintType.MUST_FINISH_ON,),
}


def constraint_of_activity(row: P6Row, what: str, report: P6Report) -> Constraint | None:
    """All date constraints of an activity as one chain; None when it has none.

    Raises:
        InputRefused: ``date_invalid`` with the line.
    """
    found: list[tuple[ConstraintType, datetime | None]] = []
    for kind_column, date_column in (("cstr_type", "cstr_date"), ("cstr_type2", "cstr_date2")):
        code = row.get(kind_column)
        if code is None:
            continue
        types, at = _TYPES.get(code), row.moment(date_column)
        if types is None:
            report.skip(f"{what}: constraint {code}", "constraint_unknown")
        elif at is None and types != (ConstraintType.AS_LATE_AS_POSSIBLE,):
            report.skip(f"{what}: constraint {code}", "constraint_without_date")
        else:
            found.extend((kind, at) for kind in types)
            if len(types) > 1:
                report.convert(f"{what}: constraint {code}", "constraint_as_two")
    expected = row.moment("expect_end_date")
    if expected is not None:
        found.append((ConstraintType.EXPECTED_FINISH, expected))
    for column, kind in (
        ("external_early_start_date", ConstraintType.START_NO_EARLIER_THAN),
        ("external_late_end_date", ConstraintType.FINISH_NO_LATER_THAN),
    ):
        at = row.moment(column)
        if at is not None:
            found.append((kind, at))
            report.convert(f"{what}: {column}", "external_date_as_constraint")
    chain: Constraint | None = None
    for kind, at in reversed(found):
        at = None if kind is ConstraintType.AS_LATE_AS_POSSIBLE else at
        chain = Constraint(type=kind, at=at, also=chain)
    return chain
