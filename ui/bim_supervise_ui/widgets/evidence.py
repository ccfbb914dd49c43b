"""Opens a piece of evidence: what exactly was measured or stated, by whom and when."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from bim_supervise.core.errors import SupervisionError
from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import label, t
from bim_supervise_ui.widgets import notices, page
from bim_supervise_ui.widgets.html import Markup, definition, plain, show, tag

_SHOWN_AT_ONCE = 12


def name_of(reference: str) -> str:
    """A reference in words: what kind of evidence, and where it comes from."""
    kind, _, rest = reference.partition(":")
    if kind == "window":
        device, _, tail = rest.partition("|")
        return t("evidence.window", device=device, kind=label("kind", tail.split("|")[0]))
    if kind == "fact":
        return t("evidence.fact", id=rest[:10])
    return reference


def references(refs: Sequence[str], key: str) -> None:
    """A popover that lists evidence; each entry opens."""
    if not refs:
        show(tag("div", t("evidence.none"), cls="limit"))
        return
    with st.popover(t("evidence.open", count=len(refs)), key=f"{key}-refs", icon=":material/fact_check:"):
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
        show(
            definition(
                [(label("field", str(key)), value_of(value)) for key, value in _flat(content)], cls="kv left"
            )
        )
        for sha256 in _attachments(content):
            show(tag("img", src=f"/attachment/{sha256}", alt=t("evidence.photo"), style="max-width:100%"))

    opened()


def _flat(content: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in content.items():
        if isinstance(value, Mapping):
            rows += [
                (f"{key}.{inner}" if inner in content else str(inner), item) for inner, item in value.items()
            ]
        else:
            rows.append((str(key), value))
    return rows


def value_of(value: Any) -> Markup:
    """A value as people read it; structures as indented JSON in a code box."""
    f = formats()
    if value is None or value == "":
        return page.unknown()
    if isinstance(value, bool):
        return tag("span", t("common.yes") if value else t("common.no"))
    if isinstance(value, datetime):
        written = f.moment(value) if value.tzinfo else f.wall(value)
        zone = f" {f.zone_name(value)}" if value.tzinfo else ""
        return tag("span", written + zone)
    if isinstance(value, float):
        return tag("span", f.number(value, 3))
    if isinstance(value, (list, tuple, dict)):
        return tag("code", json.dumps(value, ensure_ascii=False, default=str), cls="id")
    return tag("span", value)


def _attachments(content: Mapping[str, Any]) -> list[str]:
    payload = content.get("payload")
    photos = (payload if isinstance(payload, Mapping) else content).get("photos") or []
    found = []
    for photo in photos:
        sha256 = photo.get("sha256") if isinstance(photo, Mapping) else photo
        if isinstance(sha256, str) and len(sha256) == 64 and sha256.isalnum():
            found.append(sha256)
    return found
