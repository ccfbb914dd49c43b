"""The model handed back with what became of it: made on request, then offered as a download."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import language, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.html import show, tag

_MADE = "model-results"


def draw() -> None:
    """Draws the panel; there is a model."""
    with st.container(key="panel-model-results"):
        page.section(t("model.results"), t("model.results_small"))
        if st.button(t("model.results_make"), key="model-results-make", icon=":material/output:"):
            try:
                with st.status(t("model.results_making")):
                    st.session_state[_MADE] = _make()
            except SupervisionError as error:
                st.session_state.pop(_MADE, None)
                notices.refused(error)
        made: tuple[bytes, dict[str, Any]] | None = st.session_state.get(_MADE)
        if made is None:
            return
        data, said = made
        f = formats()
        counts = {
            name: f.number(said[name], 0)
            for name in ("tasks_updated", "tasks_added", "approvals", "non_conformances", "elements")
        }
        show(tag("p", t("model.results_made", schema=said["schema"], **counts), cls="limit"))
        st.download_button(
            t("model.results_get"),
            data,
            file_name="results.ifc",
            mime="application/x-step",
            icon=":material/download:",
            on_click="ignore",
            key="model-results-get",
        )


def _make() -> tuple[bytes, dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="bim-supervise-results-") as folder:
        file = Path(folder) / "results.ifc"
        said = session.project().export_ifc(file, language=language())
        return file.read_bytes(), said
