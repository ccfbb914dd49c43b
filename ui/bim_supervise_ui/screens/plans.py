"""Plans: reading one before it becomes the plan, the stored ones, what changed between two, and hand-over."""

from __future__ import annotations

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import address, notices, page, plan_compare, plan_import, plan_stored
from bim_supervise_ui.widgets.html import show

_VIEWS = {"import": plan_import.draw, "stored": plan_stored.draw, "compare": plan_compare.draw}
_WIDTH = 980


def draw() -> None:
    """Draws the screen; whoever may not load plans sees why, and the project refuses as well."""
    page.head(t("plans.title"), t("plans.purpose"))
    user = session.require_user()
    if not session.project().may(user.name, "load_plan"):
        show(notices.notice("wait", t("load.not_permitted"), t("load.not_permitted_hint")))
        return
    view = address.choice(
        t("plans.view"),
        list(_VIEWS),
        name="view",
        default="import",
        format_func=lambda code: t(f"plans.view_{code}"),
        key="plans-view",
        label_visibility="collapsed",
    )
    with st.container(width=_WIDTH):
        _VIEWS[view]()
