"""Is what the parser holds all that the file says? Partial reading must never be silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bim_supervise.core.errors import InputRefused
from bim_supervise.model.elements import ModelWarning
from bim_supervise.model.instances import Instances
from bim_supervise.model.spf_text import DataScan, line_count, line_of, missing_numbers

_EXPORT_AGAIN = (
    "Copy or export the file again; or load it with --accept-partial, which marks the model as partial."
)


class ParseResult(Protocol):
    """What the parser says of its own work; see ``read_instances.Parsed``."""

    @property
    def instances(self) -> Instances:
        """What it holds."""

    @property
    def header_read(self) -> bool:
        """It understood the header."""

    @property
    def syntax_error(self) -> bool:
        """It stopped at something it could not parse."""

    @property
    def repeated(self) -> tuple[int, ...]:
        """Instance numbers defined twice."""

    @property
    def dangling(self) -> tuple[int, ...]:
        """Instance numbers referred to but not defined."""

    @property
    def last(self) -> int | None:
        """The last instance number it read."""

    @property
    def text_encoding(self) -> str | None:
        """Encoding in which mojibake names were recovered."""


@dataclass(frozen=True, slots=True)
class Wholeness:
    """``refusal`` is why the file is not whole (None if it is); ``warnings`` say so, and lesser things."""

    refusal: InputRefused | None
    warnings: tuple[ModelWarning, ...]


def judge(name: str, data: bytes, scanned: DataScan, parsed: ParseResult) -> Wholeness:
    """Hold the parser's result against the bytes.

    A file that lacks only ENDSEC or only END-ISO-10303-21 is whole: the other marker proves that its end
    was reached. A file that lacks both is truncated even if every instance in it is complete: a cut
    between two instances loses relationships and leaves no other trace.

    Raises:
        InputRefused: ``ifc_header_damaged`` when the header cannot be read; nothing can be accepted then.
    """
    if not parsed.header_read:
        raise InputRefused(
            "ifc_header_damaged",
            f"The header of {name} does not follow ISO 10303-21 (FILE_DESCRIPTION, FILE_NAME, FILE_SCHEMA).",
            "Export the file again, or repair its first lines in a text editor.",
            file=name,
        )
    refusal = _refusal(name, data, scanned, parsed)
    warnings = []
    if refusal is not None:
        warnings.append(ModelWarning(code=refusal.code, message=f"PARTIAL MODEL. {refusal.message}"))
    elif not scanned.closed:
        warnings.append(
            ModelWarning(
                code="endsec_missing",
                message=f"The DATA section of {name} is not closed by ENDSEC, but END-ISO-10303-21 follows: "
                "it was read as whole.",
            )
        )
    elif not scanned.end_marker:
        warnings.append(
            ModelWarning(
                code="end_iso_missing",
                message=f"{name} does not end with END-ISO-10303-21, but its DATA section is closed: "
                "it was read as whole.",
            )
        )
    if parsed.text_encoding is not None:
        warnings.append(
            ModelWarning(
                code="names_recovered",
                message=f"Names in {name} were written byte by byte; they were read as "
                f"{parsed.text_encoding.upper()}. Check them.",
            )
        )
    return Wholeness(refusal, tuple(warnings))


def _refusal(name: str, data: bytes, scanned: DataScan, parsed: ParseResult) -> InputRefused | None:
    held = len(parsed.instances.rows)
    stated = f"{held} of {scanned.instances} instances were read"
    if not scanned.closed and not scanned.end_marker:
        return InputRefused(
            "ifc_truncated",
            f"{name} is cut off at line {line_count(data)}: ENDSEC and END-ISO-10303-21 are missing ({stated}"
            + (f", {len(parsed.dangling)} references lead nowhere)." if parsed.dangling else ")."),
            _EXPORT_AGAIN,
            file=name,
            held=held,
            stated=scanned.instances,
            line=line_count(data),
            dangling=len(parsed.dangling) or None,
        )
    if parsed.syntax_error:
        line = line_of(data, parsed.last) if parsed.last is not None else None
        place = f"after #{parsed.last} on line {line}" if line is not None else "in the DATA section"
        return InputRefused(
            "ifc_syntax_error",
            f"{name} breaks the syntax of ISO 10303-21 {place} ({stated}).",
            _EXPORT_AGAIN,
            file=name,
            held=held,
            stated=scanned.instances,
            after=parsed.last,
            line=line,
        )
    if held < scanned.instances:
        missing = missing_numbers(data, parsed.instances.rows)
        if missing:
            line = line_of(data, missing[0])
            listed = ", ".join(f"#{number}" for number in missing)
            place = f"; first lost: {listed}, line {line}" if line else f"; first lost: {listed}"
        else:
            place = f"; defined twice: {', '.join(f'#{number}' for number in parsed.repeated[:5])}"
        return _damaged(name, f"{stated}{place}", held, scanned.instances)
    if parsed.dangling:
        listed = ", ".join(f"#{number}" for number in parsed.dangling[:5])
        return _damaged(
            name,
            f"{len(parsed.dangling)} referenced instances are missing: {listed}",
            held,
            scanned.instances,
        )
    if scanned.open_string:
        return _damaged(name, "a string in its DATA section is never closed", held, scanned.instances)
    if scanned.statements > scanned.instances and held == scanned.instances:
        return _damaged(
            name,
            f"{scanned.statements - scanned.instances} statements of the DATA section are no instances",
            held,
            scanned.instances,
        )
    return None


def _damaged(name: str, what: str, held: int, stated: int) -> InputRefused:
    return InputRefused(
        "ifc_damaged",
        f"{name} is damaged: {what}.",
        _EXPORT_AGAIN,
        file=name,
        held=held,
        stated=stated,
        problem=what,
    )
