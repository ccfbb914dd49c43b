"""Documents about one case: notice, reply, suspension, resumption, non-conformance, inspection request."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bim_supervise.api.case_views import CaseNoteView, CaseView
from bim_supervise.api.reports import Making
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.report.document import (
    Block,
    Column,
    Document,
    Fields,
    Heading,
    Paragraph,
    Picture,
    Signatures,
    Table,
    Value,
)

_MOST_ELEMENTS = 40
_SIGNERS = {
    "notice": ("case.sign_supervisor",),
    "reply": ("case.sign_contractor", "case.sign_supervisor"),
    "suspension": ("case.sign_chief", "case.sign_contractor"),
    "resumption": ("case.sign_chief", "case.sign_contractor", "case.sign_owner"),
    "ncr": ("case.sign_contractor", "case.sign_supervisor"),
    "request": ("case.sign_contractor", "case.sign_supervisor"),
}


def case_document(form: str, kind: str, *actions: str) -> Callable[[Making], Document]:
    """The builder of a document about one case.

    Args:
        form: its name in the documents' catalogue.
        kind: of which kind the case must be.
        actions: the steps that the document is about; it says so where none has been taken yet. Without
            any it tells the whole case.
    """

    def build(making: Making) -> Document:
        case = _case(making, kind)
        told = [note for note in case.notes if not actions or note.action in actions]
        t = making.words.text
        content: list[Block] = [
            Paragraph(text=f"{making.words.cell(note.at)}  {note.user_name}: {note.text}") for note in told
        ] or [Paragraph(text=t("case.not_yet", step=making.words.named("case_step", actions[0])))]
        return Document(
            title=t(f"case.{form}"),
            form=t(f"form.{form}"),
            origin=making.origin,
            blocks=[
                _head(making, case),
                Heading(text=t("case.content")),
                *content,
                Heading(text=t("case.course")),
                course_table(making, case.notes),
                Paragraph(text=t("case.entry_note"), note=True),
                *case_pictures(making, case, told),
                Signatures(labels=[t(key) for key in _SIGNERS[form]]),
            ],
        )

    return build


def _case(making: Making, kind: str) -> CaseView:
    found = next(
        (
            case
            for case in making.project.cases(kind, as_of=making.moment)
            if making.subject and case.id.lower() == making.subject.lower()
        ),
        None,
    )
    if found is None:
        case = making.project.case(making.subject or "")
        if case.kind == kind:
            raise NotFound(
                "case_unknown", f"There is no case '{case.id}'.", "Choose one of the list.", case=case.id
            )
        raise InputRefused(
            "report_case_kind",
            f"{case.id} is a case of the kind '{case.kind}', not '{kind}'.",
            "Choose the document of its kind.",
            case=case.id,
            kind=case.kind,
            wanted=kind,
        )
    return found


def _head(making: Making, case: CaseView) -> Fields:
    words = making.words
    project = making.project
    between = words.text("document.listed_by")
    tasks = {row.id: row.name for row in project.tasks()} if case.tasks else {}
    elements = {row.global_id: row for row in project.elements()} if case.elements else {}
    named = []
    for key in case.elements[:_MOST_ELEMENTS]:
        row = elements.get(key)
        named.append(f"{(row.name or row.ifc_class) if row else ''} {key}".strip())
    if len(case.elements) > _MOST_ELEMENTS:
        named.append(f"+{len(case.elements) - _MOST_ELEMENTS}")
    at = case.notes[0].data.get("inspection_at")
    rows: list[tuple[str, Value]] = [
        ("number", case.id),
        ("name", case.title),
        ("state", words.named("case_state", case.state)),
        ("author", case.author),
        ("opened", case.opened_at),
        ("due", case.due),
        ("inspection_at", words.instant(str(at)) if at else None),
        ("ended", case.ended_at),
        ("tasks", between.join(tasks.get(key, key) for key in case.tasks)),
        ("checkpoints", between.join(case.checkpoints)),
        ("elements", between.join(named)),
    ]
    optional = {"due", "inspection_at", "tasks", "checkpoints", "elements"}
    return Fields(
        rows=[(words.text(f"case.{key}"), value) for key, value in rows if value or key not in optional]
    )


def course_table(making: Making, notes: Sequence[CaseNoteView]) -> Table:
    """What happened in a case, step by step."""
    t = making.words.text
    return Table(
        name=t("case.course"),
        columns=[
            Column(title=t("case.time"), width=1.3),
            Column(title=t("case.step")),
            Column(title=t("case.person")),
            Column(title=t("case.capacity"), width=1.3),
            Column(title=t("case.words"), width=3.0),
            Column(title=t("case.entry"), width=0.8, digits=0),
        ],
        rows=[
            (
                note.at,
                making.words.named("case_step", note.action),
                str(note.data.get("bcf_author") or note.user_name),
                making.words.named("capacity", note.capacity),
                note.text,
                note.entry,
            )
            for note in notes
        ],
        empty=t("document.nothing"),
    )


def case_pictures(making: Making, case: CaseView, notes: Sequence[CaseNoteView]) -> list[Picture]:
    """The photos of notes."""
    made = []
    for note in notes:
        for digest in note.files:
            data, media_type = making.project.attachment(digest)
            if media_type.startswith("image/"):
                made.append(
                    Picture(
                        data=data,
                        sha256=digest,
                        caption=making.words.text(
                            "case.photo",
                            case=case.id,
                            step=making.words.named("case_step", note.action),
                            person=note.user_name,
                            time=making.words.moment(note.at),
                        ),
                    )
                )
    return made
