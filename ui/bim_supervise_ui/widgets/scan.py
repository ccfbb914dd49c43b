"""Labels with codes: print them, and open the card of what a photographed one stands for."""

from __future__ import annotations

import re

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.i18n import language, t
from bim_supervise_ui.widgets import notices
from bim_supervise_ui.widgets.html import show, tag

_PHOTO_TYPES = ["jpg", "jpeg", "png", "webp"]
_SCREENS = {"element": "storey", "device": "evidence"}


def draw(key: str, *, kind: str, storey: str | None = None) -> None:
    """Two pop-ups: one takes a photo of a label and leads to its card, the other gives labels to print."""
    with st.container(horizontal=True, key=f"scan-{key}"):
        # What was read closes the pop-up, and its photo is let go of: the next look must not read it again.
        turn = st.session_state.setdefault("scan-turn", 0)
        with st.popover(t("scan.read"), icon=":material/qr_code_scanner:", key=f"scan-read-{key}-{turn}"):
            _read(f"{key}-{turn}")
        with st.popover(t("scan.print"), icon=":material/qr_code_2:"):
            _print(key, kind, storey)


def _read(key: str) -> None:
    photo = st.file_uploader(t("scan.photo"), type=_PHOTO_TYPES, key=f"scan-photo-{key}", help=t("scan.hint"))
    if photo is None:
        return
    try:
        with st.spinner(t("scan.reading")):
            found = session.project().scan(photo.getvalue())
    except SupervisionError as error:
        notices.refused(error)
        return
    st.session_state["scan-turn"] += 1
    screens.go(_SCREENS[found.kind], **{found.kind: found.id})


def _print(key: str, kind: str, storey: str | None) -> None:
    show(tag("p", t(f"scan.print_{kind}", storey=storey or ""), cls="limit"))
    made = f"scan-labels-{key}-{storey}"
    if st.button(t("scan.make"), key=f"scan-make-{key}", type="primary", width="stretch"):
        try:
            with st.spinner(t("scan.making")):
                st.session_state[made] = session.project().labels(
                    kind, _here(), language=language(), storey=storey
                )
        except SupervisionError as error:
            notices.refused(error)
    if made in st.session_state:
        st.download_button(
            t("scan.get"),
            st.session_state[made],
            file_name="labels.pdf",
            mime="application/pdf",
            icon=":material/download:",
            on_click="ignore",
            key=f"scan-get-{key}",
            width="stretch",
        )


def _here() -> str:
    """The address at which this page was opened, without its path."""
    found = re.match(r"https?://[^/]+", st.context.url or "")
    return found[0] if found else ""
