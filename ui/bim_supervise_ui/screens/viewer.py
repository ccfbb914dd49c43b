"""The model in three dimensions and time: what stands, what is proven, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, language, t
from bim_supervise_ui.viewer import component, element_card, issues, viewpoints, words
from bim_supervise_ui.viewer.palettes import PALETTES, palettes
from bim_supervise_ui.viewer.signs import markers, pins, prisms
from bim_supervise_ui.widgets import address, evidence, in_model, notices, page, tables
from bim_supervise_ui.widgets.html import show, tag

if TYPE_CHECKING:
    from bim_supervise.api.views import DeviceView, ModelRevisionView

_HEIGHT = 620
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}


def draw() -> None:
    """Draws the screen; the address may name one of ``in_model.SHOWN``, models, and a view."""
    page.head(t("viewer.title"), t("viewer.purpose"))
    models = session.shared("models", session.project().models)
    if not models:
        show(notices.empty(t("model.none"), t("model.none_hint")))
        return
    if not component.built():
        show(notices.empty(t("viewer.not_built"), t("viewer.not_built_hint")))
        return
    chosen = _chosen(models)
    ready = [model for model in chosen if _ready(model)]
    if not ready:
        return
    left, right = st.columns([2.5, 1], gap="medium")
    with left:
        page.live(lambda: _picture(ready), "viewer-picture")
        viewpoints.draw()
        issues.draw(viewpoints.show_viewpoint)
    with right, st.container(key="panel-viewer-card"):
        element_card.draw(_asked())
    _table(ready)
    evidence.dialog()


def _picture(models: list[ModelRevisionView]) -> None:
    """The picture, with the signs and colours of this moment; the page follows what a person does in it."""
    if st.session_state.pop("viewer-picked", False):
        st.rerun()
    said = component.mount(_data(models), key="viewer", height=_HEIGHT, picked=_picked)
    if said.marker is not None:
        _sign_pressed(said.marker)
    if said.viewpoint is not None:
        st.session_state["viewer-viewpoint"] = dict(said.viewpoint)
        st.rerun()


def _chosen(models: list[ModelRevisionView]) -> list[ModelRevisionView]:
    """The revisions on the screen: the current one, and others that a person adds."""
    if len(models) == 1:
        return models
    names = {model.id: model for model in models}
    wanted = address.several(
        t("viewer.models"),
        list(names),
        name="model",
        default=(models[0].id,),
        draw=st.multiselect,
        format_func=lambda key: f"{names[key].file_name} · {t('model.revision', id=key)}",
        key="viewer-models",
    )
    return [names[key] for key in wanted] or [models[0]]


def _ready(model: ModelRevisionView) -> bool:
    """Whether a revision's shapes are there; says what is being done otherwise, and begins it."""
    project = session.project()
    state = project.geometry_state(model.id)
    if state.state == "absent":
        state = project.start_geometry(model.id)
    if state.state == "ready":
        return True
    if state.state == "no_source":
        show(notices.empty(t("viewer.no_source", file=model.file_name), t("viewer.no_source_hint")))
    elif state.state == "failed":
        notices.refused(state.error or SupervisionError("geometry_failed", model.file_name))
        if st.button(t("viewer.again"), key=f"geometry-again-{model.id}"):
            project.start_geometry(model.id)
            st.rerun()
    else:
        page.live(lambda: _progress(model.id, model.file_name), f"geometry-{model.id}", every_s=1)
    return False


def _progress(model_id: int, name: str) -> None:
    state = session.project().geometry_state(model_id)
    if state.state != "building":
        st.rerun()
    st.progress(
        min(max(state.share, 0.0), 1.0),
        text=t("viewer.building", file=name, stage=t(f"viewer.stage_{state.stage}")),
    )


def _data(models: list[ModelRevisionView]) -> dict[str, Any]:
    project = session.project()
    addresses = []
    for model in models:
        scene = session.shared("scene", partial(_version, project.drawing_document, model.id), model.id)
        look = session.shared("look", partial(_version, project.look_document, model.id), model.id)
        addresses.append(
            {
                "id": model.id,
                "name": model.file_name,
                "scene": f"/shapes/scene/{model.id}/{scene}",
                "appearance": f"/shapes/look/{model.id}/{look}",
                "chunks": project.chunk_names(model.id),
            }
        )
    devices = session.shared("devices", project.devices)
    alarms = session.shared("alarms", project.alarms)
    cases = session.shared("cases-standing", partial(project.cases, standing=True))
    fresh = project.freshness()
    selected = _selected()
    focus = _focus(devices)
    turn = ",".join(selected) or (st.query_params.get("device", "") if focus else "")
    if turn != st.session_state.get("viewer-shown"):
        # Whoever opens a link that holds a camera sees what its sender saw.
        sent = "viewer-shown" not in st.session_state and "at" in st.query_params
        st.session_state["viewer-shown"] = turn
        st.session_state["viewer-walk"] = st.session_state.get("viewer-walk", 0) + (bool(turn) and not sent)
    return {
        "models": addresses,
        "palettes": palettes(),
        "words": words.all_words(),
        "selected": selected,
        "focus": focus,
        "walk": st.session_state.get("viewer-walk", 0),
        "markers": [*markers(devices, alarms, fresh=not fresh.stale), *pins(cases)],
        "prisms": prisms(session.shared("spaces", project.spaces, seconds=60), devices, alarms),
        "viewpoint": st.session_state.get("viewer-viewpoint-in"),
        "as_of": fresh.site_now.isoformat(),
        "zone": project.info().timezone,
        "locale": _LOCALES[language()],
        "geometry": "/shapes/chunk",
    }


