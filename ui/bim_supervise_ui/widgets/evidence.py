"""Opens a piece of evidence: what exactly was measured or stated, by whom and when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from bim_supervise.api.views import ObservationView
from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import in_model, notices, page
from bim_supervise_ui.widgets.html import Markup, definition, plain, show, table, tag

_SHOWN_AT_ONCE = 12
_READINGS_SHOWN = 40


def name_of(reference: str) -> str:
    """A reference in words: what kind of evidence, and where it comes from."""
    kind, _, rest = reference.partition(":")
    if kind == "window":
        device, _, tail = rest.partition("|")
        return t("evidence.window", device=device, kind=label("observation", tail.split("|")[0]))
    if kind == "fact":
        return t("evidence.fact", id=rest[:10])
    if kind == "plan":
        return t("evidence.plan", id=rest)
    return reference


def references(refs: Sequence[str], key: str) -> None:
    """Lists evidence, folded; each entry opens."""
    if not refs:
        show(tag("div", t("evidence.none"), cls="limit"))
        return
    with st.expander(t("evidence.open", count=len(refs)), key=f"{key}-refs", icon=":material/fact_check:"):
        for index, reference in enumerate(refs[:_SHOWN_AT_ONCE]):
            if st.button(plain(name_of(reference)), key=f"{key}-ref-{index}", type="tertiary"):
                page.ask("evidence", reference)
        if len(refs) > _SHOWN_AT_ONCE:
            st.caption(t("evidence.more", count=len(refs) - _SHOWN_AT_ONCE))


def dialog() -> None:
    """Shows the evidence that was asked for; call it once at the end of a page."""
    reference = page.asked("evidence")
    if reference is None:
        return

    @st.dialog(t("evidence.title"), width="large", on_dismiss=page.answered)
    def opened() -> None:
        session.require_user()
        show(definition([(t("evidence.reference"), tag("code", reference, cls="id"))], cls="kv left"))
        try:
            content = session.project().open_evidence(reference)
        except SupervisionError as error:
            notices.refused(error)
            return
        if isinstance(content.get("fact"), ObservationView):
            _statement(content["fact"])
        elif "task" in content:
            _planned(content["task"])
        else:
            _readings(content)

    opened()


def _statement(fact: ObservationView) -> None:
    """What somebody stated: about what, when, in which words, with photos."""
    f = formats()
    value = f.quantity(fact.value, fact.unit, 3) if isinstance(fact.value, (int, float)) else fact.value
    pairs: list[tuple[object, object]] = [
        (t("column.kind"), label("observation", fact.kind)),
        (
            t("column.subject"),
            in_model.named(fact.subject_type, fact.subject),
        ),
        (t("column.value"), value if value is not None else page.unknown()),
        (t("column.event_time"), _moment(fact.event_time)),
        (t("column.received"), _moment(fact.received_time)),
        (t("column.source"), label("source", fact.source)),
        (t("column.reporter"), fact.reporter or page.unknown()),
        (t("column.vouched"), t("common.yes" if fact.authenticated else "common.no")),
    ]
    pairs += [
        (label("field", str(key)), _written(item)) for key, item in fact.payload.items() if key != "photos"
    ]
    show(definition(pairs, cls="kv left"))
    for sha256 in photos_of(fact.payload):
        show(tag("img", src=f"/attachment/{sha256}", alt=t("evidence.photo"), cls="photo"))


def _planned(task: Mapping[str, Any]) -> None:
    """What the plan says about a task."""
    f = formats()
    show(
        definition(
            [
                (t("column.task"), in_model.named("task", str(task["id"]), str(task["name"]))),
                (t("column.start"), f.wall(task.get("start"))),
                (t("column.finish"), f.wall(task.get("finish"))),
            ],
            cls="kv left",
        )
    )


def _readings(content: Mapping[str, Any]) -> None:
    """What a device measured in a window: the readings themselves, as a small table."""
    f = formats()
    unit = str(content.get("unit") or "")
    readings: Sequence[Mapping[str, Any]] = content.get("readings") or ()
    show(
        definition(
            [
                (t("device.id"), tag("code", content.get("device"), cls="id")),
                (t("device.kind"), label("observation", str(content.get("kind")))),
                (t("column.start"), _moment(content["start"])),
                (t("column.finish"), _moment(content["end"])),
                (t("evidence.readings"), f.number(len(readings), 0)),
            ],
            cls="kv left",
        )
    )
    rows = [
        (f.moment_to_second(row["time"]), f.quantity(row["value"], unit, 3), _trust(int(row["flags"])))
        for row in readings[:_READINGS_SHOWN]
    ]
    if rows:
        show(table((t("column.time"), t("column.value"), t("evidence.trust")), rows, numeric=(1,)))
    if len(readings) > _READINGS_SHOWN:
        st.caption(t("evidence.more", count=len(readings) - _READINGS_SHOWN))


def _trust(flags: int) -> str:
    """Why a reading is distrusted, in words; the bits are those of the readings table."""
    why = [t(f"evidence.{word}") for bit, word in ((1, "distrusted"), (2, "unauthenticated")) if flags & bit]
    return ", ".join(why) or t("evidence.trusted")


def _moment(instant: datetime) -> str:
    f = formats()
    return f"{f.moment(instant)} {f.zone_name(instant)}"


def _written(value: Any) -> Markup:
    if isinstance(value, (list, tuple, dict)):
        return tag("code", json.dumps(value, ensure_ascii=False, default=str), cls="id")
    return tag("span", value)


def photos_of(payload: Mapping[str, Any]) -> list[str]:
    """SHA-256 of the photos of a statement."""
    found = payload.get("photos") or ()
    return [item for item in found if isinstance(item, str) and len(item) == 64 and item.isalnum()]
