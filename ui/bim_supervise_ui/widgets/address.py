"""Choices that stand in the address: a view is a link, and the browser's back button undoes a choice.

The address alone says what is chosen; a widget shows it and writes to it. What is the default stands in no
address, and a value that the screen does not offer counts as the default.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")

_PAGE = "page"


def choice(
    label: str,
    options: Sequence[T],
    *,
    name: str,
    key: str,
    default: T,
    draw: Callable[..., Any] = st.segmented_control,
    **look: Any,
) -> T:
    """One of several options.

    Args:
        label: what is chosen, for screen readers or as shown.
        options: what there is to choose from; their ``str`` stands in the address.
        name: name in the address.
        key: key of the widget.
        default: what is chosen while the address says nothing; may be None.
        draw: the widget, e.g. ``st.selectbox``.
        look: more arguments of the widget.
    """
    by_code = {str(option): option for option in options}
    _show(key, by_code.get(st.query_params.get(name, ""), default))
    if draw is st.segmented_control or draw is st.pills:
        look.setdefault("required", default is not None)
    elif draw is st.selectbox and default is None:
        look.setdefault("index", None)

    def chosen() -> None:
        _write(name, st.session_state[key], default)

    picked: T = draw(label, options, key=key, on_change=chosen, **look)
    return picked


def several(
    label: str,
    options: Sequence[T],
    *,
    name: str,
    key: str,
    default: Sequence[T] = (),
    draw: Callable[..., Any] = st.segmented_control,
    **look: Any,
) -> list[T]:
    """Any number of options; see ``choice``."""
    by_code = {str(option): option for option in options}
    codes = st.query_params.get_all(name) if name in st.query_params else [str(one) for one in default]
    _show(key, [by_code[code] for code in codes if code in by_code])
    if draw is not st.multiselect:
        look |= {"selection_mode": "multi"}

    def chosen() -> None:
        picked = list(st.session_state[key] or ())
        if set(picked) == set(default):
            _write(name, None, None)
        else:
            # An empty value tells "none" from the default.
            _write(name, [str(one) for one in picked] or [""], None)

    return list(draw(label, options, key=key, on_change=chosen, **look) or ())


def words(label: str, *, name: str, key: str, **look: Any) -> str:
    """Words to search for, trimmed."""
    _show(key, st.query_params.get(name, ""))

    def typed() -> None:
        _write(name, st.session_state[key].strip(), "")

    return str(st.text_input(label, key=key, on_change=typed, **look) or "").strip()


def page_of(pages: int, *, key: str) -> int:
    """The page of a long list, counted from 1; any other choice leads back to the first."""
    if pages < 2:
        return 1
    key = f"{key}-{pages}"
    asked = st.query_params.get(_PAGE, "")
    _show(key, int(asked) if asked.isdecimal() and 1 <= int(asked) <= pages else 1)

    def turned() -> None:
        _write(_PAGE, st.session_state[key], 1)

    return int(st.pagination(pages, key=key, width="content", on_change=turned))


def _show(key: str, value: Any) -> None:
    if key not in st.session_state or st.session_state[key] != value:
        st.session_state[key] = value


def _write(name: str, value: Any, default: Any) -> None:
    if name != _PAGE:
        st.query_params.pop(_PAGE, None)
    if value == default or value is None:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value if isinstance(value, list) else str(value)
