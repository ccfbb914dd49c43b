"""What all parts of the administration do the same way: act as a person, tell it, load a file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import notices
from bim_supervise_ui.widgets.html import Markup, tag


def act(user: str, job: Callable[[], object], done: str) -> bool:
    """Do something if the person may, and say so on the next run; a refusal is shown and changes nothing.

    Args:
        user: login name.
        job: what to do.
        done: what is said when it is done.
    """
    try:
        session.project().require(user, "administer")
        job()
    except SupervisionError as error:
        notices.refused(error)
        return False
    session.changed()
    notices.remember(done)
    return True


def roomy(*parts: Any) -> Markup:
    """A cell that keeps some width on a narrow screen; the table scrolls instead."""
    return tag("div", *parts, style="min-width:8rem")


def load(user: str, key: str, job: Callable[[Path], dict[str, Any]]) -> None:
    """An uploader of a YAML file and a button that hands it to ``job``."""
    file = st.file_uploader(t("admin.yaml_file"), type=["yaml", "yml"], key=f"admin-{key}-file")
    if st.button(t("admin.load"), key=f"admin-{key}-load", type="primary", disabled=file is None):
        assert file is not None
        with tempfile.TemporaryDirectory(prefix="bim-supervise-upload-") as folder:
            # Only the last part of the browser's name is used: it may not lead out of the folder.
            path = Path(folder) / Path(file.name.replace("\\", "/")).name
            path.write_bytes(file.getvalue())
            if act(user, lambda: job(path), t("admin.loaded", name=path.name)):
                st.rerun()
