"""What holds a task and what the forecast assumes about a gate that is shut; said as an assumption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import notices
from bim_supervise_ui.widgets.html import Markup, show, tag

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
        if row["task"] == task.id and _moves(row, task)
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


def listed(tasks: Sequence[TaskRow]) -> None:
    """Draws the assumptions that move a planned start, the latest start first; nothing without any."""
    by_id = {task.id: task for task in tasks}
    rows = sorted(
        (row for row in _assumptions() if _moves(row, by_id.get(row["task"]))),
        key=lambda row: row["not_before"],
        reverse=True,
    )
    if not rows:
        return
    with st.expander(t("task.assumed_count", count=len(rows)), icon=":material/lock_clock:"):
        for row in rows:
            show(tag("div", tag("b", by_id[row["task"]].name), tag("div", sentence(row), cls="limit")))


def _moves(row: Mapping[str, Any], task: TaskRow | None) -> bool:
    """Whether an assumption is later than what the plan has anyway."""
    return task is not None and (task.start is None or row["not_before"] > task.start)


def _assumptions() -> list[Mapping[str, Any]]:
    status: Status = session.shared("status", session.project().status)
    return list(status.forecast_assumptions)
