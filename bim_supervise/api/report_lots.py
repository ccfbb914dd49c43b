"""The record of one inspection lot (检验批): its checks, pass rates, points and judgement."""

from __future__ import annotations

from bim_supervise.api.report_cases import course_table
from bim_supervise.api.reports import Making
from bim_supervise.report.document import Column, Document, Fields, Heading, Signatures, Table


def build_inspection_lot(making: Making) -> Document:
    """The record of the lot that the subject names."""
    t, words = making.words.text, making.words
    lot = making.project.lot(making.subject or "")
    language = words.language
    titles = {check.id: check.title.get(language) or check.id for check in lot.template.checks}
    checks = {check.id: check for check in lot.template.checks}
    return Document(
        title=t("lot.title"),
        form=t("form.lot"),
        origin=making.origin,
        landscape=True,
        blocks=[
            Fields(
                rows=[
                    (t("case.number"), lot.case.id),
                    (t("case.name"), lot.case.title),
                    (t("lot.template"), lot.template.title.get(language) or lot.template.id),
                    (t("case.state"), words.named("case_state", lot.case.state)),
                    (t("lot.elements"), len(lot.case.elements)),
                    (t("lot.size"), lot.size),
                    (t("lot.renews"), lot.renews),
                    (t("lot.renewed_by"), lot.renewed_by),
                ]
            ),
            Heading(text=t("lot.checks")),
            Table(
                name=t("lot.checks"),
                columns=[
                    Column(title=t("lot.check"), width=2.2),
                    Column(title=t("lot.kind"), width=0.7),
                    Column(title=t("lot.limits"), width=1.1),
                    Column(title=t("lot.points"), width=0.7, digits=0),
                    Column(title=t("lot.least"), width=0.7, digits=0),
                    Column(title=t("lot.passed"), width=0.7, digits=0),
                    Column(title=t("lot.rate"), width=0.8, digits=1, unit="%"),
                    Column(title=t("lot.worst"), width=0.8, digits=2),
                    Column(title=t("lot.judgement"), width=0.9),
                    Column(title=t("lot.clause"), width=1.6),
                ],
                rows=[
                    (
                        titles.get(row.check, row.check),
                        t("lot.dominant" if checks[row.check].dominant else "lot.general")
                        if row.check in checks
                        else None,
                        _limits(row.lower, row.upper, checks[row.check].unit if row.check in checks else ""),
                        row.points,
                        row.least,
                        row.passed,
                        None if row.rate is None else row.rate * 100,
                        row.worst,
                        words.named("judgement", row.judgement.value),
                        checks[row.check].clause if row.check in checks else "",
                    )
                    for row in lot.result.checks
                ],
                empty=t("document.nothing"),
                source=t("lot.source"),
            ),
            Heading(text=t("lot.measured")),
            Table(
                name=t("lot.measured"),
                columns=[
                    Column(title=t("lot.check"), width=2),
                    Column(title=t("lot.element"), width=2),
                    Column(title=t("lot.value"), digits=2),
                    Column(title=t("lot.result")),
                ],
                rows=[
                    (
                        titles.get(point.check, point.check),
                        point.element,
                        point.value,
                        words.named("judgement", point.result) if point.result else None,
                    )
                    for point in lot.points
                ],
                empty=t("lot.points_empty"),
            ),
            Heading(text=t("case.course")),
            course_table(making, lot.case.notes),
            Signatures(labels=[t("case.sign_contractor"), t("case.sign_supervisor")]),
        ],
    )


def _limits(lower: float | None, upper: float | None, unit: str) -> str | None:
    if lower is None and upper is None:
        return None
    if lower is not None and upper is not None and lower == -upper:
        return f"±{upper:g} {unit}".strip()
    parts = (f"{lower:g}" if lower is not None else "", f"{upper:g}" if upper is not None else "")
    return f"{parts[0]} … {parts[1]} {unit}".strip()
