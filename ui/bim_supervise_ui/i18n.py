"""Every sentence of the screens, in Chinese and English, and the language of the session."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from bim_supervise.core.catalogue import LANGUAGES, Catalogue, load_catalogue
from bim_supervise_ui import session

LANGUAGE_COOKIE = "bim_language"
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}


@cache
def own_catalogue() -> Catalogue:
    """The sentences that belong to the screens themselves."""
    ui = files("bim_supervise_ui")
    return load_catalogue([ui / "catalogues", ui / "viewer" / "catalogues", ui / "terms"])


def language() -> str:
    """The language of this session: the person's own; without a person the one the browser remembers."""
    chosen = st.session_state.get("language")
    if chosen not in LANGUAGES:
        user = session.current_user()
        chosen = user.language if user else session.cookie(LANGUAGE_COOKIE)
        chosen = chosen if chosen in LANGUAGES else "zh"
        # Kept, because a screen asks for it some thousand times.
        st.session_state["language"] = chosen
    return str(chosen)


def t(key: str, /, **params: Any) -> str:
    """The sentence for ``key`` in the session's language.

    The screens' own catalogue is asked first, then the one of the project (rules, reasons, states).
    """
    text = own_catalogue().text(key, language(), **params)
    if text != key:
        return text
    catalogue = session.project_catalogue()
    return catalogue.text(key, language(), **params) if catalogue else key


def label(group: str, code: str | None) -> str:
    """The word for a code, e.g. ``label("state", "released")``; an unknown code is shown as it is."""
    if code is None:
        return t("common.unknown")
    key = f"{group}.{code}"
    text = t(key)
    return code.replace("_", " ") if text == key else text


def localised(titles: Any, fallback: str = "") -> str:
    """The text of a mapping ``en``/``zh`` -> text in the session's language."""
    if not titles:
        return fallback
    return str(titles.get(language()) or titles.get("en") or titles.get("zh") or fallback)
