"""Records of people on site: standing supervision, patrol, parallel inspection, samples, values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from bim_supervise.api.base import EVIDENCE
from bim_supervise.api.cases import Cases
from bim_supervise.api.intake import check_photo, readable
from bim_supervise.api.permissions import Action
from bim_supervise.core.clock import to_utc
from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.events.observations import Observation, SubjectType
from bim_supervise.store.work import Work

_RIGHTS: Mapping[str, Action] = {
    "standing_started": Action.RECORD_SUPERVISION,
    "standing_ended": Action.RECORD_SUPERVISION,
    "standing_note": Action.RECORD_SUPERVISION,
    "patrol": Action.RECORD_SUPERVISION,
    "parallel_inspection": Action.RECORD_SUPERVISION,
    "sample_witnessed": Action.RECORD_SUPERVISION,
    "inspected": Action.REPORT_WORK,
    "measured": Action.REPORT_WORK,
    "sample_taken": Action.REPORT_WORK,
    "lab_report": Action.REPORT_WORK,
    "remark": Action.REPORT_WORK,
}
RECORDS = tuple(_RIGHTS)
"""Kinds of record that a person can make."""
_RESULT = ("parallel_inspection", "inspected", "lab_report")
_SAMPLE = ("sample_taken", "sample_witnessed", "lab_report")


def record_right(kind: str) -> str:
    """The permission that a kind of record asks for."""
    return _RIGHTS[kind].value


SLACK = timedelta(minutes=5)
"""How far the clock of a phone may be ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRecord:
    """One record about an element, a task or a checkpoint.

    ``at`` is naive site wall time, None for now. ``value`` is ``pass``/``fail`` or a number in ``unit``.
    ``item`` says what was measured, ``sample`` numbers a specimen, ``data`` holds more (``test``, ``result``,
    ``laboratory``, ``report`` of a laboratory). ``photos`` are (name, media type, bytes). ``typed_at`` is
    when it was written (aware), where that was before it could be sent.
    """

    kind: str
    subject_type: str
    subject: str
    at: datetime | None = None
    value: str | float | None = None
    unit: str = ""
    item: str = ""
    sample: str = ""
    text: str = ""
    photos: Sequence[tuple[str, str, bytes]] = ()
    typed_at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class SiteRecords(Cases):
    """Statements of people who are on site to look."""

    def record(self, user: str, record: SiteRecord) -> dict[str, Any]:
        """Store one record as an authenticated statement of the person.

        Raises:
            PermissionRefused: ``not_appointed``.
            InputRefused: ``record_kind_unknown``, ``record_result_missing``, ``record_value_missing``,
                ``record_sample_missing``, ``report_in_future`` or ``photo_refused``.
            NotFound: ``element_unknown``, ``task_unknown`` or ``checkpoint_unknown``.
        """
        right = _RIGHTS.get(record.kind)
        if right is None:
            raise InputRefused(
                "record_kind_unknown",
                f"'{record.kind}' is no record that a person makes here.",
                f"Use one of {', '.join(RECORDS)}.",
                kind=record.kind,
                known=", ".join(RECORDS),
            )
        self.require(user, right.value)
        _check(record)
        for photo in record.photos:
            check_photo(*photo)
        now = self.now()
        at = to_utc(record.at, self.zone) if record.at else self._seen_at(record, now)
        if at > now + SLACK:
            raise InputRefused(
                "report_in_future",
                "The time of a record lies in the future.",
                "Record what has happened.",
                moment=f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}",
            )
        with self._write(EVIDENCE) as work:
            self._check_record_subject(work, record)
            said = {
                **record.data,
                "item": readable(record.item),
                "sample": readable(record.sample),
                "remark": readable(record.text),
                "photos": [
                    work.add_attachment(data, media_type, name, self._clock()).sha256
                    for name, media_type, data in record.photos
                ],
                "typed_at": record.typed_at.astimezone(UTC).isoformat() if record.typed_at else None,
            }
            added = work.add_facts(
                [
                    Observation(
                        source="ui",
                        reporter=user,
                        kind=record.kind,
                        subject_type=SubjectType(record.subject_type),
                        subject=record.subject,
                        event_time=at,
                        received_time=now,
                        value=record.value,
                        unit=record.unit,
                        authenticated=True,
                        payload={key: value for key, value in said.items() if value not in (None, "", [])},
                    )
                ]
            )
            self._note_receipt(work)
        return {"stored": added.stored, "duplicates": added.duplicates, "conflicts": added.conflicts}

    def _seen_at(self, record: SiteRecord, now: datetime) -> datetime:
        """When what is recorded was seen: when it was written, on a site whose clock is the world's.

        The same words sent twice then have one identity and are stored once.
        """
        if record.typed_at is None or self.info().replay:
            return now
        return min(record.typed_at.astimezone(UTC), now)

    def find_by_code(self, code: str) -> dict[str, str] | None:
        """What a printed or scanned code names: a checkpoint, an element, a task or a device.

        Returns:
            ``type``, ``id``, ``title`` and ``link`` (path of its screen); None when nothing has this id.
        """
        with self._store.reading() as work:
            for point in work.checkpoints():
                if point.id == code:
                    title = point.title.get("en") or code
                    return _found("checkpoint", code, title, f"/checkpoints?id={quote(code)}")
            if code in (work.content_hashes() or {}):
                named = next((item.name for item in work.elements() if item.global_id == code), None)
                return _found("element", code, named or code, f"/records?element={quote(code)}")
            schedule = work.current_schedule()
            for task in schedule.tasks if schedule else ():
                if code in (task.id, task.source_id, task.wbs):
                    return _found("task", task.id, task.name, f"/timeline?task={quote(task.id)}")
            for device in work.devices():
                if device.id == code:
                    return _found("device", code, device.name, f"/evidence?device={quote(code)}")
        return None

    def _check_record_subject(self, work: Work, record: SiteRecord) -> None:
        kind = SubjectType(record.subject_type)
        if kind is SubjectType.ELEMENT and record.subject not in (work.content_hashes() or {}):
            raise NotFound(
                "element_unknown",
                f"There is no element '{record.subject}' in the current model.",
                "Choose one of the list of elements.",
                element=record.subject,
            )
        if kind is SubjectType.TASK:
            schedule = work.current_schedule()
            if record.subject not in {task.id for task in schedule.tasks} if schedule else True:
                raise NotFound(
                    "task_unknown",
                    f"There is no task '{record.subject}'.",
                    "Choose a task.",
                    task=record.subject,
                )
        if kind is SubjectType.CHECKPOINT and record.subject not in {
            point.id for point in work.checkpoints()
        }:
            raise NotFound(
                "checkpoint_unknown",
                f"There is no checkpoint '{record.subject}'.",
                "List them with: bim-supervise checkpoint list.",
                checkpoint=record.subject,
            )


def _found(kind: str, name: str, title: str, link: str) -> dict[str, str]:
    return {"type": kind, "id": name, "title": f"{title} · {name}", "link": link}


def _check(record: SiteRecord) -> None:
    if record.kind in _RESULT and record.value not in ("pass", "fail"):
        raise InputRefused(
            "record_result_missing",
            f"A record of the kind '{record.kind}' needs its result.",
            "Say pass or fail.",
            kind=record.kind,
        )
    if record.kind == "measured" and (not record.item.strip() or not isinstance(record.value, int | float)):
        raise InputRefused(
            "record_value_missing",
            "A measurement needs its item and a number.",
            "Say what was measured, the number and its unit.",
        )
    if record.kind in _SAMPLE and not record.sample.strip():
        raise InputRefused(
            "record_sample_missing",
            f"A record of the kind '{record.kind}' needs the number of its sample.",
            "Type the number on the specimen.",
            kind=record.kind,
        )
