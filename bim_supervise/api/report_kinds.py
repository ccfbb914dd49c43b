"""Every kind of document by the name that the command line and the screens use."""

from __future__ import annotations

from bim_supervise.api.report_cases import case_document
from bim_supervise.api.report_green import build_green_report
from bim_supervise.api.report_logs import build_material_entry, build_sampling_register, build_standing_log
from bim_supervise.api.report_lots import build_inspection_lot
from bim_supervise.api.report_periods import build_diary, periodic
from bim_supervise.api.report_sign_offs import build_sign_off_register
from bim_supervise.api.reports import ReportKind

KINDS: dict[str, ReportKind] = {
    "supervision-diary": ReportKind(build=build_diary, days=1),
    "weekly-report": ReportKind(build=periodic("weekly"), calendar="week"),
    "monthly-report": ReportKind(build=periodic("monthly"), calendar="month"),
    "green-report": ReportKind(build=build_green_report, calendar="month"),
    "standing-log": ReportKind(build=build_standing_log, calendar="month"),
    "sampling-register": ReportKind(build=build_sampling_register, calendar="month"),
    "material-entry": ReportKind(build=build_material_entry, calendar="month"),
    "supervision-notice": ReportKind(build=case_document("notice", "notice", "issue"), subject="case"),
    "notice-reply": ReportKind(build=case_document("reply", "notice", "reply"), subject="case"),
    "suspension-order": ReportKind(build=case_document("suspension", "stop", "issue"), subject="case"),
    "resumption-order": ReportKind(build=case_document("resumption", "stop", "lift"), subject="case"),
    "ncr": ReportKind(build=case_document("ncr", "ncr"), subject="case"),
    "inspection-request": ReportKind(build=case_document("request", "request"), subject="case"),
    "inspection-lot": ReportKind(build=build_inspection_lot, subject="lot"),
    "sign-off-register": ReportKind(build=build_sign_off_register),
}
