"""Every kind of document by the name that the command line and the screens use."""

from __future__ import annotations

from bim_supervise.api.report_sign_offs import build_sign_off_register
from bim_supervise.api.reports import ReportKind

KINDS: dict[str, ReportKind] = {
    "sign-off-register": ReportKind(build=build_sign_off_register),
}
