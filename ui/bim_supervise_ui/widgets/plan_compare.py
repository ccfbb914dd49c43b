"""What changed between two plans: dates, fields, tasks and logic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import in_model, notices, page, plan_actions
from bim_supervise_ui.widgets.html import join, show, table, tag


def draw() -> None:
    """Draws the choice of two plans and what differs."""
    project = session.project()
    rows = project.schedules()
    with st.container(key="panel-plan-compare"):
        page.section(t("plans.compare"), t("plans.compare_small"))
        if len(rows) < 2:
            show(notices.empty(t("plans.compare_none"), t("plans.compare_none_hint")))
            return
        numbers = [row["id"] for row in rows]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            before = st.selectbox(
                t("plans.before"),
                numbers,
                index=1,
                format_func=lambda n: plan_actions.named(rows, n),
                key="plan-before",
            )
            after = st.selectbox(
                t("plans.after"),
                numbers,
                index=0,
                format_func=lambda n: plan_actions.named(rows, n),
                key="plan-after",
            )
            go = st.button(t("plans.compare_start"), type="primary", key="plan-compare")
        if go:
            st.session_state["plan-compared"] = plan_actions.attempt(
                lambda: project.compare_schedules(str(before), str(after))
            )
        found = st.session_state.get("plan-compared")
        if found:
            _differences(found)


def _differences(found: Mapping[str, Any]) -> None:
    f = formats()
    counts = {
        "unchanged": found["unchanged"],
        "moved": len(found["moved"]),
        "changed": len(found["changed"]),
        "added": len(found["added"]),
        "removed": len(found["removed"]),
        "logic": len(found["links"]),
    }
    cells = [
        tag(
            "div",
            tag("div", t(f"plans.count_{name}"), cls="k"),
            tag("div", f.number(count, 0), cls="v small"),
            cls="figure",
        )
        for name, count in counts.items()
    ]
    show(tag("section", tag("div", join(cells), cls="cards tight"), cls="card"))
    show(
        tag(
            "p",
            t(
                "plans.finishes",
                before=f.wall(found["finish_before"]) if found["finish_before"] else UNKNOWN,
                after=f.wall(found["finish"]) if found["finish"] else UNKNOWN,
            ),
        )
    )
    if found["moved"]:
        with st.expander(f"{t('plans.count_moved')} ({len(found['moved'])})", expanded=True):
            show(
                table(
                    [t("column.task"), t("column.name"), t("column.start"), t("column.finish"),
                     t("column.shift_days")],
                    [
                        (
                            in_model.named("task", row["id"]),
                            row["name"],
                            f"{_wall(row['start_before'])} → {_wall(row['start'])}",
                            f"{_wall(row['finish_before'])} → {_wall(row['finish'])}",
                            UNKNOWN
                            if row["finish_shift_hours"] is None
                            else f.number(row["finish_shift_hours"] / 24, 1),
                        )
                        for row in found["moved"][:plan_actions.LISTED]
                    ],
                    numeric=(4,),
                )
            )  # fmt: skip
    if found["changed"]:
        with st.expander(f"{t('plans.count_changed')} ({len(found['changed'])})"):
            show(
                table(
                    [t("column.task"), t("column.name"), t("column.what")],
                    [
                        (
                            in_model.named("task", row["id"]),
                            row["name"],
                            "; ".join(
                                f"{label('plan_field', one['field'])}: "
                                f"{_said(one['before'])} → {_said(one['after'])}"
                                for one in row["fields"]
                            ),
                        )
                        for row in found["changed"][: plan_actions.LISTED]
                    ],
                )
            )
    for name in ("added", "removed"):
        if found[name]:
            with st.expander(f"{t(f'plans.count_{name}')} ({len(found[name])})"):
                show(
                    table(
                        [t("column.task"), t("column.name")],
                        [(row["id"], row["name"]) for row in found[name][: plan_actions.LISTED]],
                    )
                )
    if found["links"]:
        with st.expander(f"{t('plans.count_logic')} ({len(found['links'])})"):
            show(
                table(
                    [t("column.what"), t("column.predecessor"), t("column.successor"), t("column.type"),
                     t("column.lag_hours")],
                    [
                        (
                            t(f"plans.link_{row['change']}"),
                            row["predecessor"],
                            row["successor"],
                            row["type"],
                            " → ".join(
                                f.number(lag / 60, 1)
                                for lag in (row["lag_minutes_before"], row["lag_minutes"])
                                if lag is not None
                            ),
                        )
                        for row in found["links"][:plan_actions.LISTED]
                    ],
                )
            )  # fmt: skip


def _wall(moment: Any) -> str:
    return formats().wall(moment) if moment else UNKNOWN


def _said(value: Any) -> str:
    if value is None:
        return UNKNOWN
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part is not None)
    return str(value)
