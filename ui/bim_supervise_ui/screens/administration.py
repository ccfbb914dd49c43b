"""Administration: devices, who may send, how messages are read, zones, and people."""

from __future__ import annotations

from bim_supervise_ui import session
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets import (
    address,
    admin_devices,
    admin_people,
    admin_reads,
    admin_senders,
    admin_zones,
    notices,
    page,
)
from bim_supervise_ui.widgets.html import show

_VIEWS = {
    "devices": admin_devices.draw,
    "senders": admin_senders.draw,
    "feeds": admin_senders.draw_feeds,
    "zones": admin_zones.draw,
    "people": admin_people.draw,
    "reads": admin_reads.draw,
}


def draw() -> None:
    """Draws the screen; whoever is no administrator reads who is appointed to what."""
    page.head(t("administration.title"), t("administration.purpose"))
    user = session.require_user()
    if not session.project().may(user.name, "administer"):
        show(notices.notice("wait", t("admin.not_permitted"), t("admin.not_permitted_hint")))
        admin_people.register()
        if session.project().may(user.name, "audit_reads"):
            admin_reads.listed(user.name)
        return
    view = address.choice(
        t("admin.view"),
        list(_VIEWS),
        name="view",
        default="devices",
        format_func=lambda code: t(f"admin.view_{code}"),
        key="admin-view",
        label_visibility="collapsed",
    )
    _VIEWS[view](user.name)
