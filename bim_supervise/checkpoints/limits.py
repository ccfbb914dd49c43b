"""Limits are data: reading a pack's ``limits.yaml``, choosing the row in force, and comparing with it."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources.abc import Traversable
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bim_supervise.checkpoints.contract import Limit
from bim_supervise.core.catalogue import safe_yaml
from bim_supervise.core.errors import InputRefused

LAYERS = ("law", "national", "city", "design", "contract", "platform")
"""Who may set a limit, from above to below; a default of this platform gives way to every other."""

COMPARATORS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    "<": operator.lt,
    ">=": operator.ge,
    ">": operator.gt,
}
"""A value satisfies a limit when ``value <comparator> limit``."""

EVIDENCE_CLASSES = ("V1", "V2", "R-high", "R-med", "R-low", "DESIGN", "ENG")
"""How sure a figure is: read in its source or a secondary text, recalled, of the design, of this platform."""

_MAY_SHIP_FIXED = {"V1", "V2", "R-high"}
_REQUIRED = (
    "rule_id", "jurisdiction", "edition", "effective_from", "effective_to", "clause", "evidence_class",
    "value", "unit", "window", "statistic", "comparator", "action", "editable", "override_by",
    "override_reason",
)  # fmt: skip
_OPTIONAL = ("condition", "min_completeness", "note", "source", "profile", "override_on")
_CONDITIONS = ({"from", "to"}, {"phase"}, {"from", "to", "phase"})
_DURATION = re.compile(
    r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def load_limits(file: Traversable | Path) -> tuple[Limit, ...]:
    """Read ``limits.yaml``: a list of rows, or a mapping with the list under ``limits``.

    Every row carries all of rule_id, jurisdiction, edition, effective_from, effective_to, clause,
    evidence_class, value, unit, window, statistic, comparator, action, editable, override_by and
    override_reason (null where there is nothing to say), and may carry condition, min_completeness, note and
    source.

    Raises:
        InputRefused: ``limits_invalid`` naming file, row and field; ``limits_overlap`` when two rows of one
            jurisdiction could be in force at the same moment.
    """
    try:
        tree = safe_yaml(file.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputRefused(
            "limits_invalid",
            f"{file.name} is not readable YAML: {' '.join(str(error).split())}",
            "Correct the file; the message names line and column.",
            file=file.name,
            problem=" ".join(str(error).split()),
        ) from error
    rows = tree.get("limits") if isinstance(tree, Mapping) else tree
    if not isinstance(rows, list):
        raise _invalid(file.name, 0, "limits", "there is no list of rows")
    limits = tuple(_limit(file.name, number, row) for number, row in enumerate(rows, 1))
    _refuse_overlaps(file.name, limits)
    return limits


def in_force(
    limits: Iterable[Limit], moment: datetime, zone: ZoneInfo, phases: Collection[str] = ()
) -> Limit | None:
    """The row that holds at ``moment`` (aware UTC), or None when none does.

    The edition is chosen by the site date of the moment (``effective_to`` inclusive), the condition by site
    wall time and by the ``phases`` under way. Of several jurisdictions the strictest value wins: a lower
    layer may only tighten, unless its row carries a signed, dated reason. A row without a value counts only
    where no other row has one, and a default of this platform only where nobody else has set a limit.
    """
    wall = moment.astimezone(zone)
    found = [
        limit
        for limit in limits
        if _dated(limit, wall.date())
        and _applies(limit.condition, wall.time())
        and ("phase" not in limit.condition or limit.condition["phase"] in phases)
    ]
    if len(found) < 2:
        return found[0] if found else None
    valued = [limit for limit in found if limit.value is not None]
    if not valued:
        return found[0]
    binding = [limit for limit in valued if layer_of(limit.jurisdiction) < len(LAYERS) - 1] or valued
    chosen: Limit | None = None
    for limit in sorted(binding, key=lambda one: layer_of(one.jurisdiction)):
        if chosen is None or stricter(limit, chosen) or limit.override_on is not None:
            chosen = limit
    return chosen


def layer_of(jurisdiction: str) -> int:
    """Place of a jurisdiction in ``LAYERS``: a country code is national, ``CN-11`` and the like a city."""
    if jurisdiction in LAYERS:
        return LAYERS.index(jurisdiction)
    return LAYERS.index("city" if "-" in jurisdiction else "national")


def stricter(one: Limit, other: Limit) -> bool:
    """Whether ``one`` allows less than ``other``; both have a value and the same direction."""
    if one.value is None or other.value is None:
        return False
    if one.value == other.value:
        return one.comparator in ("<", ">") and other.comparator in ("<=", ">=")
    return one.value < other.value if one.comparator in ("<=", "<") else one.value > other.value


def satisfies(value: float, limit: Limit) -> bool:
    """Whether the unrounded ``value`` [limit's unit] keeps the limit.

    Raises:
        ValueError: when the limit has no value: nothing can be said then.
    """
    if limit.value is None:
        raise ValueError(f"the limit of {limit.rule_id} has not been set")
    return COMPARATORS[limit.comparator](value, limit.value)


@cache
def duration(text: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds, e.g. ``PT20M``.

    Raises:
        ValueError: for anything else, or for no time at all.
    """
    match = _DURATION.fullmatch(text)
    length = timedelta(**{unit: int(n) for unit, n in match.groupdict(0).items()}) if match else timedelta(0)
    if not length:
        raise ValueError(f"'{text}' is not a duration such as PT20M, PT1H or P1D")
    return length


def _dated(limit: Limit, day: date) -> bool:
    return limit.effective_from <= day and (limit.effective_to is None or day <= limit.effective_to)


def _applies(condition: Mapping[str, Any], at: time) -> bool:
    if "from" not in condition:
        return True
    start, end = time.fromisoformat(condition["from"]), time.fromisoformat(condition["to"])
    return start <= at < end if start < end else at >= start or at < end


def _invalid(file: str, row: int, field: str, problem: str) -> InputRefused:
    return InputRefused(
        "limits_invalid",
        f"{file}, row {row}, field '{field}': {problem}.",
        "Correct the row; docs/packs.md lists the fields of a limit.",
        file=file,
        row=row,
        field=field,
        problem=problem,
    )


def _limit(file: str, number: int, row: Any) -> Limit:
    def bad(field: str, problem: str) -> InputRefused:
        return _invalid(file, number, field, problem)

    if not isinstance(row, Mapping):
        raise bad("", "the row is no mapping")
    for field in _REQUIRED:
        if field not in row:
            raise bad(field, "is missing; write null where there is nothing to say")
    for field in row:
        if field not in _REQUIRED and field not in _OPTIONAL:
            raise bad(str(field), "is not a field of a limit")

    def text(field: str, *, nullable: bool = False) -> str | None:
        value = row[field]
        if value is None and nullable:
            return None
        if not isinstance(value, str) or not value.strip():
            raise bad(field, f"must be a text, not {value!r}")
        return value.strip()

    def day(field: str, *, nullable: bool = False) -> date | None:
        value = row[field]
        if value is None and nullable:
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise bad(field, f"must be a date such as 2026-01-01, not {value!r}") from None

    def number_in(field: str) -> float | None:
        value = row.get(field)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise bad(field, f"must be a number or null, not {value!r}")
        return float(value)

    unit = row["unit"]
    if not isinstance(unit, str):
        raise bad("unit", f"must be a text (empty for a ratio), not {unit!r}")
    comparator, evidence_class = text("comparator") or "", text("evidence_class") or ""
    if comparator not in COMPARATORS:
        raise bad("comparator", f"must be one of {', '.join(COMPARATORS)}, not {comparator!r}")
    if evidence_class not in EVIDENCE_CLASSES:
        raise bad("evidence_class", f"must be one of {', '.join(EVIDENCE_CLASSES)}, not {evidence_class!r}")
    editable = row["editable"]
    if not isinstance(editable, bool):
        raise bad("editable", f"must be true or false, not {editable!r}")
    if not editable and evidence_class not in _MAY_SHIP_FIXED:
        raise bad(
            "editable", f"must be true: a figure of class {evidence_class} is not certain enough to be fixed"
        )
    value = number_in("value")
    if evidence_class == "DESIGN" and value is not None:
        raise bad("value", "must be null: only the project's design can fix a DESIGN limit")
    if value is None and not editable:
        raise bad("value", "must be set where the row is not editable")
    window = text("window", nullable=True)
    if window is not None:
        try:
            duration(window)
        except ValueError as error:
            raise bad("window", str(error)) from None
    completeness = number_in("min_completeness")
    if completeness is not None and not 0 <= completeness <= 1:
        raise bad("min_completeness", f"must be a share 0..1, not {completeness!r}")
    first, last = day("effective_from"), day("effective_to", nullable=True)
    assert first is not None
    if last is not None and last < first:
        raise bad("effective_to", f"{last} lies before effective_from {first}")
    override_by, override_reason = text("override_by", nullable=True), text("override_reason", nullable=True)
    if (override_by is None) != (override_reason is None):
        raise bad("override_reason", "an override needs both who made it and why")
    override_on = day("override_on", nullable=True) if "override_on" in row else None
    return Limit(
        rule_id=text("rule_id") or "",
        jurisdiction=text("jurisdiction") or "",
        edition=text("edition") or "",
        effective_from=first,
        effective_to=last,
        clause=text("clause") or "",
        evidence_class=evidence_class,
        value=value,
        unit=unit,
        window=window,
        statistic=text("statistic") or "",
        comparator=comparator,
        action=text("action") or "",
        condition=_condition(row.get("condition"), bad),
        editable=editable,
        min_completeness=completeness,
        note=str(row.get("note") or "").strip(),
        source=str(row.get("source") or "").strip(),
        override_by=override_by,
        override_reason=override_reason,
        override_on=override_on,
        profile=str(row.get("profile") or "").strip(),
    )


def _condition(value: Any, bad: Callable[[str, str], InputRefused]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping) or set(value) not in _CONDITIONS:
        raise bad("condition", "must have 'from' and 'to', both site wall times, or a 'phase', or all three")
    made: dict[str, str] = {}
    if "phase" in value:
        if not isinstance(value["phase"], str) or not value["phase"].strip():
            raise bad("condition", f"'phase' must be the name of a phase, not {value['phase']!r}")
        made["phase"] = value["phase"].strip()
    for end in ("from", "to"):
        if end not in value:
            continue
        # YAML 1.1 reads an unquoted 22:00 as the number 1320.
        if not isinstance(value[end], str) or not re.fullmatch(r"[0-2]\d:[0-5]\d", value[end]):
            raise bad("condition", f"'{end}' must be a quoted time such as '22:00', not {value[end]!r}")
        try:
            time.fromisoformat(value[end])
        except ValueError:
            raise bad("condition", f"'{end}' is no time of day: {value[end]!r}") from None
        made[end] = value[end]
    if "from" in made and made["from"] == made["to"]:
        raise bad("condition", "'from' and 'to' are the same time")
    return made


def _refuse_overlaps(file: str, limits: Sequence[Limit]) -> None:
    for (n, one), (m, other) in combinations(enumerate(limits, 1), 2):
        # Two statistics, or two windows, of one rule are two things that are measured.
        same = _measured(one) == _measured(other)
        if same and _dates_meet(one, other) and _conditions_meet(one.condition, other.condition):
            raise InputRefused(
                "limits_overlap",
                f"{file}: rows {n} and {m} of {one.rule_id} are both in force on "
                f"{max(one.effective_from, other.effective_from)}.",
                "End the older edition on the day before the newer one begins, or give the rows conditions "
                "that exclude each other.",
                file=file,
                rows=[n, m],
                first=n,
                second=m,
                rule=one.rule_id,
                day=str(max(one.effective_from, other.effective_from)),
            )


def _measured(limit: Limit) -> tuple[str | None, ...]:
    return limit.rule_id, limit.jurisdiction, limit.statistic, limit.window, limit.profile


def _dates_meet(one: Limit, other: Limit) -> bool:
    return (one.effective_to is None or other.effective_from <= one.effective_to) and (
        other.effective_to is None or one.effective_from <= other.effective_to
    )


def _conditions_meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if "phase" in one and "phase" in other and one["phase"] != other["phase"]:
        return False
    if "from" not in one or "from" not in other:
        return True
    # Two spans of a day meet exactly when one begins inside the other.
    return _applies(one, time.fromisoformat(other["from"])) or _applies(
        other, time.fromisoformat(one["from"])
    )
