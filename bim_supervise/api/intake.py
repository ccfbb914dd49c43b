"""Bringing evidence in: files, messages and what people report. One transaction a batch, judged inside it."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bim_supervise.api.base import EVIDENCE, PLAN, ProjectBase, existing_file
from bim_supervise.api.intake_stats import IntakeFigures, IntakeStats, lag_s
from bim_supervise.api.live import LiveJudgement
from bim_supervise.api.people import People
from bim_supervise.api.people_protection import PEOPLE, forget_daily
from bim_supervise.checkpoints.registry import Registry
from bim_supervise.config import Settings
from bim_supervise.core.child import Progress
from bim_supervise.core.clock import Clock, to_utc
from bim_supervise.core.collector import collector_held
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.events.batches import joined, named
from bim_supervise.events.fast_messages import fast_messages
from bim_supervise.events.instruments import Instrument, carried
from bim_supervise.events.mapping import DEFAULT_MAPPING, ObservationMapping, read_mapping
from bim_supervise.events.normalise import normalise
from bim_supervise.events.observations import Batch, Observation, SubjectType
from bim_supervise.events.rows import Row
from bim_supervise.events.senders import Permission, permitted
from bim_supervise.events.sources_aemp import fleet_batches, is_fleet
from bim_supervise.events.sources_file import read_batches
from bim_supervise.events.sources_formats import FORMATS
from bim_supervise.events.sources_mqtt import decode_messages
from bim_supervise.events.sources_parquet import is_parquet, parquet_batches
from bim_supervise.events.tracks import pseudonym
from bim_supervise.store.store import Store
from bim_supervise.store.work import Work
from bim_supervise.tracking.links import normal_name

MOST_REJECTS = 1000
"""How many rejected rows a report lists; the count is always complete."""
_PHOTO_TYPES = ("image/jpeg", "image/png", "image/webp", "image/heic")
_LARGEST_PHOTO = 20 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReport:
    """What a person on site says about a task; times are naive site wall time, None = not said.

    ``quantity`` is the total done so far, in the task's unit; ``percent`` 0..100. ``photos`` are (name, media
    type, bytes).
    """

    task: str
    started: datetime | None = None
    finished: datetime | None = None
    quantity: float | None = None
    percent: float | None = None
    remark: str = ""
    photos: Sequence[tuple[str, str, bytes]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Rows that came in together: how they are read, and who vouches for them.

    ``permission`` bounds what an authenticated sender may say; None bounds nothing. ``messages`` are (topic,
    payload) pairs that describe themselves, given instead of ``rows``: the common ones need no row at all.
    """

    source: str
    rows: Iterable[tuple[int, Row]] = ()
    mapping: ObservationMapping = DEFAULT_MAPPING
    messages: Sequence[tuple[str, bytes]] = ()
    authenticated: bool = False
    permission: Permission | None = None
    reporter: str = ""


class Counters:
    """What became of everything that came in."""

    def __init__(self, *, most_rejects: int | None = MOST_REJECTS) -> None:
        self.read = self.stored = self.duplicates = self.conflicts = 0
        self._most = most_rejects
        self.rejected: list[dict[str, Any]] = []
        self.reasons: Counter[str] = Counter()

    def add(self, batch: Batch, stored: int, duplicates: int, conflicts: int) -> None:
        """Count one batch."""
        self.read += batch.read
        self.stored += stored
        self.duplicates += duplicates
        self.conflicts += conflicts
        self.reasons.update(item.reason for item in batch.rejected)
        room = None if self._most is None else self._most - len(self.rejected)
        self.rejected += [{"line": item.line, "reason": item.reason} for item in batch.rejected[:room]]

    def as_dict(self) -> dict[str, Any]:
        """The report of ``observe`` and ``listen``."""
        return {
            "read": self.read,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "conflicts": self.conflicts,
            "rejected": self.rejected,
            "rejected_count": self.reasons.total(),
            "rejected_reasons": dict(self.reasons.most_common()),
        }


