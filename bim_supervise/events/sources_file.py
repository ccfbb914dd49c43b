"""CSV and JSON-lines files to rows; one damaged line costs that line and nothing else."""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TextIO

import msgspec

from bim_supervise.core.errors import InputRefused
from bim_supervise.events.fields import VALUE, ObservationMapping
from bim_supervise.events.rows import Row, Unreadable

_JSON_NAMES = (".jsonl", ".ndjson", ".json")
_CSV_NAMES = (".csv", ".tsv", ".txt")
_DELIMITERS = ",;\t|"
_LONGEST_RECORD = 50
"""A quoted text may run over this many lines; what is still open then is a stray quote."""


def read_rows(
    path: Path, *, encoding: str = "utf-8-sig", delimiter: str | None = None
) -> Iterator[tuple[int, Row]]:
    """Rows of a CSV or JSON-lines file with the physical line (1-based) on which each begins.

    Told apart by the file name (``.csv .tsv .txt`` | ``.jsonl .ndjson .json``), else by the first character.
    A CSV file has one header line; its delimiter is the one of ``, ; tab |`` that the header has most of.
    Lines that cannot be read come as ``Unreadable`` with ``encoding_invalid``, ``csv_column_count``,
    ``csv_quote_invalid``, ``json_invalid`` or ``json_not_object``. Blank lines are no rows.

    Args:
        path: the file.
        encoding: Python name of the text encoding.
        delimiter: of a CSV file; None finds it in the header.

    Raises:
        InputRefused: ``file_not_found``, ``observation_file_binary``, ``encoding_invalid`` (an encoding whose
            lines cannot be told apart), ``csv_header_missing`` or ``csv_header_duplicate``.
    """
    with _opened(path, encoding) as stream:
        if _is_json(path, stream):
            yield from _json_rows(stream)
        else:
            yield from _csv_rows(stream, path, delimiter)


def read_batches(
    path: Path,
    mapping: ObservationMapping,
    *,
    size: int = 20_000,
    on_progress: Callable[[float], None] | None = None,
) -> Iterator[list[tuple[int, Row]]]:
    """The rows of a file in chunks of at most ``size``, read as the mapping says.

    Args:
        path: a CSV or JSON-lines file.
        mapping: gives encoding and delimiter; the columns it needs must be in a CSV header.
        size: rows of a chunk.
        on_progress: called with the share 0..1 of the file that was handed on.

    Raises:
        InputRefused: as ``read_rows``; ``column_missing`` before the first row when the mapping needs a
            column that the table does not have.
    """
    with _opened(path, mapping.encoding) as stream:
        if _is_json(path, stream):
            rows = _json_rows(stream)
        else:
            rows = _csv_rows(stream, path, mapping.delimiter, mapping)
        total = max(1, path.stat().st_size)
        chunk: list[tuple[int, Row]] = []
        for row in rows:
            chunk.append(row)
            if len(chunk) >= size:
                yield chunk
                chunk = []
                if on_progress:
                    on_progress(min(1.0, stream.buffer.tell() / total))
        if chunk:
            yield chunk
        if on_progress:
            on_progress(1.0)


