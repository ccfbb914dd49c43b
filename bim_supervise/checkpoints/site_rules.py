"""What a project sets for its rules: profiles, parameters, and limits of its design or contract.

The layers are law, national, city, design, contract. A lower one may only tighten what stands above it; a row
that loosens needs a reason, the name of who signs for it and the day, and stays visible in every verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from bim_supervise.checkpoints.contract import Limit
from bim_supervise.checkpoints.limits import LAYERS, layer_of, stricter
from bim_supervise.core.errors import InputRefused

Shipped = Callable[[str], Sequence[Limit]]
"""The rows that packs bring for a rule id; empty for a rule without limits or not installed."""

_KEYS = {"profiles", "parameters", "limits"}
_ROW = {
    "rule", "layer", "value", "statistic", "condition", "clause", "edition", "effective_from", "effective_to",
    "note", "loosens",
}  # fmt: skip
_LOOSENS = {"by", "day", "reason"}
_PROJECT_LAYERS = ("city", "design", "contract")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """The settings of one project; without any, profiles are off and the design's limits are empty.

    ``parameters`` maps a rule id, or the beginning of one up to a hyphen (``PIT`` for all ``PIT-...``), to
    the parameters of those rules; a longer beginning wins.
    """

    profiles: tuple[str, ...] = ()
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()

    def parameters_of(self, rule_id: str) -> dict[str, Any]:
        """The parameters of one rule."""
        found: dict[str, Any] = {}
        for name in sorted(self.parameters, key=len):
            if rule_id == name or rule_id.startswith(f"{name}-"):
                found |= self.parameters[name]
        return found

    @property
    def loosened(self) -> tuple[Limit, ...]:
        """The rows that loosen a limit above them."""
        return tuple(limit for limit in self.limits if limit.override_on is not None)


def read_site_rules(path: Path, rules: Iterable[str], shipped: Shipped) -> SiteRules:
    """Read a project's rule settings from YAML.

    Args:
        path: the file; ``docs/rule-settings.md`` describes its form.
        rules: ids of the installed rules.
        shipped: the rows of the packs.

    Raises:
        InputRefused: ``site_rules_invalid`` naming the row and the field; ``limit_loosened`` for a row that
            allows more than a layer above it and carries no signed, dated reason.
    """
    try:
        tree = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _invalid(path.name, 0, "", f"cannot be read as YAML: {' '.join(str(error).split())}") from error
    return parse_site_rules(tree, path.name, rules, shipped)


def parse_site_rules(tree: Any, file: str, rules: Iterable[str], shipped: Shipped) -> SiteRules:
    """The same from data that has been read; see ``read_site_rules``."""
    if not isinstance(tree, Mapping) or set(tree) - _KEYS:
        raise _invalid(file, 0, "", f"must be a mapping with only {', '.join(sorted(_KEYS))}")
    known = set(rules)
    offered = {row.profile for rule in known for row in shipped(rule) if row.profile}
    profiles = tree.get("profiles") or []
    if not isinstance(profiles, list):
        raise _invalid(file, 0, "profiles", "must be a list of names")
    for name in profiles:
        if name not in offered:
            raise _invalid(file, 0, "profiles", f"'{name}' is none of {', '.join(sorted(offered))}")
    parameters = tree.get("parameters") or {}
    for name, values in parameters.items() if isinstance(parameters, Mapping) else [(parameters, None)]:
        if not isinstance(values, Mapping):
            raise _invalid(file, 0, "parameters", f"'{name}' must be a mapping of a rule to its parameters")
        if not any(rule == name or rule.startswith(f"{name}-") for rule in known):
            raise _invalid(file, 0, "parameters", f"no installed rule is called '{name}' or begins with it")
    rows = tree.get("limits") or []
    if not isinstance(rows, list):
        raise _invalid(file, 0, "limits", "must be a list of rows")
    limits = [
        limit for number, row in enumerate(rows, 1) for limit in _rows(file, number, row, profiles, shipped)
    ]
    return SiteRules(
        profiles=tuple(profiles),
        parameters={str(name): dict(values) for name, values in parameters.items()},
        limits=tuple(limits),
    )


def _rows(file: str, number: int, row: Any, profiles: Sequence[str], shipped: Shipped) -> Iterable[Limit]:
    def bad(field: str, problem: str) -> InputRefused:
        return _invalid(file, number, field, problem)

    if not isinstance(row, Mapping):
        raise bad("", "is no mapping of fields")
    unknown = sorted(str(key) for key in row if key not in _ROW)
    if unknown:
        raise bad(unknown[0], f"is no field; known are {', '.join(sorted(_ROW))}")
    value = row.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad("value", f"must be a number, not {value!r}")
    layer = row.get("layer")
    if layer not in _PROJECT_LAYERS:
        raise bad("layer", f"must be one of {', '.join(_PROJECT_LAYERS)}, not {layer!r}")
    first = _day(row.get("effective_from"), "effective_from", bad)
    last = None if row.get("effective_to") is None else _day(row["effective_to"], "effective_to", bad)
    above = [
        limit
        for limit in shipped(str(row.get("rule")))
        if (not limit.profile or limit.profile in profiles)
        and row.get("statistic") in (None, limit.statistic)
        and row.get("condition") in (None, dict(limit.condition))
        and _meet(limit, first, last)
    ]
    if not above:
        raise bad("rule", f"no limit of '{row.get('rule')}' with this statistic and condition can be set")
    for name in ("clause", "edition"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise bad(name, "must name the document and the place where the value stands")
    scopes = {_scope(limit): limit for limit in above}
    if len({limit.unit for limit in scopes.values()}) > 1:
        raise bad("statistic", "is missing: the rule has limits in several units")
    reason = _loosens(row.get("loosens"), bad)
    for scope, pattern in scopes.items():
        made = replace(
            pattern,
            jurisdiction=str(layer),
            edition=row["edition"].strip(),
            clause=row["clause"].strip(),
            effective_from=first,
            effective_to=last,
            value=float(value),
            evidence_class="DESIGN",
            editable=True,
            note=str(row.get("note") or ""),
            source="",
            profile="",
        )
        looser = [
            limit
            for limit in above
            if _scope(limit) == scope and _above(limit, made) and stricter(limit, made)
        ]
        if looser and reason is None:
            raise _loosened(file, number, made, looser[0])
        if looser and reason is not None:
            made = replace(made, override_by=reason[0], override_on=reason[1], override_reason=reason[2])
        yield made


def _scope(limit: Limit) -> tuple[Any, ...]:
    return limit.statistic, tuple(sorted(limit.condition.items())), limit.window


def _above(limit: Limit, made: Limit) -> bool:
    return (
        limit.value is not None
        and limit.jurisdiction != LAYERS[-1]
        and layer_of(limit.jurisdiction) < layer_of(made.jurisdiction)
    )


def _meet(limit: Limit, first: date, last: date | None) -> bool:
    return (limit.effective_to is None or first <= limit.effective_to) and (
        last is None or limit.effective_from <= last
    )


def _loosens(value: Any, bad: Callable[[str, str], InputRefused]) -> tuple[str, date, str] | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or set(value) != _LOOSENS:
        raise bad("loosens", "must say 'by' (who signs), 'day' and 'reason'")
    by, reason = value["by"], value["reason"]
    if not isinstance(by, str) or not by.strip() or not isinstance(reason, str) or not reason.strip():
        raise bad("loosens", "needs the name of who signs and a reason in words")
    return by.strip(), _day(value["day"], "loosens", bad), reason.strip()


def _day(value: Any, field: str, bad: Callable[[str, str], InputRefused]) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise bad(field, f"must be a date such as 2026-03-01, not {value!r}") from None


def _loosened(file: str, number: int, made: Limit, above: Limit) -> InputRefused:
    return InputRefused(
        "limit_loosened",
        f"{file}, limit {number}: {made.rule_id} {made.comparator} {made.value:g} {made.unit} of the layer "
        f"'{made.jurisdiction}' allows more than {above.comparator} {above.value:g} of {above.edition}, "
        f"{above.clause}.",
        "A lower layer may only tighten. To loosen it all the same, add 'loosens' with by, day and reason; "
        "it is signed by a chief supervision engineer and stays visible.",
        file=file,
        number=number,
        rule=made.rule_id,
        value=made.value,
        above=above.value,
        edition=above.edition,
        clause=above.clause,
    )


def _invalid(file: str, number: int, field: str, problem: str) -> InputRefused:
    return InputRefused(
        "site_rules_invalid",
        f"{file}{f', limit {number}' if number else ''}: {field} {problem}.".replace(":  ", ": "),
        "Correct the file and load it again; nothing was changed. docs/rule-settings.md describes its form.",
        file=file,
        number=number,
        field=field,
        problem=problem,
    )