class Intake(LiveJudgement, People, ProjectBase):
    """Observations in, judged in the same transaction."""

    def __init__(self, settings: Settings, store: Store, registry: Registry, clock: Clock) -> None:
        super().__init__(settings, store, registry, clock)
        self._known_names: tuple[int, ProjectNames] | None = None
        self.intake = IntakeStats()
        """What has come in since this process opened the project."""

    def intake_figures(self) -> IntakeFigures:
        """Throughput, lag, backlog and rejects of this process's intake."""
        return self.intake.figures()

    def observe(
        self,
        paths: Sequence[str | Path],
        *,
        mapping: str | Path | None = None,
        authenticated: bool = False,
        on_progress: Progress | None = None,
    ) -> dict[str, Any]:
        """Replay files of observations.

        Args:
            paths: CSV, JSON-lines or Parquet files, or ISO 15143-3 snapshots in XML.
            mapping: YAML that says which column is what; without it the rows describe themselves, and
                snapshots are read as the standard says.
            authenticated: whether somebody vouches for the files: only then may they prove or release.
            on_progress: called with the file name and the share read.

        Raises:
            NotFound: ``file_missing``.
            InputRefused: a wrong mapping or a missing column; nothing of that file was stored.
        """
        files = [existing_file(path) for path in paths]
        given = read_mapping(existing_file(mapping)) if mapping else None
        counters = Counters()
        for file in files:
            chosen = given or (FORMATS["aemp"].mapping if is_fleet(file) else DEFAULT_MAPPING)

            def report(share: float, name: str = file.name) -> None:
                if on_progress:
                    on_progress(name, share)

            read = fleet_batches if is_fleet(file) else parquet_batches if is_parquet(file) else read_batches
            for rows in read(file, chosen, on_progress=report):
                self._take_rows(rows, chosen, "file", counters, authenticated=authenticated)
            report(1.0)
        return counters.as_dict()

    def report_work(self, user: str, report: WorkReport) -> dict[str, Any]:
        """Store what a person says about a task, with photos.

        Raises:
            PermissionRefused: ``not_appointed``.
            InputRefused: ``report_empty``, ``report_in_future``, ``report_finish_before_start``,
                ``quantity_negative``, ``percent_out_of_range`` or ``photo_refused``.
            NotFound: ``task_unknown``.
        """
        self.require(user, "report_work")
        now = self.now()
        facts = self._report_facts(user, report, now)
        with self._write(EVIDENCE) as work:
            schedule = work.current_schedule()
            task = (
                next((item for item in schedule.tasks if item.id == report.task), None) if schedule else None
            )
            if task is None:
                raise NotFound(
                    "task_unknown", f"There is no task '{report.task}'.", "Choose a task.", task=report.task
                )
            digests = [
                work.add_attachment(data, media_type, name, self._clock()).sha256
                for name, media_type, data in report.photos
            ]
            remark = readable(report.remark)
            shared = {
                **({"remark": remark} if remark else {}),
                **({"photos": digests} if digests else {}),
            }
            complete = [
                replace(
                    fact,
                    payload={**shared, **_correction(work, fact)},
                    unit=(task.unit or "") if fact.kind == "quantity_reported" else fact.unit,
                )
                for fact in facts
            ]
            added = work.add_facts(complete)
            self._note_receipt(work)
        return {"stored": added.stored, "duplicates": added.duplicates, "conflicts": added.conflicts}

    def set_site_now(self, moment: datetime) -> None:
        """Set the present of a replayed site; it never runs backwards."""
        with self._write(EVIDENCE) as work:
            _advance(work, moment)

    def _take_rows(
        self,
        rows: Iterable[tuple[int, Row]],
        mapping: ObservationMapping,
        source: str,
        counters: Counters,
        *,
        authenticated: bool,
        site_now: datetime | None = None,
    ) -> None:
        delivery = Delivery(rows=rows, mapping=mapping, source=source, authenticated=authenticated)
        self._take_in([delivery], counters, site_now=site_now)

    @collector_held()
    def _take_in(
        self,
        deliveries: Sequence[Delivery],
        counters: Counters,
        *,
        site_now: datetime | None = None,
        also: Callable[[Work], None] | None = None,
    ) -> None:
        """Store what came in together through one door, in one transaction; ``also`` runs inside it."""
        names = self._names()
        received = self.now()
        if site_now is not None and self.info().replay:
            received = max(received, site_now)
        source = deliveries[0].source
        batch = joined([self._read(delivery, names, received) for delivery in deliveries])
        if names.people:
            batch = replace(batch, readings=named(batch.readings, names.person))
        if names.instruments:
            batch = replace(batch, readings=carried(batch.readings, names.instruments))
        began = time.perf_counter()
        with self._write(EVIDENCE) as work:
            if also is not None:
                also(work)
            if site_now is not None:
                _advance(work, site_now)
            facts = work.add_facts(batch.facts)
            readings = work.add_readings(batch.readings, source, received, kinds=self.kinds)
            self._judge_touched(work, readings.touched, batch.facts)
            if names.people:
                forget_daily(work, received)
            self._note_receipt(work)
        took = time.perf_counter() - began
        stored, duplicates = facts.stored + readings.stored, facts.duplicates + readings.duplicates
        conflicts = facts.conflicts + readings.conflicts
        counters.add(batch, stored, duplicates, conflicts)
        self.intake.note(
            read=batch.read,
            stored=stored,
            duplicates=duplicates,
            conflicts=conflicts,
            rejected=Counter(item.reason for item in batch.rejected),
            lag_s=lag_s(batch, received),
            commit_s=took,
        )

    def _read(self, delivery: Delivery, names: ProjectNames, received: datetime) -> Batch:
        """A delivery normalised: the common messages in columns, everything else row by row."""
        parts: list[Batch] = []
        rows = delivery.rows
        if delivery.messages:
            fast, rest = fast_messages(
                delivery.messages,
                kinds=self.kinds,
                zone=self.zone,
                received=received,
                authenticated=delivery.authenticated,
                intervals=names.intervals,
            )
            parts.append(fast)
            rows = [(number, row) for number, message in rest for _, row in decode_messages([message])]
        if rows or not parts:
            parts.append(
                normalise(
                    rows,
                    delivery.mapping,
                    kinds=self.kinds,
                    zone=self.zone,
                    received=received,
                    source=delivery.source,
                    reporter=delivery.reporter,
                    authenticated=delivery.authenticated,
                    resolve=names,
                    intervals=names.intervals,
                )
            )
        return permitted(joined(parts), delivery.permission)

    def _names(self) -> ProjectNames:
        """Names of elements and tasks, read anew only when the plan has changed."""
        with self._lock, self._store.reading() as work:
            revision = int(work.setting(PLAN, 0))
            if self._known_names is None or self._known_names[0] != revision:
                self._known_names = (revision, ProjectNames(work))
            return self._known_names[1]

    def _note_receipt(self, work: Work) -> None:
        work.save_project(replace(work.project(), last_received=self._clock()))

    def _report_facts(self, user: str, report: WorkReport, now: datetime) -> list[Observation]:
        for photo in report.photos:
            check_photo(*photo)
        if report.quantity is not None and not 0 <= report.quantity < float("inf"):
            raise InputRefused(
                "quantity_negative",
                "A quantity cannot be negative.",
                "Type the total so far.",
                quantity=report.quantity,
            )
        if report.percent is not None and not 0 <= report.percent <= 100:
            raise InputRefused(
                "percent_out_of_range",
                "A percentage lies from 0 to 100.",
                "Correct it.",
                percent=report.percent,
            )
        started = to_utc(report.started, self.zone) if report.started else None
        finished = to_utc(report.finished, self.zone) if report.finished else None
        if started and finished and finished < started:
            raise InputRefused(
                "report_finish_before_start",
                "The finish lies before the start.",
                "Check the two times.",
                started=f"{report.started:%Y-%m-%d %H:%M}",
                finished=f"{report.finished:%Y-%m-%d %H:%M}",
            )
        for moment in (started, finished):
            if moment and moment > now + timedelta(minutes=5):
                raise InputRefused(
                    "report_in_future",
                    "An actual time lies in the future.",
                    "Report what has happened; planned times belong in the schedule.",
                    moment=f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M}",
                )
        said: list[tuple[str, datetime, float | None]] = []
        if started:
            said.append(("task_started", started, None))
        if finished:
            said.append(("task_finished", finished, None))
        if report.quantity is not None:
            said.append(("quantity_reported", now, report.quantity))
        if report.percent is not None:
            said.append(("percent_reported", now, report.percent))
        if not said and (report.remark.strip() or report.photos):
            said.append(("remark", now, None))
        if not said:
            raise InputRefused("report_empty", "The report says nothing.", "Fill in at least one field.")
        return [
            Observation(
                source="ui",
                reporter=user,
                kind=kind,
                subject_type=SubjectType.TASK,
                subject=report.task,
                event_time=moment,
                received_time=now,
                value=value,
                authenticated=True,
            )
            for kind, moment, value in said
        ]


