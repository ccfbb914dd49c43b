"""Mappings: which column or JSON path of a row says what, kept as a YAML file with the project.

A mapping lists the observations that every row makes::

    observations:
      - kind: missing
        subject: {type: element, by: name, column: Name}
        time: {iso_week: week, year: 2015, at: end}
        reporter: site walk

A plain text or number is a constant; ``{column: X}`` reads column ``X`` (or the JSON path ``a.b.0``);
``{topic: 1}`` reads a level of the MQTT topic. Any of them can carry ``map`` (a table of values; what it
does not list is rejected) and ``default`` (when the column is absent or empty). Keys of an entry:
``kind``, ``subject``, ``time``, ``value``, ``unit``, ``reporter``, ``interval_s``, ``quality``, ``payload``,
``optional``; of the file: ``observations``, ``each``, ``missing``, ``decimal``, ``csv``. ``events.fields``
says what each means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bim_supervise.core.clock import site_zone
from bim_supervise.core.errors import InputRefused
from bim_supervise.events.fields import (
    DEFAULT_MAPPING,
    Field,
    MappedObservation,
    ObservationMapping,
    QualityField,
    Scalar,
    SubjectField,
    TimeField,
)
from bim_supervise.events.observations import SubjectType
from bim_supervise.events.read_yaml import read_yaml

__all__ = ["DEFAULT_MAPPING", "ObservationMapping", "parse_mapping", "read_mapping"]

_NAMED_FORMATS = ("auto", "iso", "epoch_s", "epoch_ms")


def read_mapping(path: Path) -> ObservationMapping:
    """Read a mapping file.

    Raises:
        InputRefused: ``file_not_found``, ``yaml_invalid``, or ``mapping_invalid`` naming the entry.
    """
    return parse_mapping(read_yaml(path, "mapping"), name=path.name)


def parse_mapping(data: Any, *, name: str = "mapping") -> ObservationMapping:
    """A mapping from plain data (as YAML or JSON gives it); ``name`` stands for the file in errors.

    Raises:
        InputRefused: ``mapping_invalid`` naming the entry and what it should be.
    """
    return _Parser(name).mapping(data)


class _Parser:
    def __init__(self, name: str) -> None:
        self._name = name

    def _refuse(self, where: str, problem: str, hint: str) -> InputRefused:
        return InputRefused(
            "mapping_invalid",
            f"The mapping '{self._name}' is wrong at {where or 'its top'}: {problem}.",
            hint,
            file=self._name,
            entry=where,
            problem=problem,
            advice=hint,
        )

    def _table(self, data: Any, where: str, allowed: Sequence[str]) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise self._refuse(where, "a table of keys is expected", f"Allowed keys: {', '.join(allowed)}.")
        for key in data:
            if key not in allowed:
                raise self._refuse(where, f"'{key}' is not known", f"Allowed keys: {', '.join(allowed)}.")
        return {str(key): value for key, value in data.items()}

    def _text(self, data: Any, where: str) -> str:
        if not isinstance(data, str) or not data:
            raise self._refuse(where, "a text is expected", "Write the name in quotes.")
        return data

    def _flag(self, data: Any, where: str) -> bool:
        if not isinstance(data, bool):
            raise self._refuse(where, "true or false is expected", "Write true or false.")
        return data

    def _choice(self, data: Any, where: str, choices: Sequence[str]) -> str:
        if data not in choices:
            raise self._refuse(where, f"'{data}' is not allowed", f"Choose one of: {', '.join(choices)}.")
        return str(data)

    def mapping(self, data: Any) -> ObservationMapping:
        keys = ("observations", "each", "missing", "decimal", "csv")
        table = self._table(data, "", keys)
        entries = table.get("observations")
        if not isinstance(entries, list) or not entries:
            raise self._refuse(
                "observations", "a list with at least one entry is expected", "List what a row says."
            )
        csv = self._table(table.get("csv", {}), "csv", ("encoding", "delimiter"))
        encoding = str(csv.get("encoding", "utf-8-sig"))
        try:
            "".encode(encoding)
        except LookupError as error:
            hint = "Use a name such as utf-8, gb18030 or windows-1252."
            raise self._refuse("csv.encoding", f"'{encoding}' is not an encoding", hint) from error
        delimiter = csv.get("delimiter")
        if delimiter is not None and (
            not isinstance(delimiter, str) or len(delimiter) != 1 or delimiter in '"\r\n'
        ):
            raise self._refuse("csv.delimiter", "one character is expected", 'For example ";" or "\\t".')
        defaults = ObservationMapping(observations=())
        missing = table.get("missing", list(defaults.missing))
        if not isinstance(missing, list):
            raise self._refuse("missing", "a list of texts is expected", 'For example ["", "NA"].')
        return ObservationMapping(
            observations=tuple(
                self._observation(entry, f"observations[{index}]") for index, entry in enumerate(entries)
            ),
            each=self._text(table["each"], "each") if table.get("each") is not None else None,
            missing=tuple({"" if text is None else str(text) for text in missing} | {""}),
            decimal_comma=self._choice(table.get("decimal", "."), "decimal", (".", ",")) == ",",
            encoding="utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding,
            delimiter=delimiter,
        )

    def _observation(self, data: Any, where: str) -> MappedObservation:
        optional_fields = ("value", "unit", "reporter", "interval_s")
        table = self._table(
            data, where, ("kind", "subject", "time", *optional_fields, "quality", "payload", "optional")
        )
        for key in ("kind", "subject", "time"):
            if table.get(key) is None:
                raise self._refuse(
                    where, f"'{key}' is missing", "Every observation needs kind, subject and time."
                )
        subjects = table["subject"] if isinstance(table["subject"], list) else [table["subject"]]
        payload = table.get("payload", {})
        if not isinstance(payload, Mapping):
            raise self._refuse(
                f"{where}.payload", "a table of names is expected", "For example remark: {column: Note}."
            )
        return MappedObservation(
            kind=self._field(table["kind"], f"{where}.kind"),
            subjects=tuple(self._subject(entry, f"{where}.subject") for entry in subjects),
            time=self._time(table["time"], f"{where}.time"),
            quality=self._quality(table["quality"], f"{where}.quality") if "quality" in table else None,
            payload={
                str(key): self._field(value, f"{where}.payload.{key}") for key, value in payload.items()
            },
            optional=self._flag(table.get("optional", False), f"{where}.optional"),
            **{key: self._field(table[key], f"{where}.{key}") for key in optional_fields if key in table},
        )

    def _field(self, data: Any, where: str) -> Field:
        if isinstance(data, (date, datetime)):
            return Field(constant=data.isoformat())
        if isinstance(data, (str, int, float, bool)):
            return Field(constant=data)
        return self._field_of(self._table(data, where, ("column", "topic", "map", "default")), where)

    def _field_of(self, table: Mapping[str, Any], where: str) -> Field:
        column, topic = table.get("column"), table.get("topic")
        if (column is None) == (topic is None):
            raise self._refuse(
                where, "'column' or 'topic' is expected", "Write {column: Name} or {topic: 1}."
            )
        if topic is not None and (isinstance(topic, bool) or not isinstance(topic, int)):
            raise self._refuse(
                where, "the topic level is a whole number", "Levels count from 0; -1 is the last."
            )
        values = table.get("map", {})
        if not isinstance(values, Mapping):
            raise self._refuse(
                f"{where}.map", "a table of values is expected", "For example {OK: pass, NOK: fail}."
            )
        return Field(
            column=str(column) if column is not None else None,
            topic_level=topic,
            values={
                _as_written(key): self._scalar(value, f"{where}.map.{key}") for key, value in values.items()
            },
            default=self._scalar(table.get("default"), f"{where}.default"),
        )

    def _scalar(self, data: Any, where: str) -> Scalar:
        if data is None or isinstance(data, (str, int, float, bool)):
            return data
        raise self._refuse(where, "a text or a number is expected", "Lists and tables are not allowed here.")

    def _subject(self, data: Any, where: str) -> SubjectField:
        table = self._table(data, where, ("type", "by", "column", "topic", "map", "default", "id"))
        kind = self._choice(table.get("type"), f"{where}.type", [entry.value for entry in SubjectType])
        by = self._choice(table.get("by", "id"), f"{where}.by", ("id", "name"))
        if by == "name" and kind not in (SubjectType.ELEMENT, SubjectType.TASK):
            raise self._refuse(f"{where}.by", f"a {kind} has no names to match", "Use by: id.")
        if "id" in table:
            source = Field(constant=self._scalar(table["id"], f"{where}.id"))
        else:
            rest = {key: value for key, value in table.items() if key not in ("type", "by")}
            source = self._field_of(rest, where)
        return SubjectField(type=SubjectType(kind), by=by, id=source)

    def _time(self, data: Any, where: str) -> TimeField:
        table = self._table(
            data,
            where,
            ("column", "columns", "format", "zone", "iso_week", "year", "at", "stamps", "midnight"),
        )
        columns = table.get("columns", [table["column"]] if "column" in table else [])
        if not isinstance(columns, list) or (not columns) == ("iso_week" not in table):
            hint = (
                "Write {column: Date}, {columns: [Date, Time], format: ...} or {iso_week: week, year: 2015}."
            )
            raise self._refuse(where, "either columns or an iso_week is expected", hint)
        pattern = self._text(table.get("format", "auto"), f"{where}.format")
        if pattern not in _NAMED_FORMATS:
            self._check_format(pattern, f"{where}.format")
        zone = table.get("zone")
        if zone is not None:
            site_zone(self._text(zone, f"{where}.zone"))
        week = table.get("iso_week")
        return TimeField(
            columns=tuple(str(column) for column in columns),
            format=pattern,
            zone=zone,
            iso_week=self._column_or_field(week, f"{where}.iso_week") if week is not None else None,
            year=self._field(table["year"], f"{where}.year") if table.get("year") is not None else None,
            at=self._choice(table.get("at", "end"), f"{where}.at", ("start", "end")),
            stamps=self._choice(table.get("stamps", "start"), f"{where}.stamps", ("start", "end")),
            midnight=self._choice(table.get("midnight", "start"), f"{where}.midnight", ("start", "end")),
        )

    def _column_or_field(self, data: Any, where: str) -> Field:
        return Field(column=data) if isinstance(data, str) else self._field(data, where)

    def _check_format(self, pattern: str, where: str) -> None:
        hint = f"Use one of {', '.join(_NAMED_FORMATS)}, or a strptime format such as '%d/%m/%Y %H:%M'."
        sample = datetime(2015, 7, 26, 23, 59, 58)  # noqa: DTZ001 - a format is tried on a wall time
        try:
            read = datetime.strptime(sample.strftime(pattern), pattern)  # noqa: DTZ007 - as above
        except ValueError as error:
            raise self._refuse(where, f"'{pattern}' is not a time format ({error})", hint) from error
        if read.date() != sample.date():
            raise self._refuse(where, f"'{pattern}' does not say which day it was", hint)

    def _quality(self, data: Any, where: str) -> QualityField:
        table = self._table(data, where, ("column", "topic", "map", "default", "good"))
        good = table.pop("good", None)
        good = good if isinstance(good, list) else [good]
        if not good or any(entry is None for entry in good):
            raise self._refuse(where, "'good' is missing", "List the marks of a valid value, e.g. good: [N].")
        return QualityField(
            flag=self._field_of(table, where), good=tuple(_as_written(entry) for entry in good)
        )


def _as_written(key: object) -> str:
    """A YAML key as the text a row would carry: JSON spells booleans in lower case."""
    return str(key).lower() if isinstance(key, bool) else str(key)
