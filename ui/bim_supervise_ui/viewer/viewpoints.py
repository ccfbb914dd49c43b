"""Viewpoints in and out, in the form of the BCF API, so that other tools see what is seen here."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from bim_supervise_ui.i18n import t
from bim_supervise_ui.viewer import issues
from bim_supervise_ui.widgets import notices
from bim_supervise_ui.widgets.html import show

_LARGEST = 8 << 20
_PARTS = {
    "perspective_camera",
    "orthogonal_camera",
    "clipping_planes",
    "components",
    "snapshot",
}


def draw() -> None:
    """Offers the viewpoint that was taken as a file, and takes one up from a file."""
    with st.expander(t("viewer.viewpoints"), icon=":material/bookmark:", key="viewer-viewpoints"):
        taken = st.session_state.get("viewer-viewpoint")
        if taken is None:
            st.caption(t("viewer.viewpoints_hint"))
        else:
            body = {key: value for key, value in taken.items() if key in _PARTS}
            st.download_button(
                t("viewer.viewpoint_file"),
                json.dumps(body, indent=1).encode(),
                file_name="viewpoint.json",
                mime="application/json",
                icon=":material/download:",
                on_click="ignore",
            )
            issues.keep_in_case(body)
        file = st.file_uploader(t("viewer.viewpoint_in"), type=["json"], key="viewer-viewpoint-file")
        if file is not None and file.file_id != st.session_state.get("viewer-viewpoint-seen"):
            st.session_state["viewer-viewpoint-seen"] = file.file_id
            view = viewpoint_of(file.getvalue())
            if view is None:
                st.session_state.pop("viewer-viewpoint-in", None)
                show(notices.notice("bad", t("viewer.viewpoint_bad"), t("viewer.viewpoint_bad_hint")))
            else:
                show_viewpoint(view)
                st.rerun()


def show_viewpoint(view: dict[str, Any]) -> None:
    """Has the viewer take up a viewpoint (see the BCF API) on its next run."""
    turn = st.session_state.get("viewer-viewpoint-in", {"turn": 0})["turn"] + 1
    st.session_state["viewer-viewpoint-in"] = {"turn": turn, "view": view}


def viewpoint_of(body: bytes) -> dict[str, Any] | None:
    """A viewpoint from a file, or None when it is none: only what the viewer reads."""
    if len(body) > _LARGEST:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    view: dict[str, Any] = {}
    for name in ("perspective_camera", "orthogonal_camera"):
        camera = found.get(name)
        if camera is None:
            continue
        points = ("camera_view_point", "camera_direction", "camera_up_vector")
        if not isinstance(camera, dict) or not all(_is_point(camera.get(point)) for point in points):
            return None
        view[name] = {point: camera[point] for point in points} | {
            key: float(camera[key])
            for key in ("field_of_view", "aspect_ratio", "view_to_world_scale")
            if isinstance(camera.get(key), int | float)
        }
    planes = found.get("clipping_planes") or []
    if not isinstance(planes, list) or not all(
        isinstance(plane, dict) and _is_point(plane.get("location")) and _is_point(plane.get("direction"))
        for plane in planes
    ):
        return None
    view["clipping_planes"] = [{key: plane[key] for key in ("location", "direction")} for plane in planes]
    components = found.get("components")
    if isinstance(components, dict):
        visibility = components.get("visibility")
        visibility = visibility if isinstance(visibility, dict) else {}
        view["components"] = {
            "selection": _guids(components.get("selection")),
            "visibility": {
                "default_visibility": bool(visibility.get("default_visibility", True)),
                "exceptions": _guids(visibility.get("exceptions")),
            },
        }
    cameras = "perspective_camera" in view or "orthogonal_camera" in view
    return view if cameras or view.get("components") else None


def _is_point(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(axis), int | float) for axis in "xyz")


def _guids(items: Any) -> list[dict[str, str]]:
    return [
        {"ifc_guid": item["ifc_guid"]}
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(item.get("ifc_guid"), str)
    ]