def check_photo(name: str, media_type: str, data: bytes) -> None:
    """Refuse what is no photo.

    Raises:
        InputRefused: ``photo_refused``.
    """
    if media_type not in _PHOTO_TYPES or not 0 < len(data) <= _LARGEST_PHOTO:
        raise InputRefused(
            "photo_refused",
            f"'{name}' ({media_type}, {len(data) / 2**20:.1f} MiB) is no photo this project takes.",
            "Use JPEG, PNG, WebP or HEIC of at most 20 MiB.",
            name=name,
            media_type=media_type,
            mebibytes=f"{len(data) / 2**20:.1f}",
        )


def readable(text: str) -> str:
    """Typed text without control characters, which some databases refuse."""
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t").strip()


def _advance(work: Work, moment: datetime) -> None:
    """Set the present of a replayed site, never back."""
    record = work.project()
    if record.replay and (record.site_now is None or moment > record.site_now):
        work.save_project(replace(record, site_now=moment))


def _correction(work: Work, fact: Observation) -> dict[str, Any]:
    """What a person states about a start or finish replaces what they had stated about it before."""
    if fact.kind not in ("task_started", "task_finished"):
        return {}
    former = [
        known.id
        for known in work.facts(kinds=[fact.kind], subject=fact.subject)
        if known.reporter == fact.reporter
        and known.source == fact.source
        and known.event_time != fact.event_time
    ]
    return {"corrects": former} if former else {}


