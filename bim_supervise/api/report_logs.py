"""Registers of what people and devices stated: standing supervision, witnessed samples, deliveries."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from bim_supervise.api.reports import Making
from bim_supervise.report.document import Column, Document, Heading, Paragraph, Signatures, Table, Value
from bim_supervise.tracking.state import Fact


class Subjects:
    """Names of what statements are about."""

    def __init__(self, making: Making) -> None:
        self._tasks = {
            row.id: f"{row.wbs} {row.name}" if row.wbs else f"{row.name} ({row.id})"
            for row in making.project.tasks()
        }
        self._elements = {row.global_id: row.name or row.ifc_class for row in making.project.elements()}

    def name(self, subject: str) -> str:
        """A task with its code, an element with its GlobalId; the id alone where it is unknown."""
        known = self._elements.get(subject)
        return self._tasks.get(subject) or (f"{known} ({subject})" if known else subject)


def build_standing_log(making: Making) -> Document:
    """Every standing supervision (旁站) of the period, with beginning, end, length and notes."""
    t, words = making.words.text, making.words
    subjects = Subjects(making)
    people = _names(making)
    stands = _stands(making.facts_of("standing_started", "standing_ended", "standing_note"))
    rows: list[tuple[Value, ...]] = []
    for began, ended, notes in stands:
        first = began or ended
        if first is None or not making.within(first.event_time):
            continue
        hours = (ended.event_time - began.event_time).total_seconds() / 3600 if began and ended else None
        said = words.text("document.listed_by").join(
            remark
            for fact in (began, *notes, ended)
            if fact and (remark := str(fact.payload.get("remark") or ""))
        )
        rows.append(
            (
                subjects.name(first.subject),
                began.event_time if began else None,
                ended.event_time if ended else t("log.running"),
                hours,
                people.get(first.reporter, first.reporter),
                said,
            )
        )
    table = Table(
        name=t("log.standing_title"),
        columns=[
            Column(title=t("log.subject"), width=2.2),
            Column(title=t("log.began"), width=1.3),
            Column(title=t("log.ended"), width=1.3),
            Column(title=t("log.length"), width=0.8, digits=2, unit="h"),
            Column(title=t("log.person"), width=1.0),
            Column(title=t("log.notes"), width=3.0),
        ],
        rows=rows,
        empty=t("log.empty"),
        source=t("log.source"),
    )
    return _register(making, "log.standing_title", "form.standing", table)


def build_sampling_register(making: Making) -> Document:
    """Every specimen: taken, witnessed, and what the laboratory reported (见证取样)."""
    t = making.words.text
    subjects, people = Subjects(making), _names(making)
    samples: dict[tuple[str, str], dict[str, Fact]] = defaultdict(dict)
    for fact in making.facts_of("sample_taken", "sample_witnessed", "lab_report"):
        samples[fact.subject, str(fact.payload.get("sample") or "")][fact.kind] = fact
    rows: list[tuple[Value, ...]] = []
    for (subject, number), facts in samples.items():
        if not any(making.within(fact.event_time) for fact in facts.values()):
            continue
        taken, seen, report = (facts.get(kind) for kind in ("sample_taken", "sample_witnessed", "lab_report"))
        any_fact = next(iter(facts.values()))
        rows.append(
            (
                number or None,
                subjects.name(subject),
                str(any_fact.payload.get("test") or any_fact.payload.get("item") or ""),
                taken.event_time if taken else None,
                people.get(taken.reporter, taken.reporter) if taken else None,
                seen.event_time if seen else None,
                people.get(seen.reporter, seen.reporter) if seen else None,
                str(report.payload.get("report") or "") if report else None,
                str(report.payload.get("laboratory") or "") if report else None,
                making.words.named("judgement", str(report.value)) if report else None,
            )
        )
    table = Table(
        name=t("log.sampling_title"),
        columns=[
            Column(title=t("log.sample")),
            Column(title=t("log.subject"), width=1.8),
            Column(title=t("log.item")),
            Column(title=t("log.taken"), width=1.2),
            Column(title=t("log.taken_by")),
            Column(title=t("log.witnessed"), width=1.2),
            Column(title=t("log.witnessed_by")),
            Column(title=t("log.report")),
            Column(title=t("log.laboratory")),
            Column(title=t("log.result"), width=0.8),
        ],
        rows=rows,
        empty=t("log.empty"),
        source=t("log.source"),
    )
    return _register(making, "log.sampling_title", "form.sampling", table)


def build_material_entry(making: Making) -> Document:
    """Every element or component that was stated to be delivered in the period."""
    t, words = making.words.text, making.words
    people = _names(making)
    elements = {row.global_id: row for row in making.project.elements()}
    rows: list[tuple[Value, ...]] = []
    for fact in making.facts_of("delivered"):
        if not making.within(fact.event_time):
            continue
        row = elements.get(fact.subject)
        rows.append(
            (
                fact.event_time,
                (row.name or "") if row else "",
                row.ifc_class if row else None,
                row.tag if row else None,
                row.material if row else None,
                row.storey if row else None,
                fact.subject,
                people.get(fact.reporter, fact.reporter),
                fact.authenticated,
            )
        )
    table = Table(
        name=t("log.material_title"),
        columns=[
            Column(title=t("log.time"), width=1.2),
            Column(title=t("log.element"), width=1.6),
            Column(title=t("log.class"), width=1.2),
            Column(title=t("log.tag")),
            Column(title=t("log.material"), width=1.3),
            Column(title=t("log.storey")),
            Column(title="GlobalId", width=1.5),
            Column(title=words.text("log.person")),
            Column(title=t("log.authenticated"), width=0.7),
        ],
        rows=rows,
        empty=t("log.empty"),
        source=t("log.source"),
    )
    return _register(making, "log.material_title", "form.material", table)


def _register(making: Making, title: str, form: str, table: Table) -> Document:
    t = making.words.text
    return Document(
        title=t(title),
        form=t(form),
        origin=making.origin,
        landscape=True,
        blocks=[
            Paragraph(text=making.period),
            table,
            Heading(text=""),
            Signatures(labels=[t("case.sign_contractor"), t("case.sign_supervisor")]),
        ],
    )


def _names(making: Making) -> dict[str, str]:
    return {user.name: user.display_name or user.name for user in making.project.users()}


Stand = tuple[Fact | None, Fact | None, list[Fact]]


def _stands(facts: list[Fact]) -> list[Stand]:
    """Beginnings with the ends that follow them, per subject and person; an end alone is kept, too."""
    open_stands: dict[tuple[str, str], tuple[Fact, list[Fact]]] = {}
    made: list[Stand] = []
    for fact in sorted(facts, key=lambda item: (item.event_time, item.kind != "standing_started")):
        key = (fact.subject, fact.reporter)
        if fact.kind == "standing_started":
            if key in open_stands:
                began, notes = open_stands.pop(key)
                made.append((began, None, notes))
            open_stands[key] = (fact, [])
        elif fact.kind == "standing_note" and key in open_stands:
            open_stands[key][1].append(fact)
        elif fact.kind == "standing_ended":
            start, said = open_stands.pop(key, (None, []))
            made.append((start, fact, said))
    made += [(began, None, notes) for began, notes in open_stands.values()]
    return sorted(made, key=lambda stand: _first(stand))


def _first(stand: Stand) -> datetime:
    began, ended, _ = stand
    fact = began or ended
    assert fact is not None
    return fact.event_time