def _version(document: Callable[[int], tuple[str, bytes]], model_id: int) -> str:
    return document(model_id)[0]


def _selected() -> list[str]:
    """What the address asks to be chosen: an element, or everything a task makes."""
    many = st.session_state.get("viewer-ids")
    asked, project = _asked(), session.project()
    element, task = asked.get("element"), asked.get("task")
    if element:
        return list(many) if many and many[-1] == element else [element]
    if "checkpoint" in asked or "case" in asked:
        return element_card.elements_of(asked)
    if task:
        rows = session.shared("elements", project.elements, seconds=10)
        return [row.global_id for row in rows if task in row.tasks]
    return []


def _focus(devices: list[DeviceView]) -> list[float] | None:
    """Where the device of the address stands."""
    wanted = st.query_params.get("device")
    found = next((device for device in devices if device.id == wanted and device.position), None)
    return list(found.position) if found and found.position else None


def _asked() -> Mapping[str, str]:
    return {key: st.query_params[key] for key in in_model.SHOWN if st.query_params.get(key)}


def _picked(said: Mapping[str, Any]) -> None:
    """Takes over which elements were clicked, so that the card and the address show them."""
    ids = [str(item) for item in said.get("ids", ())]
    st.session_state["viewer-ids"] = ids
    # The viewer has it chosen already and must not walk to it.
    st.session_state["viewer-shown"] = ",".join(ids)
    st.session_state["viewer-picked"] = True
    _address(element=ids[-1] if ids else None)


def _sign_pressed(marker: Mapping[str, Any]) -> None:
    """Opens what a sign stands for."""
    number = str(marker.get("id", ""))
    if marker.get("kind") == "ncr":
        screens.go("cases", id=number)
    st.session_state["viewer-shown"] = number
    _address(device=number)
    st.rerun()


def _address(**named: str | None) -> None:
    for key in in_model.SHOWN:
        if key in st.query_params:
            del st.query_params[key]
    for key, value in named.items():
        if value:
            st.query_params[key] = value


def _table(models: list[ModelRevisionView]) -> None:
    """Everything on the picture as a table, for people who do not see the picture, and for search."""
    with st.expander(t("viewer.table"), icon=":material/table_rows:"):
        project = session.project()
        words_ = st.text_input(t("model.search"), key="viewer-search", placeholder=t("model.search_hint"))
        rows = [
            row
            for model in models
            for row in session.shared(
                "viewer-table", partial(project.look_rows, model.id), model.id, seconds=10
            )
        ]
        needles = words_.casefold().split()
        found = [row for row in rows if all(needle in row["text"] for needle in needles)]
        show(tag("div", t("model.count", count=formats().number(len(found), 0)), cls="limit"))
        if not found:
            return
        cells = [_cells(row) for row in found]
        event: Any = st.dataframe(
            tables.columns(cells),
            hide_index=True,
            height=320,
            on_select="rerun",
            selection_mode="single-row",
            key="viewer-rows",
        )
        st.download_button(
            t("common.csv"),
            lambda: tables.csv_file(cells),
            file_name="model-state.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        chosen = event.selection.rows
        if chosen and chosen[0] < len(found):
            wanted = found[chosen[0]]["id"]
            if wanted and wanted != st.session_state.get("viewer-row"):
                st.session_state["viewer-row"] = wanted
                screens.go("viewer", element=wanted)


def _cells(row: Mapping[str, Any]) -> dict[str, object]:
    looks = {
        t(f"viewer.by_{name}"): _look_word(name, code)
        for name, code in row["codes"].items()
        if name in PALETTES
    }
    shape = t(f"viewer.shape_{row['shape']}")
    return {
        t("column.global_id"): row["id"],
        t("column.class"): row["class"],
        t("column.name"): row["name"] or UNKNOWN,
        t("column.storey"): row["storey"] or UNKNOWN,
        **looks,
        t("viewer.shape"): shape,
    }


def _look_word(dimension: str, code: str) -> str:
    if dimension == "gate" and code != "none":
        return label("state", code)
    if dimension == "verdict" and code != "none":
        return label("outcome", code)
    return t(f"look_{dimension}.{code}")
