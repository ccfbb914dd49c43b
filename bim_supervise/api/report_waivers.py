"""The waivers in force: every document of the site says what was let through, and until when."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bim_supervise.inspection.holds import waived_until
from bim_supervise.report.document import Block, Column, Document, Heading, Signatures, Table, Value

if TYPE_CHECKING:
    from bim_supervise.api.reports import Making


def waivers_in_force(making: Making) -> Table:
    """Each waiver that holds at the moment of the document, with its reason and its last day."""
    t = making.words.text
    rows: list[tuple[Value, ...]] = [
        (
            case.id,
            making.words.text("document.listed_by").join(case.checkpoints),
            case.notes[0].text,
            case.author,
            case.opened_at,
            str(case.notes[0].data["expires"]),
        )
        for case in making.project.cases("waiver", standing=True, as_of=making.moment)
        if making.moment < waived_until(case.notes[0].data, making.project.zone)
    ]
    return Table(
        name=t("periodic.waivers"),
        columns=[
            Column(title=t("case.number")),
            Column(title=t("case.checkpoints"), width=1.4),
            Column(title=t("case.words"), width=2.4),
            Column(title=t("case.author")),
            Column(title=t("case.opened"), width=1.2),
            Column(title=t("periodic.expires")),
        ],
        rows=rows,
        empty=t("periodic.waivers_empty"),
    )


def with_waivers(document: Document, making: Making) -> Document:
    """A document that names the waivers in force, before its signatures, if it does not name them yet."""
    table = waivers_in_force(making)
    blocks = list(document.blocks)
    told = any(isinstance(block, Table) and block.name == table.name for block in blocks)
    if told or not table.rows:
        return document
    place = next((n for n, block in enumerate(blocks) if isinstance(block, Signatures)), len(blocks))
    added: list[Block] = [Heading(text=table.name), table]
    return replace(document, blocks=[*blocks[:place], *added, *blocks[place:]])
