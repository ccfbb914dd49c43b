"""A plan file is read before it becomes the plan: what is taken, converted and left out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page, plan_actions
from bim_supervise_ui.widgets.html import join, show, table, tag

_ENDINGS = ("xml", "xer", "csv", "ifc", "ifczip", "mpp", "pp", "pod", "sp", "fts")
_COUNTS = (
    "tasks", "milestones", "summaries", "links", "lags", "constraints", "calendars", "resources",
    "assignments", "with_codes", "with_actuals", "with_baseline",
)  # fmt: skip


def draw() -> None:
    """Draws the uploader and the report of what became of the file."""
    project = session.project()
    with st.container(key="panel-plan-import"):
        page.section(t("plans.import"), t("plans.import_small"))
        file = st.file_uploader(t("load.file"), type=list(_ENDINGS), key="plan-file")
        with st.expander(t("load.mapping")):
            mapping = st.file_uploader(t("load.mapping_file"), type=["yaml", "yml"], key="plan-mapping")
        with st.container(horizontal=True, vertical_alignment="center"):
            read = st.button(t("plans.read"), key="plan-read", disabled=file is None)
            take = st.button(t("plans.take"), type="primary", key="plan-take", disabled=file is None)
        if file is None:
            st.session_state.pop("plan-report", None)
            show(tag("p", t("plans.import_hint"), cls="limit"))
            return
        if read:
            found = plan_actions.attempt(lambda: _with_files(file, mapping, project.preview_schedule))
            st.session_state["plan-report"] = found and (False, found)
        if take:
            found = plan_actions.attempt(lambda: _with_files(file, mapping, _load))
            if found is not None:
                session.changed()
            st.session_state["plan-report"] = found and (True, found)
        kept = st.session_state.get("plan-report")
        if kept:
            _report(kept[1], taken=kept[0])


def _load(path: Path, mapping: Path | None = None) -> dict[str, Any]:
    project = session.project()
    loaded: dict[str, Any] = project.load_schedule(path, mapping=mapping)
    calculated = project.calculate_schedule()
    return {**loaded, "problems": calculated["problems"], "critical": len(calculated["critical"])}


def _with_files(file: Any, mapping: Any, job: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="bim-supervise-plan-") as folder:
        paths: list[Path | None] = []
        for number, upload in enumerate((file, mapping)):
            if upload is None:
                paths.append(None)
                continue
            # Only the last part of the browser's name is used: it may not lead out of the folder.
            path = Path(folder) / str(number) / Path(upload.name.replace("\\", "/")).name
            path.parent.mkdir()
            upload.seek(0)
            with path.open("wb") as out:
                shutil.copyfileobj(upload, out)
            paths.append(path)
        return job(paths[0], mapping=paths[1])


def _report(report: Mapping[str, Any], *, taken: bool) -> None:
    f = formats()
    headline = t("plans.taken") if taken else t("plans.looked")
    notices.good(headline, f"{report['name']} ({report['format']})")
    cells = [
        tag(
            "div",
            tag("div", label("field", name), cls="k"),
            tag("div", f.number(report[name], 0), cls="v small"),
            cls="figure",
        )
        for name in _COUNTS
    ]
    show(tag("section", tag("div", join(cells), cls="cards tight"), cls="card"))
    page.section(t("plans.skipped"), t("plans.skipped_small"))
    plan_actions.reasons(report["skipped"], t("plans.nothing_skipped"), "skipped")
    page.section(t("plans.converted"), t("plans.converted_small"))
    plan_actions.reasons(report["converted"], t("plans.nothing_converted"), "converted")
    page.section(t("plans.open_ends"), t("plans.open_ends_small"))
    show(
        tag(
            "p",
            t(
                "plans.open_count",
                starts=f.number(report["open_starts"], 0),
                finishes=f.number(report["open_finishes"], 0),
            ),
        )
    )
    if report["open_ends"]:
        with st.expander(t("plans.which", count=len(report["open_ends"]))):
            show(
                table(
                    [t("column.task"), t("column.name"), t("column.end")],
                    [(row["id"], row["name"], label("boundary", row["end"])) for row in report["open_ends"]],
                )
            )
    if report.get("problems"):
        page.section(t("plans.problems"), t("plans.problems_small"))
        plan_actions.reasons(report["problems"], "", "problems")
