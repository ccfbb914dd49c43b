"""Alarms: the inbox by rank, life safety first and never grouped; storms in one row; shelved ones apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise_ui import session
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import address, alarm_card, notices, page, rows
from bim_supervise_ui.widgets.html import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bim_supervise.api.views import AlarmView

_STATES = ("open", "acknowledged", "shelved", "cleared")
_SHOWN = 60


def draw() -> None:
    """Draws the screen."""
    page.head(t("alarms.title"), t("alarms.purpose"))
    chosen = address.several(
        t("alarms.show"),
        _STATES,
        name="state",
        default=("open", "acknowledged"),
        format_func=lambda state: label("alarm_state", state),
        key="alarms-states",
    )

    def inbox() -> None:
        _inbox(chosen)

    page.live(inbox, "inbox")
    alarm_card.dialog()


def _inbox(states: Sequence[str]) -> None:
    project = session.project()
    found: list[AlarmView] = project.alarms(cleared="cleared" in states)
    shown = [alarm for alarm in found if alarm.state in states]
    grave = [alarm for alarm in shown if alarm.severity == "life_safety"]
    rest = [alarm for alarm in shown if alarm.severity != "life_safety"]
    with st.container(key="panel-grave"):
        page.section(t("alarms.life_safety"), str(len(grave)))
        if not grave:
            show(notices.empty(t("alarms.none")))
        for alarm in grave:
            _row(alarm)
    with st.container(key="panel-rest"):
        page.section(t("alarms.rest"), str(len(rest)))
        if not rest:
            show(notices.empty(t("alarms.none")))
        in_storms: dict[str, list[AlarmView]] = {}
        for alarm in rest:
            if alarm.storm is not None:
                in_storms.setdefault(alarm.storm, []).append(alarm)
        drawn: set[str] = set()
        for alarm in rest[:_SHOWN]:
            if alarm.storm is None:
                _row(alarm)
            elif alarm.storm not in drawn:
                drawn.add(alarm.storm)
                together = in_storms[alarm.storm]
                with st.expander(t("alarms.storm", count=len(together), rule=alarm.rule)):
                    for one in together[:_SHOWN]:
                        _row(one)
        if len(rest) > _SHOWN:
            show(notices.empty(t("today.more_alarms", count=len(rest) - _SHOWN)))


def _row(alarm: AlarmView) -> None:
    opens = t("alarm.open", what=alarm_card.title(alarm))
    if rows.opening(rows.row_key("alarm", alarm.id), opens, alarm_card.row(alarm)):
        page.ask("alarm", alarm.id)
