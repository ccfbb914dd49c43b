"""The head of the ledger that went out to the signers today, and whom it did not reach."""

from __future__ import annotations

from bim_supervise_ui import session
from bim_supervise_ui.formats import formats
from bim_supervise_ui.i18n import t
from bim_supervise_ui.widgets.html import show, tag


def daily_head() -> None:
    """One line on the day's head with its hash, and one on signers without a way to be told."""
    told = session.project().head_notices()
    if told.day is None:
        show(tag("p", t("ledger.head_none"), cls="foot"))
    else:
        sent = sum(notice.state == "sent" for notice in told.notices)
        day = formats().day(told.day)
        line = t("ledger.head_day", day=day, entries=told.entries, sent=sent, total=len(told.notices))
        show(tag("p", line, " ", tag("code", told.head or "", cls="id"), cls="foot"))
    if told.unreached:
        show(tag("p", t("ledger.unreached", names=", ".join(told.unreached)), cls="foot"))
