"""What a mapping says: for every part of an observation, where in a row it comes from. Plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bim_supervise.events.observations import SubjectType

TOPIC = "$topic"
"""Row key that holds the MQTT topic of a message."""
VALUE = "$value"
"""Row key that holds a payload (or an array item) that is a bare number or text."""

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where one thing comes from: a constant, a column or JSON path, or a level of the topic."""

    constant: Scalar = None
    column: str | None = None
    topic_level: int | None = None
    values: Mapping[str, Scalar] = field(default_factory=dict)
    """What is written -> what is meant; a value that is not listed is rejected."""
    default: Scalar = None
    optional: bool = False
    """A table need not have the column."""

    @property
    def required_column(self) -> str | None:
        """The column that every table must have for this field."""
        if self.column is None or self.column.startswith("$") or self.default is not None or self.optional:
            return None
        return self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectField:
    """What the observation is about: its type, and whether it is given by id or by name."""

    type: SubjectType
    by: str = "id"
    """``id`` or ``name``."""
    id: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeField:
    """When it happened.

    Either ``columns`` (joined by a blank) in a ``format``: ``auto`` (ISO 8601 text, or an epoch number in s
    or ms told apart by its size), ``iso``, ``epoch_s``, ``epoch_ms`` or a strptime format; or an ISO week.
    Times without an offset are wall times of ``zone`` (None: the site's). ``stamps`` says whether the time
    stamps the ``start`` or the ``end`` of the interval that a telemetry value speaks for.
    """

    columns: tuple[str, ...] = ()
    format: str = "auto"
    zone: str | None = None
    iso_week: Field | None = None
    year: Field | None = None
    at: str = "end"
    """``start`` (Monday 00:00:00) or ``end`` (Sunday 23:59:59) of the ISO week."""
    stamps: str = "start"
    midnight: str = "start"
    """Whether 0:00 is the ``start`` of the day that it names, or its ``end``: some meters close a day so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityField:
    """How the source itself marks a value as invalid: anything but one of ``good``."""

    flag: Field
    good: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedObservation:
    """How one row makes one observation.

    ``subjects`` are alternatives (``device``, ``element`` or ``task`` column); exactly one must be there.
    ``optional``: a row whose value and time columns are empty makes no such observation, and that is no
    error (a table with a column per kind).
    """

    kind: Field
    subjects: tuple[SubjectField, ...]
    time: TimeField
    value: Field | None = None
    unit: Field | None = None
    reporter: Field | None = None
    interval_s: Field | None = None
    quality: QualityField | None = None
    payload: Mapping[str, Field] = field(default_factory=dict)
    optional: bool = False

    def missing_columns(self, header: Collection[str]) -> list[str]:
        """Columns that this observation needs and a table with this header does not have."""
        fields = [self.kind, self.value, self.unit, self.reporter, self.interval_s, *self.payload.values()]
        fields += [self.time.iso_week, self.time.year, self.quality.flag if self.quality else None]
        needed = [entry.required_column for entry in fields if entry is not None] + list(self.time.columns)
        missing = [column for column in needed if column is not None and not _has(header, column)]
        subjects = [subject.id.required_column for subject in self.subjects]
        if not any(column is None or _has(header, column) for column in subjects):
            missing.append(" | ".join(column for column in subjects if column is not None))
        return missing


def _has(header: Collection[str], column: str) -> bool:
    return column in header or column.split(".")[0] in header


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationMapping:
    """A whole mapping file: how rows are read, and the observations each row makes."""

    observations: tuple[MappedObservation, ...]
    each: str | None = None
    """JSON path of an array whose items are rows of their own, laid over the rest of the message."""
    missing: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan", "null", "None", "-")
    """Texts that mean *no value*."""
    decimal_comma: bool = False
    encoding: str = "utf-8-sig"
    delimiter: str | None = None

    def missing_columns(self, header: Collection[str]) -> list[str]:
        """Columns without which nothing in a table with this header can be read as meant."""
        return [column for entry in self.observations for column in entry.missing_columns(header)]


def _column(name: str, default: Scalar = None) -> Field:
    return Field(column=name, default=default, optional=True)


def _subject(kind: SubjectType, column: str, by: str = "id") -> SubjectField:
    return SubjectField(type=kind, by=by, id=Field(column=column))


DEFAULT_MAPPING = ObservationMapping(
    observations=(
        MappedObservation(
            kind=Field(column="kind"),
            subjects=(
                _subject(SubjectType.DEVICE, "device"),
                _subject(SubjectType.ELEMENT, "element"),
                _subject(SubjectType.ELEMENT, "element_name", "name"),
                _subject(SubjectType.TASK, "task"),
                _subject(SubjectType.TASK, "task_name", "name"),
                _subject(SubjectType.CHECKPOINT, "checkpoint"),
            ),
            time=TimeField(columns=("time",)),
            value=_column("value"),
            unit=_column("unit"),
            reporter=_column("reporter"),
            interval_s=_column("interval_s"),
            quality=QualityField(flag=_column("quality", "good"), good=("good",)),
            payload={name: _column(name) for name in ("remark", "item", "sample", "test")},
        ),
    ),
    each="readings",
)
"""Rows and messages that describe themselves.

Keys: ``device`` | ``element`` (GlobalId) | ``element_name`` | ``task`` (id) | ``task_name`` | ``checkpoint``;
``kind``; ``value``; ``unit`` (absent: the kind's own); ``time`` (ISO 8601, or epoch s/ms); ``interval_s``;
``reporter``; ``quality`` (``good`` or anything else); ``remark``; ``item``, ``sample`` and ``test``, what
a statement is about more closely; and ``readings``, an array whose items are
laid over the rest.
"""
