"""Limits and verdicts with everything a supervisor must see of them: value, window, clause, class."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import pills
from bim_supervise_ui.widgets.html import Markup, join, tag
from bim_supervise_ui.widgets.icons import icon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bim_supervise.api.views import LimitView, Missing, VerdictView

_COMPARATORS = {
    "<=": "≤",
    ">=": "≥",
    "<": "<",
    ">": ">",
    "==": "=",
    "le": "≤",
    "ge": "≥",
    "lt": "<",
    "gt": ">",
}
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def window_words(duration: str | None) -> str:
    """An ISO 8601 duration in words, e.g. ``PT20M`` -> ``20 min``."""
    if not duration:
        return ""
    match = _DURATION.fullmatch(duration)
    if not match:
        return duration
    units = zip(match.groups(), ("day", "hour", "minute", "second"), strict=True)
    return " ".join(f"{amount} {t(f'unit.{unit}')}" for amount, unit in units if amount)


def limit_line(limit: LimitView | None) -> Markup:
    """One line: comparator, value, statistic, window, clause, edition and evidence class."""
    if limit is None:
        return Markup("")
    f = formats()
    if limit.value is None:
        value = tag("b", t("limit.to_be_set"))
    else:
        comparator = _COMPARATORS.get(limit.comparator, limit.comparator)
        value = tag("b", f"{comparator} {f.quantity(limit.value, limit.unit)}")
    words = [
        _term("limit_statistic", limit.statistic),
        window_words(limit.window),
        _term("limit_clause", limit.clause),
        _term("limit_edition", limit.edition),
    ]
    remarks = "; ".join(_term("limit_note", part) for part in limit.note.split("; "))
    seen: list[str] = []
    for word in words:
        if word and word not in seen and not any(word in other for other in seen):
            seen.append(word)
    return tag(
        "div",
        f"{t('limit.limit')} ",
        value,
        " · " if seen else "",
        " · ".join(seen),
        " ",
        tag("span", f"{t('limit.class')} {limit.evidence_class}", cls="tag", title=t("limit.class_help")),
        tag("div", remarks) if limit.note else "",
        cls="limit",
    )


def _term(group: str, words: str | None) -> str:
    """What a pack writes beside a limit, in the reader's language where the terms have it."""
    key = f"{group}.{words}"
    text = t(key) if words else ""
    return str(words or "") if text == key else text


def rule_title(rule: str) -> str:
    """The title of a rule, or nothing when its pack has none."""
    key = f"rule.{rule}.title"
    text = t(key)
    return "" if text == key else text


def reason(code: str, params: Mapping[str, object]) -> str:
    """The sentence of a reason code."""
    key = f"reason.{code}"
    text = t(key, **_worded(params))
    return code.replace("_", " ") if text == key else text


def needed(item: Missing) -> str:
    """The sentence of something a gate waits for."""
    key = f"missing.{item.code}"
    text = t(key, **_worded(item.params))
    return item.code.replace("_", " ") if text == key else text


def _worded(params: Mapping[str, object]) -> dict[str, object]:
    """Parameters as people read them: capacities, subjects, days and numbers in words."""
    f = formats()
    worded: dict[str, object] = {}
    for name, value in params.items():
        if name == "subject" and isinstance(value, str):
            worded[name] = subject(value)
        elif isinstance(value, datetime):
            worded[name] = f.moment(value) if value.tzinfo else f.wall(value)
        elif isinstance(value, date):
            worded[name] = f.day(value)
        elif name == "unit" and isinstance(value, str):
            worded[name] = f.unit(value)
        elif name == "record" and isinstance(value, str):
            worded[name] = label("observation", value)
        elif name in ("capacity", "capacities") and isinstance(value, str):
            worded[name] = label("capacity", value)
        elif name == "capacities" and isinstance(value, (list, tuple)):
            worded[name] = ", ".join(label("capacity", str(item)) for item in value)
        elif isinstance(value, float):
            worded[name] = f.number(value, 2)
        else:
            worded[name] = value
    return worded


def subject(key: str) -> str:
    """What a verdict is about, e.g. ``task=T1;element=0abc``, with names instead of ids of tasks."""
    if key == "project":
        return t("subject.project")
    words = []
    for part in key.split(";"):
        kind, _, identity = part.partition("=")
        words.append(f"{label('subject', kind)} {task_name(identity) if kind == 'task' else identity}")
    return ", ".join(words)


def task_name(identity: str) -> str:
    """The name of a task, or its id when the plan does not have it."""
    tasks = session.shared("tasks", session.project().tasks)
    return next((str(task.name) for task in tasks if task.id == identity), identity)


def needs(items: list[Markup | str]) -> Markup:
    """What is missing, one a line."""
    return tag("ul", *(tag("li", icon("wait"), tag("span", item)) for item in items), cls="needs")


def verdict(view: VerdictView) -> Markup:
    """A verdict: outcome, measured value, reason, limit, window and completeness."""
    f = formats()
    parts: list[Markup | str] = [pills.outcome(view.outcome)]
    if view.value is not None:
        parts.append(tag("span", f.quantity(view.value, view.unit), cls="measured"))
    parts.append(tag("span", reason(view.reason, view.params)))
    facts: list[str] = []
    if view.window_start and view.window_end:
        facts.append(
            t(
                "verdict.window",
                start=f.moment(view.window_start),
                end=f.moment(view.window_end),
                zone=f.zone_name(view.window_end),
            )
        )
    elif view.since:
        facts.append(t("verdict.since", moment=f.moment(view.since), zone=f.zone_name(view.since)))
    if view.completeness is not None:
        facts.append(t("verdict.completeness", share=f.share(view.completeness)))
    facts.append(t("verdict.rule", rule=view.rule, title=rule_title(view.rule)))
    return tag(
        "div",
        tag("div", join(parts), cls="line"),
        limit_line(view.limit),
        tag("div", " · ".join(facts), cls="limit"),
        cls=f"verdict {pills.tone_of_outcome(view.outcome)}".strip(),
    )
