"""Model: revisions and their warnings, elements and their life, links, and loading of input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.screens import model_review
from bim_supervise_ui.widgets import (
    address,
    evidence,
    in_model,
    loading,
    model_results,
    notices,
    page,
    pills,
    tables,
)
from bim_supervise_ui.widgets.figures import or_unknown
from bim_supervise_ui.widgets.html import Markup, definition, join, show, table, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import ElementRow, LinkSummary, ModelRevisionView

_VIEWS = ("elements", "revisions", "review", "load")
_WARNINGS_SHOWN = 50
_LOADING_WIDTH = 760


def draw() -> None:
    """Draws the screen; the address may name an element or a task."""
    page.head(t("model.title"), t("model.purpose"))
    view = address.choice(
        t("model.view"),
        _VIEWS,
        name="view",
        default="elements",
        format_func=lambda code: t(f"model.view_{code}"),
        key="model-view",
        label_visibility="collapsed",
    )
    if view == "revisions":
        _revisions()
    elif view == "review":
        model_review.draw()
    elif view == "load":
        with st.container(width=_LOADING_WIDTH):
            loading.draw()
    else:
        _summary()
        _elements()
    evidence.dialog()


def _summary() -> None:
    project = session.project()
    f = formats()
    models: list[ModelRevisionView] = session.shared("models", project.models)
    links: LinkSummary = session.shared("links", project.link_summary)
    current = models[0] if models else None
    facts: list[tuple[object, object]] = [
        (t("model.current"), _file(current) if current else t("model.none")),
        (t("model.elements"), or_unknown(current, f.number(current.elements, 0) if current else "")),
        (t("model.links"), f.number(links.links, 0)),
        (t("model.unlinked_elements"), _share(links.unlinked_elements, links.unlinked_elements_share)),
        (t("model.unlinked_tasks"), _share(links.unlinked_tasks, links.unlinked_tasks_share)),
    ]
    cells = [
        tag("div", tag("div", name, cls="k"), tag("div", value, cls="v small"), cls="figure")
        for name, value in facts
    ]
    show(tag("section", tag("div", join(cells), cls="cards tight"), cls="card"))


def _file(current: ModelRevisionView) -> Markup:
    partial = pills.pill("bad", "fail", t("model.partial")) if current.partial else ""
    return join((current.file_name, " ", partial))


def _share(count: int, share: float | None) -> Markup:
    f = formats()
    return join((f.number(count, 0), " ", tag("span", f"({f.share(share, 1)})", cls="n")))


def _elements() -> None:
    project = session.project()
    task = st.query_params.get("task")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = address.words(
            t("model.search"),
            name="find",
            key="elements-search",
            placeholder=t("model.search_hint"),
            width=320,
        )
        if task and st.button(t("model.all_elements"), icon=":material/close:", type="tertiary"):
            del st.query_params["task"]
            st.rerun()
    found: list[ElementRow] = session.shared(
        "elements", lambda: project.elements(words), *words.split(), seconds=10
    )
    if task:
        found = [row for row in found if task in row.tasks]
    with st.container(key="panel-elements"):
        small = t("model.count", count=len(found)) + (f" · {t('model.of_task', task=task)}" if task else "")
        page.section(t("model.elements"), small)
        if not found:
            show(notices.empty(t("model.no_elements"), t("model.no_elements_hint")))
            return
        cells = [_cells(row) for row in found]
        event: Any = st.dataframe(
            tables.columns(cells),
            hide_index=True,
            height=430,
            on_select="rerun",
            selection_mode="single-row",
            key="elements",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.download_button(
                t("common.csv"),
                lambda: tables.csv_file(cells),
                file_name="elements.csv",
                mime="text/csv",
                icon=":material/download:",
                on_click="ignore",
            )
            show(tag("span", t("model.select_hint"), cls="limit"))
    chosen = event.selection.rows
    wanted = st.query_params.get("element")
    if chosen and chosen[0] < len(found):
        _element(found[chosen[0]])
    elif wanted:
        match = next((row for row in found if row.global_id == wanted), None)
        if match:
            _element(match)


def _cells(row: ElementRow) -> dict[str, object]:
    cells = {
        "global_id": row.global_id,
        "class": row.ifc_class,
        "name": row.name or UNKNOWN,
        "tag": row.tag or UNKNOWN,
        "type": row.type_name or UNKNOWN,
        "storey": row.storey or UNKNOWN,
        "material": row.material or UNKNOWN,
        "classification": ", ".join(row.classifications),
        "tasks": len(row.tasks),
        "life": label("life", row.life) if row.life else UNKNOWN,
        "inspection": label("outcome", row.inspection) if row.inspection else UNKNOWN,
    }
    return {t(f"column.{name}"): value for name, value in cells.items()}


def _element(row: ElementRow) -> None:
    f = formats()
    with st.container(key="panel-element"):
        show(
            tag(
                "h2",
                row.name or row.ifc_class,
                tag("small", row.ifc_class),
                pills.life(row.life),
                cls="section-title",
            )
        )
        left, right = st.columns(2, gap="medium")
        with left:
            show(
                definition(
                    [
                        (t("column.global_id"), tag("code", row.global_id, cls="id")),
                        (t("column.predefined_type"), row.predefined_type or UNKNOWN),
                        (t("column.storey"), row.storey or UNKNOWN),
                        (t("column.material"), row.material or UNKNOWN),
                        (t("column.classification"), ", ".join(row.classifications) or UNKNOWN),
                        (t("column.content_hash"), tag("code", row.content_hash[:16], cls="id")),
                        (
                            t("column.inspection"),
                            pills.outcome(row.inspection) if row.inspection else page.unknown(),
                        ),
                    ]
                )
            )
            in_model.offer("element", element=row.global_id)
            for task in row.tasks[:6]:
                if st.button(t("model.to_task", task=task), type="tertiary", key=f"task-{task}"):
                    screens.go("timeline", task=task)
        with right:
            page.section(t("model.quantities"), t("model.quantities_si"))
            if row.quantities:
                lines = [(name, f.number(value, 3)) for name, value in sorted(row.quantities.items())]
                show(table((t("column.quantity"), t("column.value")), lines, numeric=(1,)))
            else:
                show(notices.empty(t("model.no_quantities")))


def _revisions() -> None:
    f = formats()
    models: list[ModelRevisionView] = session.project().models()
    if not models:
        show(notices.empty(t("model.none"), t("model.none_hint")))
        return
    model_results.draw()
    for revision in models:
        with st.container(key=f"panel-revision-{revision.id}"):
            partial = pills.pill("bad", "fail", t("model.partial")) if revision.partial else ""
            show(
                tag(
                    "h2",
                    revision.file_name,
                    tag("small", t("model.revision", id=revision.id)),
                    partial,
                    cls="section-title",
                ),
                definition(
                    [
                        (
                            t("model.loaded_at"),
                            f"{f.moment(revision.loaded_at)} {f.zone_name(revision.loaded_at)}",
                        ),
                        (t("model.schema"), revision.schema),
                        (t("model.tool"), revision.authoring_tool or UNKNOWN),
                        (t("model.elements"), f.number(revision.elements, 0)),
                        (t("model.storeys"), f.number(revision.storeys, 0)),
                        (t("model.spaces"), f.number(revision.spaces, 0)),
                        (t("model.sha256"), tag("code", revision.sha256, cls="id")),
                    ],
                    cls="kv left",
                ),
            )
            if not revision.warnings:
                show(tag("div", t("model.no_warnings"), cls="limit"))
                continue
            with st.expander(t("model.warnings", count=len(revision.warnings)), icon=":material/warning:"):
                lines = [
                    (tag("code", warning.get("code", ""), cls="id"), warning.get("message", ""))
                    for warning in revision.warnings[:_WARNINGS_SHOWN]
                ]
                show(table((t("column.code"), t("column.message")), lines))
                if len(revision.warnings) > _WARNINGS_SHOWN:
                    show(
                        tag(
                            "div",
                            t("model.more_warnings", count=len(revision.warnings) - _WARNINGS_SHOWN),
                            cls="limit",
                        )
                    )
