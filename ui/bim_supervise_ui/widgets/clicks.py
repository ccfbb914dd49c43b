"""What was clicked in a chart."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st


class Click(NamedTuple):
    """A datum that was clicked: its series by id (may be empty) and by number, and its own number."""

    series: str
    number: int
    datum: int


def newest(key: str) -> Click | None:
    """The datum that was clicked last; ask once, in the callback of the chart.

    Each series of a chart keeps the mark of its own last click, so the click is the mark that is new.
    """
    marks = frozenset(
        Click(str(group["series_id"] or ""), int(group["series_index"]), int(index))
        for group in st.session_state[key].selection.selected
        for index in group["data_indices"]
    )
    known: frozenset[Click] = st.session_state.get(f"{key}-known", frozenset())
    st.session_state[f"{key}-known"] = marks
    return next(iter(marks - known), None)
