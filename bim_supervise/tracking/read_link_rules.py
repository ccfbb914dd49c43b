"""Reading the YAML file of link rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from bim_supervise.core.errors import InputRefused
from bim_supervise.tracking.link_mapping import BadDateError, PlannedMoment
from bim_supervise.tracking.link_rules import LinkRule

_CONDITIONS = ("select", "classes", "storey", "zone", "classification", "quantity")


def read_link_rules(file: Path) -> tuple[LinkRule, ...]:
    """The rules of a file, in its order.

    Raises:
        InputRefused: ``link_rules_invalid`` naming the rule and the key that is wrong.
    """
    try:
        content = yaml.safe_load(file.read_text("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _invalid(file, " ".join(str(error).split())[:200]) from error
    entries = content.get("rules") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not entries:
        raise _invalid(file, "it has no list 'rules'")
    rules = tuple(_rule(entry, number, file) for number, entry in enumerate(entries, start=1))
    names = [rule.name for rule in rules]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise _invalid(file, f"two rules are called '{twice[0]}'")
    return rules


def _rule(entry: Any, number: int, file: Path) -> LinkRule:
    if not isinstance(entry, dict):
        raise _invalid(file, f"rule {number} is no mapping")
    entry = {str(key): value for key, value in entry.items()}
    if unknown := sorted(entry.keys() - {"name", "task", "class", *_CONDITIONS}):
        raise _invalid(file, f"rule {number} has an unknown key '{unknown[0]}'")
    one_class, task = entry.pop("class", None), entry.get("task")
    if one_class is not None:
        entry["classes"] = [one_class] if isinstance(one_class, str) else one_class
    if isinstance(task, str):
        entry["task"] = {"name": task}
    elif isinstance(task, dict) and isinstance(task.get("planned_start"), date):
        entry["task"] = {**task, "planned_start": task["planned_start"].isoformat()}
    try:
        rule = msgspec.convert(entry, LinkRule)
        if rule.task.planned_start is not None:
            PlannedMoment(column="planned_start").parse(rule.task.planned_start)
    except (msgspec.ValidationError, BadDateError) as error:
        raise _invalid(file, f"rule {number}: {error}") from error
    if not any(getattr(rule, condition) for condition in _CONDITIONS):
        raise _invalid(file, f"rule {number} ('{rule.name}') has no condition, it would take every element")
    if (rule.task.id is None) == (rule.task.name is None):
        raise _invalid(file, f"rule {number} ('{rule.name}') must name its task by id or by name")
    return rule


def _invalid(file: Path, problem: str) -> InputRefused:
    return InputRefused(
        "link_rules_invalid",
        f"{file.name} is wrong: {problem}.",
        "Each rule has a name, a task (id, or name with planned_start) and conditions: "
        "select, class, storey, zone, classification, quantity.",
        file=file.name,
        problem=problem,
    )