class ProjectNames:
    """Finds elements and tasks by the names that evidence uses; every id that bears a name."""

    def __init__(self, work: Work) -> None:
        self._elements: dict[str, list[str]] = defaultdict(list)
        self._tasks: dict[str, list[str]] = defaultdict(list)
        if work.current_model() is not None:
            for element in work.elements():
                if element.name:
                    self._elements[normal_name(element.name)].append(element.global_id)
        schedule = work.current_schedule()
        for task in schedule.tasks if schedule else ():
            self._tasks[normal_name(task.name)].append(task.id)
        people = work.setting(PEOPLE, None)
        self.people: tuple[str, ...] = tuple(people["tags"]) if people else ()
        self._people_secret: str = people["secret"] if people else ""
        self.instruments = tuple(
            Instrument(device=item.device, sender=item.sender, from_ms=item.from_ms, offsets=item.offsets)
            for item in work.instruments()
        )
        self.intervals: Mapping[str, float] = {
            device.id: device.expected_interval_s for device in work.devices()
        }

    def person(self, device: str) -> str:
        """The pseudonym of a person's tag; any other device's own id."""
        return pseudonym(device, self.people, self._people_secret)

    def element_ids(self, name: str) -> Sequence[str]:
        """GlobalIds of all elements with this name."""
        return self._elements.get(normal_name(name), ())

    def task_ids(self, name: str) -> Sequence[str]:
        """Ids of all tasks with this name."""
        return self._tasks.get(normal_name(name), ())
