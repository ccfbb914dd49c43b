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
    return load_catalogue([files("bim_supervise_ui") / "catalogues"])


def language() -> str:
    """The language of this session: chosen now, remembered by cookie, or the person's own."""
    chosen = st.session_state.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    remembered = session.cookie(LANGUAGE_COOKIE)
    if remembered in LANGUAGES:
        return str(remembered)
    user = session.current_user()
    return user.language if user and user.language in LANGUAGES else "zh"


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
