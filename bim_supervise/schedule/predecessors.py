"""Predecessors in the text form of MS Project: ``3FS+2d; 7SS-4h; A-10FF+50%``; pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from bim_supervise.schedule.tasks import LinkType
from bim_supervise.schedule.values import Span, WorkdayLength, text_duration

_TAIL = re.compile(
    r"(?P<type>FS|SS|FF|SF)?\s*(?P<lag>[+-]\s*[\d.,]+\s*(?:%|e?%|[^\d\s;+-]*))?\s*", re.IGNORECASE
)
_SEPARATOR = re.compile(r"[;,；，]")


@dataclass(frozen=True, slots=True)
class PredecessorText:
    """One predecessor as written. ``percent`` is a lag in percent of the predecessor's duration."""

    predecessor: str
    type: LinkType
    lag: Span
    percent: float | None = None


class PredecessorUnknownError(ValueError):
    """The text names no known task, or is not in the form ``<id><FS|SS|FF|SF><+/-lag>``."""


def parse_predecessors(
    text: str, ids: Collection[str], lengths: WorkdayLength
) -> tuple[PredecessorText, ...]:
    """The predecessors named in one cell.

    Ids may themselves hold letters, digits and hyphens (``A-10``): of all ways to read a part, the one with
    the longest *known* id is taken. A decimal comma in a lag is understood when the parts are separated by
    semicolons.

    Raises:
        PredecessorUnknownError: with the part that could not be read.
    """
    separator = re.compile(r"[;；]") if ";" in text or "；" in text else _SEPARATOR
    return tuple(_part(part.strip(), ids, lengths) for part in separator.split(text) if part.strip())


def _part(part: str, ids: Collection[str], lengths: WorkdayLength) -> PredecessorText:
    for end in range(len(part), 0, -1):
        head = part[:end].strip()
        if head not in ids:
            continue
        match = _TAIL.fullmatch(part[end:].strip())
        if match is None:
            continue
        kind = LinkType((match["type"] or "FS").upper())
        written = (match["lag"] or "").replace(" ", "")
        if not written:
            return PredecessorText(head, kind, Span(0))
        if written.endswith("%"):
            try:
                percent = float(written[:-1].rstrip("e").replace(",", "."))
            except ValueError:
                continue
            return PredecessorText(head, kind, Span(0, elapsed=written[:-1].endswith("e")), percent)
        lag = text_duration(written, lengths)
        if lag is not None:
            return PredecessorText(head, kind, lag)
    raise PredecessorUnknownError(part)
