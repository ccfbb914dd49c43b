"""What comes in: throughput, lag, backlog and rejects of the intake, in one line."""

from __future__ import annotations

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets.html import Markup, join, tag


def line() -> Markup:
    """The figures since this server began; nothing received yet is said, not shown as zero."""
    found, f = session.project().intake_figures(), formats()
    if not found.batches:
        return tag("div", t("intake.nothing"), cls="limit")
    parts = [
        t("intake.rate", rate=f.number(found.rate, 1)),
        t("intake.backlog", count=found.backlog),
        t("intake.lag", seconds=f.number(found.lag_s, 1)) if found.lag_s is not None else "",
        t("intake.rejected", count=sum(found.rejected.values()), read=found.read),
    ]
    return tag("div", join([tag("span", part) for part in parts if part], " · "), cls="limit")
