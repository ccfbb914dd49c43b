"""The card beside the picture: what an element, a task's elements or a device are and rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import screens, session
from bim_supervise_ui.formats import UNKNOWN, formats
from bim_supervise_ui.i18n import label, localised, t
from bim_supervise_ui.widgets import alarm_card, in_model, notices, page, pills, rows
from bim_supervise_ui.widgets.html import definition, join, show, table, tag

if TYPE_CHECKING:
    from bim_supervise.api.case_views import CaseView
    from bim_supervise.api.views import CheckpointView, DeviceView, ElementRow, TaskRow

_SHOWN = 6
_LINKED = 24


def draw(asked: Mapping[str, str]) -> None:
    """Draws the card of what the address names."""
    if "element" in asked:
        _element(asked["element"])
    elif "checkpoint" in asked or "case" in asked:
        _gathered(asked)
    elif "task" in asked:
        _task(asked["task"])
    elif "device" in asked:
        _device(asked["device"])
    else:
        show(notices.empty(t("viewer.nothing_chosen"), t("viewer.nothing_chosen_hint")))


def elements_of(asked: Mapping[str, str]) -> list[str]:
    """GlobalIds that a checkpoint or a case is about; none of one that is not there."""
    project = session.project()
    user = session.require_user()
    try:
        if "checkpoint" in asked:
            return list(project.checkpoint(asked["checkpoint"], user=user.name).elements)
        return list(project.case(asked["case"], user=user.name).elements)
    except SupervisionError:
        return []


def _gathered(asked: Mapping[str, str]) -> None:
    """What a checkpoint, a lot or another case is about, and the way back to it."""
    project = session.project()
    user = session.require_user()
    if "checkpoint" in asked:
        point = project.checkpoint(asked["checkpoint"], user=user.name)
        title, sign, place = localised(point.title, point.id), pills.gate(point.state), "checkpoints"
        identity, ids = point.id, point.elements
    else:
        case = project.case(asked["case"], user=user.name)
        title, sign, place = case.title or case.id, pills.case(case.state), _place(case)
        identity, ids = case.id, case.elements
    show(
        tag("h2", title, sign, cls="section-title"),
        definition(
            [
                (t("column.number"), tag("code", identity, cls="id")),
                (t("viewer.elements"), formats().number(len(ids), 0)),
            ]
        ),
        join((in_model.link(one) for one in ids[:_LINKED]), " "),
    )
    if st.button(t("viewer.to_gathered"), type="tertiary", icon=":material/arrow_back:"):
        screens.go(place, id=identity)


def _place(case: CaseView) -> str:
    """The screen that shows a case."""
    return "lots" if case.kind == "lot" else "cases"


def _element(global_id: str) -> None:
    project = session.project()
    found: list[ElementRow] = session.shared(
        "elements", lambda: project.elements(global_id), global_id, seconds=10
    )
    row = next((item for item in found if item.global_id == global_id), None)
    if row is None:
        show(notices.empty(t("viewer.unknown_element", id=global_id)))
        return
    f = formats()
    show(
        tag("h2", row.name or row.ifc_class, pills.life(row.life), cls="section-title"),
        definition(
            [
                (t("column.global_id"), tag("code", row.global_id, cls="id")),
                (t("column.class"), row.ifc_class),
                (t("column.type"), row.type_name or UNKNOWN),
                (t("column.storey"), row.storey or UNKNOWN),
                (t("column.material"), row.material or UNKNOWN),
                (t("column.classification"), ", ".join(row.classifications) or UNKNOWN),
                (
                    t("column.inspection"),
                    pills.outcome(row.inspection) if row.inspection else page.unknown(),
                ),
            ]
        ),
    )
    many = st.session_state.get("viewer-ids") or ()
    if len(many) > 1:
        show(tag("div", t("viewer.chosen_many", count=f.number(len(many), 0)), cls="limit"))
    _tasks(row)
    _checkpoints(set(row.tasks), row.global_id)
    _cases(row)
    _facts(row.global_id)
    with st.expander(t("viewer.quantities", count=len(row.quantities)), key="viewer-quantities"):
        if row.quantities:
            lines = [(name, f.number(value, 3)) for name, value in sorted(row.quantities.items())]
            show(table((t("column.quantity"), t("column.value")), lines, numeric=(1,)))
        else:
            show(notices.empty(t("model.no_quantities")))
    if st.button(t("viewer.to_model"), type="tertiary", icon=":material/table_rows:", key="viewer-to-model"):
        screens.go("model", element=row.global_id)


def _tasks(row: ElementRow) -> None:
    f = formats()
    every: list[TaskRow] = session.shared("tasks", session.project().tasks)
    mine = [task for task in every if task.id in row.tasks]
    page.section(t("viewer.tasks"), f.number(len(row.tasks), 0))
    if not mine:
        show(tag("div", t("viewer.no_tasks"), cls="limit"))
    for task in mine[:_SHOWN]:
        side = f"{f.wall(task.start, year=False)} – {f.wall(task.finish, year=False)}"
        content = rows.content(task.name, lead=pills.critical() if task.critical else "", side=side)
        if rows.opening(rows.row_key("viewertask", task.id), task.name, content):
            screens.go("timeline", task=task.id)


def _checkpoints(tasks: set[str], element: str) -> None:
    project = session.project()
    user = session.require_user()
    points: list[CheckpointView] = [
        item
        for item in session.shared("checkpoints", lambda: project.checkpoints(user=user.name), user.name)
        if item.task in tasks
    ]
    page.section(t("viewer.gates"), formats().number(len(points), 0))
    if not points:
        show(tag("div", t("task.no_gates"), cls="limit"))
    for item in points[:_SHOWN]:
        title = localised(item.title, item.id)
        content = rows.content(title, lead=pills.gate(item.state), side=label("boundary", item.boundary))
        if rows.opening(rows.row_key("viewergate", item.id), t("checkpoint.open", what=title), content):
            screens.go("checkpoints", id=item.id)
    signed = [entry for item in points for entry in item.sign_offs]
    if signed:
        page.section(t("viewer.sign_offs"), formats().number(len(signed), 0))
        f = formats()
        show(
            table(
                (t("column.time"), t("column.signer"), t("column.decision")),
                [
                    (f.moment(entry.time), entry.signer_name, pills.decision(entry.decision))
                    for entry in signed[-_SHOWN:]
                ],
            )
        )


def _cases(row: ElementRow) -> None:
    """Non-conformances, notices and orders about the element or its tasks, standing ones first."""
    every: list[CaseView] = session.shared("cases", session.project().cases)
    mine = [
        item for item in every if row.global_id in item.elements or set(item.tasks).intersection(row.tasks)
    ]
    mine.sort(key=lambda item: item.ended_at is not None)
    page.section(t("viewer.cases"), formats().number(len(mine), 0))
    if not mine:
        show(tag("div", t("viewer.no_cases"), cls="limit"))
    for item in mine[:_SHOWN]:
        what = item.title or label("case_kind", item.kind)
        content = rows.content(what, lead=pills.case(item.state), side=label("case_kind", item.kind))
        if rows.opening(rows.row_key("viewercase", item.id), t("cases.open", what=item.id), content):
            screens.go(_place(item), id=item.id)


def _facts(element: str) -> None:
    f = formats()
    facts = session.project().facts(subject=element, limit=_SHOWN)
    page.section(t("viewer.statements"), f.number(len(facts), 0))
    if not facts:
        show(tag("div", t("viewer.no_statements"), cls="limit"))
    for fact in facts:
        words = label("observation", fact.kind)
        vouched = t("viewer.vouched" if fact.authenticated else "viewer.not_vouched")
        side = join((f.moment(fact.event_time, year=False), " · ", fact.reporter or UNKNOWN, " · ", vouched))
        key = rows.row_key("viewerfact", fact.id)
        if rows.opening(key, words, rows.content(words, side=side)):
            page.ask("evidence", f"fact:{fact.id}")


def _task(task_id: str) -> None:
    every: list[TaskRow] = session.shared("tasks", session.project().tasks)
    task = next((item for item in every if item.id == task_id), None)
    if task is None:
        show(notices.empty(t("timeline.unknown_task", id=task_id)))
        return
    f = formats()
    show(
        tag("h2", task.name, pills.critical() if task.critical else "", cls="section-title"),
        definition(
            [
                (t("column.start"), f.wall(task.start)),
                (t("column.finish"), f.wall(task.finish)),
                (t("viewer.elements"), f.number(task.elements, 0)),
            ]
        ),
    )
    _checkpoints({task.id}, "")
    if st.button(t("viewer.to_task"), type="tertiary", icon=":material/view_timeline:"):
        screens.go("timeline", task=task.id)


def _device(device_id: str) -> None:
    project = session.project()
    devices: list[DeviceView] = session.shared("devices", project.devices)
    device = next((item for item in devices if item.id == device_id), None)
    if device is None:
        show(notices.empty(t("viewer.unknown_device", id=device_id)))
        return
    f = formats()
    value = page.unknown() if device.last_value is None else f.quantity(device.last_value, device.unit)
    show(
        tag("h2", device.name or device.id, pills.device(device.state), cls="section-title"),
        definition(
            [
                (t("device.id"), tag("code", device.id, cls="id")),
                (t("device.kind"), ", ".join(label("observation", kind) for kind in device.kinds)),
                (t("column.value"), value),
                (t("column.event_time"), f.moment(device.last_event)),
            ]
        ),
    )
    alarms = [alarm for alarm in session.shared("alarms", project.alarms) if alarm.device == device_id]
    for alarm in alarms[:_SHOWN]:
        key = rows.row_key("vieweralarm", alarm.id)
        if rows.opening(key, t("alarm.open", what=alarm_card.title(alarm)), alarm_card.row(alarm)):
            page.ask("alarm", alarm.id)
    alarm_card.dialog()
    if st.button(t("viewer.to_device"), type="tertiary", icon=":material/sensors:"):
        screens.go("evidence", device=device.id)
