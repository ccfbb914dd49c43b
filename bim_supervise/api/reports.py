"""Documents: what is asked for, gathered from the project and written as PDF or XLSX."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from bim_supervise.api.base import ProjectBase
from bim_supervise.api.permissions import Action
from bim_supervise.api.report_waivers import with_waivers
from bim_supervise.core.catalogue import LANGUAGES
from bim_supervise.core.clock import epoch_ms
from bim_supervise.core.errors import InputRefused
from bim_supervise.core.whole_file import write_whole
from bim_supervise.report.document import Document, Origin
from bim_supervise.report.words import Words
from bim_supervise.report.write_pdf import write_pdf
from bim_supervise.report.write_xlsx import write_xlsx
from bim_supervise.tracking.state import Fact

if TYPE_CHECKING:
    from bim_supervise.api.project import Project

FORMATS = (".pdf", ".xlsx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """All that a kind of document is made from.

    ``moment`` is the state of knowledge (aware); ``first_day`` and ``last_day`` are site days, both
    inclusive; ``subject`` is the id of what the document is about, where it is about one thing.
    """

    project: Project
    words: Words
    origin: Origin
    moment: datetime
    first_day: date
    last_day: date
    subject: str | None

    @property
    def period(self) -> str:
        """The period as it is printed."""
        return self.words.text(
            "document.period", first=self.words.day(self.first_day), last=self.words.day(self.last_day)
        )

    def within(self, instant: datetime) -> bool:
        """Whether an instant lies on a day of the period."""
        return self.first_day <= self.words.wall(instant).date() <= self.last_day

    def on_day(self, day: date) -> Making:
        """The same for one day."""
        return replace(self, first_day=day, last_day=day)

    def facts_of(self, *kinds: str) -> list[Fact]:
        """Statements known at the moment, of these kinds or of all, oldest first."""
        return self.project.stated(self.moment, kinds)

    def extremes(self, device: str, kind: str, start: datetime, end: datetime) -> tuple[float, float]:
        """Lowest and highest single reading of a series in a time in which it has any."""
        return self.project.extremes(device, kind, start, end)


Builder = Callable[[Making], Document]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportKind:
    """A kind of document.

    Args:
        build: gathers and arranges it.
        days: how many days its period has unless told otherwise; None for the whole ledger.
        calendar: the period ends with ``last_day`` and begins with its ``week`` or ``month``.
        subject: what it is about must be named, e.g. ``task``; empty where it is about the project.
        action: what a person must be allowed to do to read it.
    """

    build: Builder
    days: int | None = None
    calendar: str = ""
    subject: str = ""
    action: Action = Action.VIEW


class Reports(ProjectBase):
    """Documents out of the project."""

    def report_kinds(self) -> dict[str, ReportKind]:
        """Every kind of document by its name."""
        from bim_supervise.api.report_kinds import KINDS

        return KINDS

    def report(
        self,
        kind: str,
        out: str | Path,
        *,
        language: str = "zh",
        first_day: date | None = None,
        last_day: date | None = None,
        subject: str | None = None,
        as_of: str | date | datetime | None = None,
    ) -> dict[str, Any]:
        """Write a document; the ending of the file says whether it is a PDF or a workbook.

        Raises:
            InputRefused: ``report_kind_unknown``, ``report_format_unknown``, ``report_subject_missing``,
                ``report_days``, ``language_unknown`` or ``file_not_writable``.
        """
        target = Path(out).expanduser()
        suffix = target.suffix.lower()
        data = self.report_bytes(
            kind, suffix, language=language, first_day=first_day, last_day=last_day, subject=subject,
            as_of=as_of,
        )  # fmt: skip
        write_whole(target, [data])
        return {"file": str(target), "kind": kind, "bytes": len(data)}

    def report_bytes(
        self,
        kind: str,
        suffix: str,
        *,
        language: str = "zh",
        first_day: date | None = None,
        last_day: date | None = None,
        subject: str | None = None,
        as_of: str | date | datetime | None = None,
    ) -> bytes:
        """A document as bytes, for a download; ``suffix`` is ``.pdf`` or ``.xlsx``."""
        kinds = self.report_kinds()
        if kind not in kinds:
            raise InputRefused(
                "report_kind_unknown",
                f"There is no document '{kind}'.",
                f"Use one of {', '.join(kinds)}.",
                kind=kind,
                known=list(kinds),
            )
        if suffix not in FORMATS:
            raise InputRefused(
                "report_format_unknown",
                f"A document cannot be written as '{suffix}'.",
                "Let the name of the file end in .pdf or .xlsx.",
                suffix=suffix,
            )
        if language not in LANGUAGES:
            raise InputRefused(
                "language_unknown", f"There is no language '{language}'.", "Use zh or en.", language=language
            )
        chosen = kinds[kind]
        if chosen.subject and not subject:
            raise InputRefused(
                "report_subject_missing",
                f"The document '{kind}' needs to know which {chosen.subject} it is about.",
                "Pass --subject with its id.",
                kind=kind,
                subject=chosen.subject,
            )
        moment = self.moment(as_of)
        last = last_day or moment.astimezone(self.zone).date()
        first = first_day or self._first_day(chosen, last)
        if last < first:
            raise InputRefused(
                "report_days",
                f"The period would end on {last}, before it begins on {first}.",
                "Swap the days or correct one.",
                first_day=str(first),
                last_day=str(last),
            )
        words = Words(
            language=language, zone=self.zone, currency=self.info().currency, catalogue=self.catalogue()
        )
        making = Making(
            project=cast("Project", self),
            words=words,
            origin=self._origin(words, moment),
            moment=moment,
            first_day=first,
            last_day=last,
            subject=subject,
        )
        document = with_waivers(chosen.build(making), making)
        return write_pdf(document, words) if suffix == ".pdf" else write_xlsx(document, words)

    def stated(self, moment: datetime, kinds: Sequence[str] = ()) -> list[Fact]:
        """Statements up to a moment, of these kinds or of all, oldest first."""
        with self._store.reading() as work:
            return work.facts(until=moment, kinds=kinds or None)

    def extremes(self, device: str, kind: str, start: datetime, end: datetime) -> tuple[float, float]:
        """Lowest and highest single reading of a series in a time in which it has any."""
        spec = self.kinds[kind]
        with self._store.reading() as work:
            windows = [
                item for item in work.windows(device, kind, epoch_ms(start), epoch_ms(end)) if item.count
            ]
        return (
            min(item.minimum for item in windows) * spec.resolution,
            max(item.maximum for item in windows) * spec.resolution,
        )

    def _first_day(self, kind: ReportKind, last: date) -> date:
        if kind.calendar == "week":
            return last - timedelta(days=last.weekday())
        if kind.calendar == "month":
            return last.replace(day=1)
        if kind.days is not None:
            return last - timedelta(days=kind.days - 1)
        with self._store.reading() as work:
            first = next(work.entries(), None)
        if first is None:
            return last
        signed = datetime.fromisoformat(json.loads(first.data)["time"])
        return min(last, signed.astimezone(self.zone).date())

    def _origin(self, words: Words, moment: datetime) -> Origin:
        with self._store.reading() as work:
            head = work.ledger_head()
            model = work.current_model()
            plan = work.current_schedule()
            record = work.project()
        parts = [
            words.text("document.source_model", file=model.file_name, sha256=model.sha256[:12])
            if model
            else words.text("document.source_no_model"),
            words.text("document.source_plan", name=plan.name)
            if plan
            else words.text("document.source_no_plan"),
            words.text("document.source_evidence", moment=words.moment(record.last_received))
            if record.last_received
            else words.text("document.source_no_evidence"),
        ]
        return Origin(
            project=record.name,
            as_of=moment,
            made_at=self._clock(),
            source=words.text("document.listed_by").join(parts),
            ledger_entries=head.entries,
            ledger_head=head.hash,
        )
