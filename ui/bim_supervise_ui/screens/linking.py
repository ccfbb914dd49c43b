"""Links: rules with counts before they are applied, suggestions with reasons, and a drafted plan."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise.api import LEAST_CONFIDENCE
from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, language, t
from bim_supervise_ui.widgets import address, in_model, notices, page, tables
from bim_supervise_ui.widgets.html import show, table, tag

_VIEWS = ("rules", "suggestions", "draft")
_WIDTH = 980
_LISTED = 40
_UNMAPPED = ("class", "predefined_type", "elements", "share", "volume_share", "cost_share")


def draw() -> None:
    """Draws the screen; whoever may not load plans sees why, and the project refuses as well."""
    page.head(t("linking.title"), t("linking.purpose"))
    user = session.require_user()
    if not session.project().may(user.name, "load_plan"):
        show(notices.notice("wait", t("load.not_permitted"), t("load.not_permitted_hint")))
        return
    view = address.choice(
        t("linking.view"),
        _VIEWS,
        name="view",
        default="rules",
        format_func=lambda code: t(f"linking.view_{code}"),
        key="linking-view",
        label_visibility="collapsed",
    )
    with st.container(width=_WIDTH):
        {"rules": _rules, "suggestions": _suggestions, "draft": _draft}[view]()


def _done(name: str, job: Callable[[], Mapping[str, Any]]) -> None:
    """Runs a job for the person and keeps its answer for the run that follows."""
    user = session.require_user()
    try:
        with st.spinner(t("linking.running")):
            session.project().require(user.name, "load_plan")
            st.session_state[f"linking-{name}"] = job()
    except SupervisionError as error:
        notices.refused(error)
        return
    session.changed()
    st.rerun()


def _rules() -> None:
    with st.container(key="panel-link-rules"):
        page.section(t("linking.rules"), t("linking.rules_small"))
        upload = st.file_uploader(t("linking.rules_file"), type=["yaml", "yml"], key="link-rules-file")
        with st.container(horizontal=True):
            count = st.button(t("linking.count"), key="link-rules-count")
            apply = st.button(t("linking.apply"), type="primary", key="link-rules-apply")
        if count or apply:
            _done("rules", lambda: _apply_rules(upload, dry_run=not apply))
        result = st.session_state.get("linking-rules")
        if result is None:
            show(tag("p", t("linking.rules_hint"), cls="limit"))
            return
        heading = t("linking.counted") if result["dry_run"] else t("linking.applied")
        notices.good(heading, _coverage(result))
        f = formats()
        show(
            table(
                [t(f"column.{name}") for name in ("rule", "elements", "already_linked", "task", "reason")],
                [
                    (
                        rule["name"],
                        f.number(rule["elements"], 0),
                        f.number(rule["already_linked"], 0),
                        rule["task_name"] or UNKNOWN,
                        label("unresolved", rule["reason"]) if rule["reason"] else "",
                    )
                    for rule in result["rules"]
                ],
                numeric=(1, 2),
            )
        )


def _apply_rules(upload: Any, *, dry_run: bool) -> Mapping[str, Any]:
    project = session.project()
    if upload is None:
        again: Mapping[str, Any] = project.load_link_rules(dry_run=dry_run)
        return again
    with tempfile.TemporaryDirectory(prefix="bim-supervise-upload-") as folder:
        path = Path(folder) / Path(upload.name.replace("\\", "/")).name
        with path.open("wb") as out:
            shutil.copyfileobj(upload, out)
        done: Mapping[str, Any] = project.load_link_rules(path, dry_run=dry_run)
        return done


def _suggestions() -> None:
    project = session.project()
    f = formats()
    with st.container(key="panel-link-suggestions"):
        page.section(t("linking.suggestions"), t("linking.suggestions_small"))
        least = st.slider(t("linking.least"), 0.3, 0.95, LEAST_CONFIDENCE, 0.05, key="link-least", width=320)
        with st.container(horizontal=True):
            look = st.button(t("linking.suggest"), key="link-suggest")
            apply = st.button(t("linking.take_over"), type="primary", key="link-suggest-apply")
        if look or apply:
            _done("suggestions", lambda: project.suggest_links(apply=apply, least=least))
        result = st.session_state.get("linking-suggestions")
        if result is None:
            show(tag("p", t("linking.suggestions_hint"), cls="limit"))
            return
        notices.good(
            t("linking.suggested", count=len(result["suggestions"]), applied=result["applied"]),
            _coverage(result),
        )
        if not result["suggestions"]:
            show(notices.empty(t("linking.no_suggestions"), t("linking.no_suggestions_hint")))
            return
        cells: list[dict[str, object]] = [
            {
                t("column.element"): one["element_name"] or one["element"],
                t("column.task"): " | ".join(task["name"] for task in one["tasks"]),
                t("column.confidence"): f.share(one["confidence"], 0),
                t("column.reason"): ", ".join(_reason(reason) for reason in one["reasons"]),
                t("column.global_id"): one["element"],
            }
            for one in result["suggestions"]
        ]
        event: Any = st.dataframe(
            tables.columns(cells),
            hide_index=True,
            height=430,
            key="suggestions",
            on_select="rerun",
            selection_mode="single-row",
        )
        _opened(result["suggestions"], event.selection.rows)
        st.download_button(
            t("common.csv"),
            lambda: tables.csv_file(cells),
            file_name="suggested-links.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _opened(suggestions: Sequence[Mapping[str, Any]], rows: Sequence[int]) -> None:
    """What the chosen row is about: its element in 3D, its task on the timeline."""
    if not rows or rows[0] >= len(suggestions):
        show(tag("p", t("linking.open_hint"), cls="limit"))
        return
    one = suggestions[rows[0]]
    with st.container(horizontal=True, vertical_alignment="center", key="suggestion-opened"):
        show(tag("span", f"{one['element_name'] or one['element']} → {one['task_name'] or one['task']}"))
        in_model.offer("suggestion", element=one["element"])
        if st.button(t("alarm.to_task"), type="tertiary", icon=":material/view_timeline:"):
            screens.go("timeline", task=one["task"])


def _reason(reason: Mapping[str, str]) -> str:
    words = dict.fromkeys((reason["task_word"], reason["element_word"]))
    because = t(f"linking.because_{reason['kind']}")
    return f"{because} {' = '.join(words)}"


def _draft() -> None:
    project = session.project()
    f = formats()
    with st.container(key="panel-draft"):
        page.section(t("linking.draft"), t("linking.draft_small"))
        start = st.date_input(t("linking.start"), value=project.today(), key="draft-start", width=220)
        with st.container(horizontal=True, vertical_alignment="center"):
            look = st.button(t("linking.work_out"), key="draft-look")
            sure = st.checkbox(t("linking.replace"), key="draft-sure")
            make = st.button(t("linking.make_plan"), type="primary", key="draft-make", disabled=not sure)
        if look or make:
            _done(
                "draft",
                lambda: project.draft_schedule(
                    start=start, language=language(), replace=sure, dry_run=not make
                ),
            )
        result = st.session_state.get("linking-draft")
        if result is None:
            show(tag("p", t("linking.draft_hint"), cls="limit"))
            return
        finish = f.day(result["finish"]) if result["finish"] else UNKNOWN
        notices.good(
            t("linking.drafted") if result["dry_run"] else t("linking.made"),
            t(
                "linking.draft_result",
                tasks=f.number(result["tasks"], 0),
                links=f.number(result["links"], 0),
                elements=f.number(result["elements"], 0),
                finish=finish,
            ),
        )
        if result["counted"]:
            with st.expander(t("linking.counted_tasks", count=len(result["counted"]))):
                show(tag("p", "; ".join(result["counted"][:_LISTED])))
        if not result["unmapped"]:
            show(tag("p", t("linking.all_mapped"), cls="limit"))
            return
        page.section(t("linking.unmapped"), t("linking.unmapped_small"))
        show(
            table(
                [
                    t(f"column.{name}")
                    for name in (
                        "class",
                        "predefined_type",
                        "elements",
                        "share",
                        "volume_share",
                        "cost_share",
                    )
                ],
                [
                    (
                        group["class"],
                        group["predefined_type"] or UNKNOWN,
                        f.number(len(group["elements"]), 0),
                        *(
                            UNKNOWN if group[key] is None else f.share(group[key], 1)
                            for key in ("share_of_elements", "share_of_volume", "share_of_cost")
                        ),
                    )
                    for group in result["unmapped"]
                ],
                numeric=(2, 3, 4, 5),
            )
        )


def _coverage(result: Mapping[str, Any]) -> str:
    f = formats()
    share = result["unlinked_elements_share"]
    return t(
        "linking.coverage",
        links=f.number(result["links"], 0),
        elements=f.number(len(result["unlinked_elements"]), 0),
        share=UNKNOWN if share is None else f.share(share, 1),
    )
