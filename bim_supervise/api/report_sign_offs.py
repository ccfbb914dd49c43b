"""The register of sign-offs, gathered."""

from __future__ import annotations

from bim_supervise.api.reports import Making
from bim_supervise.report.document import Document
from bim_supervise.report.sign_off_register import SignOffLine, sign_off_register


def build_sign_off_register(making: Making) -> Document:
    """All sign-offs of the period, oldest first."""
    project, language = making.project, making.words.language
    titles = {item.id: item for item in project.checkpoints()}
    lines = []
    for view in reversed(project.sign_offs()):
        if not making.within(view.time) or view.time > making.moment:
            continue
        checkpoint = titles.get(view.checkpoint)
        title = checkpoint.title.get(language) if checkpoint else None
        lines.append(
            SignOffLine(
                sequence=view.sequence,
                time=view.time,
                checkpoint=f"{view.checkpoint} {title}" if title else view.checkpoint,
                task=checkpoint.task_name if checkpoint else None,
                signer=view.signer_name,
                capacity=view.capacity,
                decision=view.decision,
                reason=view.reason,
                counts=view.counts,
                hash=view.hash,
            )
        )
    return sign_off_register(lines, making.period, making.origin, making.words)
