"""Loading a model, a schedule or a link table from the browser, with stages and clear refusals."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.html import Markup, definition, join, show, table, tag

_LISTED = 40


@dataclass(frozen=True, slots=True)
class _Input:
    """One kind of file that can be loaded: its catalogue key, endings and whether it takes a mapping."""

    key: str
    endings: tuple[str, ...]
    mapping: bool


_INPUTS = (
    _Input("model", ("ifc", "ifczip"), False),
    _Input("schedule", ("xml", "xer", "csv", "ifc", "ifczip"), True),
    _Input("links", ("csv",), True),
)


def draw() -> None:
    """The three loaders; whoever may not load is told so, and the project refuses as well."""
    user = session.require_user()
    project = session.project()
    if not project.may(user.name, "load_plan"):
        show(notices.notice("wait", t("load.not_permitted"), t("load.not_permitted_hint")))
        return
    for item in _INPUTS:
        with st.container(key=f"panel-load-{item.key}"):
            page.section(t(f"load.{item.key}"), t(f"load.{item.key}_small"))
            file = st.file_uploader(t("load.file"), type=list(item.endings), key=f"file-{item.key}")
            mapping = None
            if item.mapping:
                with st.expander(t("load.mapping")):
                    mapping = st.file_uploader(
                        t("load.mapping_file"), type=["yaml", "yml"], key=f"map-{item.key}"
                    )
            partial = item.key == "model" and st.checkbox(t("load.partial"), help=t("load.partial_help"))
            if st.button(t("load.start"), type="primary", key=f"start-{item.key}", disabled=file is None):
                _load(item, file, mapping, partial)
            result = st.session_state.pop(f"loaded-{item.key}", None)
            if result is not None:
                _report(result)


def _load(item: _Input, file: Any, mapping: Any, partial: bool) -> None:
    user = session.require_user()
    project = session.project()
    with tempfile.TemporaryDirectory(prefix="bim-supervise-upload-") as folder:
        path = _kept(Path(folder), file)
        map_path = _kept(Path(folder), mapping) if mapping is not None else None
        with st.status(t("load.running", name=Path(file.name).name), expanded=True) as status:
            try:
                project.require(user.name, "load_plan")
                job = _job(item, path, map_path, partial, _stages())
                result = job()
            except SupervisionError as error:
                status.update(label=t("load.refused"), state="error", expanded=False)
                refusal: SupervisionError | None = error
            else:
                status.update(label=t("load.done"), state="complete", expanded=False)
                refusal = None
    if refusal is not None:
        notices.refused(refusal)
        return
    session.changed()
    st.session_state[f"loaded-{item.key}"] = result
    st.rerun()


def _kept(folder: Path, upload: Any) -> Path:
    # Only the last part of the browser's name is used: it may not lead out of the folder.
    path = folder / Path(upload.name.replace("\\", "/")).name
    with path.open("wb") as out:
        shutil.copyfileobj(upload, out)
    return path


def _stages() -> Callable[..., None]:
    """A receiver of progress that draws one bar and the name of the stage."""
    bar = st.progress(0.0)

    def advance(stage: str, share: float | None = None, *_more: object) -> None:
        bar.progress(min(max(share or 0.0, 0.0), 1.0), text=label("stage", stage))

    return advance


def _job(
    item: _Input, path: Path, mapping: Path | None, partial: bool, on_progress: Callable[..., None]
) -> Callable[[], Mapping[str, Any]]:
    project = session.project()

    def model() -> Mapping[str, Any]:
        loaded: Mapping[str, Any] = project.load_model(path, accept_partial=partial, on_progress=on_progress)
        return loaded

    def schedule() -> Mapping[str, Any]:
        loaded: Mapping[str, Any] = project.load_schedule(path, mapping=mapping)
        project.calculate_schedule()
        return loaded

    def links() -> Mapping[str, Any]:
        loaded: Mapping[str, Any] = project.load_links(path, mapping=mapping)
        return loaded

    return {"model": model, "schedule": schedule, "links": links}[item.key]


def _report(result: Mapping[str, Any]) -> None:
    """What was read, and what was not, with reasons."""
    plain = [
        (label("field", key), value) for key, value in result.items() if isinstance(value, (str, int, float))
    ]
    notices.good(t("load.done"), definition(plain, cls="kv left"))
    for key, value in result.items():
        if isinstance(value, (list, tuple)) and value:
            with st.expander(t("load.listed", what=label("field", key), count=len(value))):
                show(_listing(list(value)[:_LISTED]))
                if len(value) > _LISTED:
                    show(tag("div", t("load.more", count=len(value) - _LISTED), cls="limit"))


def _listing(items: list[Any]) -> Markup:
    if all(isinstance(entry, Mapping) for entry in items):
        names = list(dict.fromkeys(name for entry in items for name in entry))
        return table(
            [label("field", name) for name in names],
            [[_written(entry.get(name)) for name in names] for entry in items],
        )
    return join((tag("code", entry, cls="id") for entry in items), " ")


def _written(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)
