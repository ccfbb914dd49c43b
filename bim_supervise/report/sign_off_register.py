"""The register of sign-offs (签认登记表): every entry of a period, in the order of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bim_supervise.report.document import Column, Document, Fields, Heading, Origin, Paragraph, Table
from bim_supervise.report.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOffLine:
    """One sign-off of the register; ``time`` is aware."""

    sequence: int
    time: datetime
    checkpoint: str
    task: str | None
    signer: str
    capacity: str
    decision: str
    reason: str
    counts: bool
    hash: str


def sign_off_register(lines: Sequence[SignOffLine], period: str, origin: Origin, words: Words) -> Document:
    """The document; ``period`` is printed as given."""
    t = words.text
    counting = sum(line.counts for line in lines)
    accepted = sum(line.decision == "accept" for line in lines)
    return Document(
        title=t("sign_offs.title"),
        form=t("sign_offs.form"),
        origin=origin,
        landscape=True,
        blocks=[
            Paragraph(text=period),
            Table(
                name=t("sign_offs.table"),
                columns=[
                    Column(title=t("sign_offs.sequence"), width=0.5, digits=0),
                    Column(title=t("sign_offs.time"), width=1.2),
                    Column(title=t("sign_offs.checkpoint"), width=1.9),
                    Column(title=t("sign_offs.task"), width=1.6),
                    Column(title=t("sign_offs.signer"), width=1.0),
                    Column(title=t("sign_offs.capacity"), width=1.3),
                    Column(title=t("sign_offs.decision"), width=0.8),
                    Column(title=t("sign_offs.reason"), width=2.2),
                    Column(title=t("sign_offs.counts"), width=0.7),
                    Column(title=t("sign_offs.hash"), width=1.4),
                ],
                rows=[
                    (
                        line.sequence, line.time, line.checkpoint, line.task, line.signer,
                        words.named("capacity", line.capacity), words.named("decision", line.decision),
                        line.reason, line.counts, line.hash[:16],
                    )
                    for line in lines
                ],
                empty=t("sign_offs.empty"),
                source=t("sign_offs.source"),
            ),
            Heading(text=t("sign_offs.summary")),
            Fields(
                rows=[
                    (t("sign_offs.total"), len(lines)),
                    (t("sign_offs.accepted"), accepted),
                    (t("sign_offs.rejected"), len(lines) - accepted),
                    (t("sign_offs.not_counting"), len(lines) - counting),
                ]
            ),
            Paragraph(text=t("sign_offs.note"), note=True),
        ],
    )  # fmt: skip