@contextlib.contextmanager
def _opened(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text, without newline translation; bytes that are no text become lone surrogates."""
    try:
        with path.open("rb") as probe:
            head = probe.read(4096)
        stream = path.open(encoding=encoding, errors="surrogateescape", newline="\n")
    except OSError as error:
        raise InputRefused(
            "file_not_found",
            f"The file '{path}' cannot be read: {error.strerror or error}.",
            "Check the path and its permissions.",
            file=str(path),
            problem=str(error.strerror or error),
        ) from error
    with stream:
        if b"\0" in head and "16" not in encoding and "32" not in encoding:
            raise InputRefused(
                "observation_file_binary",
                f"'{path.name}' is not a text file.",
                "Save a spreadsheet as CSV (UTF-8); archives have to be unpacked first.",
                file=path.name,
            )
        try:
            yield stream
        except UnicodeError as error:
            raise InputRefused(
                "encoding_invalid",
                f"'{path.name}' is not text in {encoding}: {error}.",
                "Save it as UTF-8, or name its encoding in the mapping.",
                file=path.name,
                encoding=encoding,
                problem=str(error),
            ) from error


def _is_json(path: Path, stream: IO[str]) -> bool:
    suffix = path.suffix.lower()
    if suffix in _JSON_NAMES:
        return True
    if suffix in _CSV_NAMES:
        return False
    first = stream.read(1024).lstrip()[:1]
    stream.seek(0)
    return first in ("{", "[")


def _has_bad_bytes(text: str) -> bool:
    """Whether some bytes were no text; ``isascii`` spares most lines the closer look."""
    return not text.isascii() and any("\udc80" <= letter <= "\udcff" for letter in text)


def _json_rows(stream: IO[str]) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        if _has_bad_bytes(line):
            yield number, Unreadable("encoding_invalid")
        else:
            for row in decode_json(line):
                yield number, row


def decode_json(data: str | bytes) -> Sequence[Row]:
    """The rows of one JSON document: an object, an array of objects, or a bare value under ``$value``."""
    try:
        content = msgspec.json.decode(data)
    except UnicodeDecodeError:
        return (Unreadable("encoding_invalid"),)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return (Unreadable("json_invalid"),)
    if isinstance(content, dict):
        return (content,)
    if isinstance(content, list):
        if not content:
            return (Unreadable("array_empty"),)
        return [item if isinstance(item, dict) else Unreadable("json_not_object") for item in content]
    if content is None:
        return (Unreadable("json_not_object"),)
    return ({VALUE: content},)


def _csv_rows(
    stream: IO[str], path: Path, delimiter: str | None, mapping: ObservationMapping | None = None
) -> Iterator[tuple[int, Row]]:
    lines = _Lines(stream)
    first = lines.next()
    while first is not None and not first.strip():
        first = lines.next()
    if delimiter is None and first is not None:
        delimiter = max(_DELIMITERS, key=first.count)
    cells = _record(first, lines, delimiter or ",") if first is not None else None
    if cells is None:
        raise InputRefused(
            "csv_header_missing",
            f"'{path.name}' has no header line.",
            "The first line of a CSV file names its columns.",
            file=path.name,
        )
    header = [name.strip() for name in cells]
    _check_header(header, path, mapping)
    while (line := lines.next()) is not None:
        number = lines.number
        if not line.strip():
            continue
        if _has_bad_bytes(line):
            yield number, Unreadable("encoding_invalid")
            continue
        cells = _record(line, lines, delimiter or ",")
        if cells is None:
            yield number, Unreadable("csv_quote_invalid")
        elif len(cells) != len(header):
            yield number, Unreadable("csv_column_count")
        elif lines.number > number and any(map(_has_bad_bytes, cells)):
            yield number, Unreadable("encoding_invalid")
        else:
            yield number, dict(zip(header, cells, strict=True))


class _Lines:
    """Physical lines with their numbers, with a way to put some back."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self.number = 0

    def next(self) -> str | None:
        line = self._waiting.pop() if self._waiting else self._stream.readline()
        if not line:
            return None
        self.number += 1
        return line.rstrip("\r\n")

    def put_back(self, lines: Sequence[str]) -> None:
        self.number -= len(lines)
        self._waiting.extend(f"{line}\n" for line in reversed(lines))


def _record(line: str, lines: _Lines, delimiter: str) -> list[str] | None:
    """The cells of the record that begins on ``line``; None for a quote that never closes.

    A stray quote would swallow the lines after it, as it does in most readers; here those are put back.
    """
    if '"' not in line:
        return line.split(delimiter)
    text, taken = line, list[str]()
    while True:
        try:
            return next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error:
            more = lines.next() if text.count('"') % 2 and len(taken) < _LONGEST_RECORD else None
        if more is None:
            lines.put_back(taken)
            return None
        taken.append(more)
        text = f"{text}\n{more}"


def _check_header(header: Sequence[str], path: Path, mapping: ObservationMapping | None) -> None:
    named = [name for name in header if name]
    for name in named:
        if named.count(name) > 1:
            raise InputRefused(
                "csv_header_duplicate",
                f"'{path.name}' has two columns named '{name}'.",
                "Rename one of them, so that it is clear which is meant.",
                file=path.name,
                column=name,
            )
    missing = mapping.missing_columns(named) if mapping else []
    if missing:
        columns = ", ".join(f"'{column}'" for column in dict.fromkeys(missing))
        raise InputRefused(
            "column_missing",
            f"'{path.name}' has no column {columns}, which the mapping needs; it has: {', '.join(named)}.",
            "Choose the mapping that belongs to this table, or correct the column name in it.",
            file=path.name,
            column=columns,
            columns=", ".join(named),
        )
