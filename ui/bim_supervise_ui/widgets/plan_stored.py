"""The plans that are kept: which one is in force, and handing one over to other tools."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page, plan_actions
from bim_supervise_ui.widgets.html import show, table


def draw() -> None:
    """Draws the table of plans, the choice of the one in force, and the files to hand over."""
    project = session.project()
    f = formats()
    rows = project.schedules()
    with st.container(key="panel-plans"):
        page.section(t("plans.stored"), t("plans.stored_small"))
        if not rows:
            show(notices.empty(t("timeline.none"), t("plans.import_hint")))
            return
        show(
            table(
                [
                    t("column.number"),
                    t("column.name"),
                    t("column.format"),
                    t("column.tasks"),
                    t("column.loaded"),
                ],
                [
                    (
                        row["id"],
                        row["name"],
                        label("plan_format", row["format"]),
                        f.number(row["tasks"], 0),
                        f.moment(row["loaded_at"]) + (f" · {t('plans.current')}" if number == 0 else ""),
                    )
                    for number, row in enumerate(rows)
                ],
                numeric=(0, 3),
            )
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(
                t("plans.which_plan"),
                [row["id"] for row in rows],
                format_func=lambda number: plan_actions.named(rows, number),
                key="plan-chosen",
                width=360,
            )
            if st.button(t("plans.use"), key="plan-use", disabled=chosen == rows[0]["id"]):
                plan_actions.attempt(lambda: _use(chosen))
    with st.container(key="panel-plan-export"):
        page.section(t("plans.hand_over"), t("plans.hand_over_small"))
        with st.container(horizontal=True):
            _download("mspdi", "xml", project.export_mspdi, "application/xml")
            _download("ifc", "ifc", project.export_ifc_plan, "application/x-step")
        for kind in ("mspdi", "ifc"):
            made = st.session_state.get(f"plan-made-{kind}")
            if made and made[1]["dropped"]:
                plan_actions.reasons(made[1]["dropped"], "", f"dropped-{kind}")


def _use(chosen: int) -> None:
    session.project().use_schedule(chosen)
    session.changed()
    st.rerun()


def _download(kind: str, ending: str, write: Callable[[Path], dict[str, Any]], mime: str) -> None:
    if st.button(t(f"plans.make_{kind}"), key=f"plan-make-{kind}"):

        def job() -> tuple[bytes, dict[str, Any]]:
            with tempfile.TemporaryDirectory(prefix="bim-supervise-plan-") as folder:
                file = Path(folder) / f"plan.{ending}"
                result = write(file)
                return file.read_bytes(), result

        st.session_state[f"plan-made-{kind}"] = plan_actions.attempt(job)
    made = st.session_state.get(f"plan-made-{kind}")
    if made:
        st.download_button(
            t(f"plans.get_{kind}"),
            made[0],
            file_name=f"plan.{ending}",
            mime=mime,
            icon=":material/download:",
            on_click="ignore",
            key=f"plan-get-{kind}",
        )
