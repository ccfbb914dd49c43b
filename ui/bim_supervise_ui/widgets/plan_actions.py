"""What all parts of the plans' screen do the same way: act as a person, name a plan, count reasons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, tables
from bim_supervise_ui.widgets.html import show, table, tag

LISTED = 200
"""Most rows that are listed on the page; the file holds them all."""


def attempt(job: Callable[[], Any]) -> Any:
    """What a job returns; None when it was refused, which is then shown."""
    user = session.require_user()
    try:
        with st.spinner(t("plans.running")):
            session.project().require(user.name, "load_plan")
            return job()
    except SupervisionError as error:
        notices.refused(error)
        return None


def named(rows: list[dict[str, Any]], number: int) -> str:
    """A stored plan as it is offered for choice."""
    row = next(row for row in rows if row["id"] == number)
    return f"{number} · {row['name']}"


def reasons(items: list[Mapping[str, str]], none: str, key: str) -> None:
    """How often each reason was given, and one by one what it was given for."""
    f = formats()
    if not items:
        show(tag("p", none, cls="limit"))
        return
    counts = Counter(item["reason"] for item in items)
    show(
        table(
            [t("column.reason"), t("column.count")],
            [(label("skipped", reason), f.number(count, 0)) for reason, count in counts.most_common()],
            numeric=(1,),
        )
    )
    with st.expander(t("plans.which", count=len(items))):
        show(
            table(
                [t("column.what"), t("column.reason")],
                [(item["what"], label("skipped", item["reason"])) for item in items[:LISTED]],
            )
        )
        cells: list[dict[str, object]] = [
            {t("column.what"): item["what"], t("column.reason"): label("skipped", item["reason"])}
            for item in items
        ]
        st.download_button(
            t("common.csv"),
            lambda: tables.csv_file(cells),
            file_name=f"plan-{key}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"csv-{key}",
        )
