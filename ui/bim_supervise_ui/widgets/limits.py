"""Limits and verdicts with everything a supervisor must see of them: value, window, clause, class."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import pills
from bim_supervise_ui.widgets.html import Markup, join, tag

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
    words = [limit.statistic, window_words(limit.window), limit.clause, limit.edition]
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
        tag("div", limit.note) if limit.note else "",
        cls="limit",
    )


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
    """Parameters as people read them: capacities, states and floats in words."""
    f = formats()
    worded: dict[str, object] = {}
    for name, value in params.items():
        if name in ("capacity", "capacities") and isinstance(value, str):
            worded[name] = label("capacity", value)
        elif name == "capacities" and isinstance(value, (list, tuple)):
            worded[name] = ", ".join(label("capacity", str(item)) for item in value)
        elif isinstance(value, float):
            worded[name] = f.number(value, 2)
        else:
            worded[name] = value
    return worded


def needs(items: list[Markup | str]) -> Markup:
    """What is missing, one a line."""
    from bim_supervise_ui.widgets.icons import icon

    return tag("ul", *(tag("li", Markup(icon("wait")), tag("span", item)) for item in items), cls="needs")


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
    facts.append(t("verdict.rule", rule=view.rule))
    return tag(
        "div",
        tag("div", join(parts), cls="line"),
        limit_line(view.limit),
        tag("div", " · ".join(facts), cls="limit"),
        cls=f"verdict {pills.tone_of_outcome(view.outcome)}".strip(),
    )
