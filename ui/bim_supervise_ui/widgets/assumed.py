"""What holds a task and what the forecast assumes about a gate that is shut; said as an assumption."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import notices
from bim_supervise_ui.widgets.html import Markup, join, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import Status, TaskRow


def of_task(task: TaskRow) -> list[Markup]:
    """The stop order that holds a task, and the shut gate that its forecast start rests on."""
    held = []
    if task.stopped_by:
        held.append(notices.notice("bad", t("task.stopped", order=task.stopped_by), t("task.stopped_hint")))
    held += [
        notices.notice("wait", t("task.assumed"), sentence(row))
        for row in _assumptions()
        if row["task"] == task.id
    ]
    return held


def sentence(row: Mapping[str, Any]) -> str:
    """One assumption in words: which gate, and the earliest start that follows."""
    f = formats()
    return t(
        "task.assumed_text",
        checkpoint=row["checkpoint"],
        moment=f.wall(row["not_before"]),
        notice=f.number(row["notice_hours"], 0),
        review=f.number(row["review_hours"], 0),
    )


def listed(names: Mapping[str, str], shown: int = 8) -> Markup:
    """All assumptions of the forecast, the latest earliest start first; empty without any."""
    rows = sorted(_assumptions(), key=lambda row: row["not_before"], reverse=True)
    if not rows:
        return Markup("")
    lines: Iterable[Markup] = (
        tag("li", tag("b", names.get(row["task"], row["task"])), ": ", sentence(row)) for row in rows[:shown]
    )
    more = tag("li", t("task.assumed_more", count=len(rows) - shown)) if len(rows) > shown else ""
    return notices.notice(
        "wait", t("task.assumed_count", count=len(rows)), tag("ul", join((*lines, more)), cls="assumed")
    )


def _assumptions() -> list[Mapping[str, Any]]:
    status: Status = session.shared("status", session.project().status)
    return list(status.forecast_assumptions)
