"""What a document says, before anybody decides whether it becomes a PDF or a workbook.

A kind of document is a function that returns a :class:`Document`: a title, where its figures come from, and
blocks in reading order. Texts are plain and already in the reader's language; values of tables stay values
(numbers, days, instants), so that a workbook can calculate with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Value = str | int | float | bool | date | datetime | None
"""What a cell holds; None is unknown and printed as a dash, never as zero. Instants are aware."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table.

    Args:
        title: its heading.
        width: share of the page width relative to the other columns.
        digits: most decimals of a number; None leaves a number as it is.
        unit: printed behind the heading, e.g. ``m3``.
        to_minute: an instant is printed with its time of day; otherwise as a day.
    """

    title: str
    width: float = 1.0
    digits: int | None = None
    unit: str = ""
    to_minute: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A section begins."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Running text; ``note`` is printed small and grey, for sources and assumptions."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Names with their values, in two columns, as on a form."""

    rows: Sequence[tuple[str, Value]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headings; ``name`` names its sheet in a workbook. No rows print ``empty``."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    empty: str
    source: str = ""
    """Where the rows come from, printed below them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A chart: a Vega-Lite specification with its data inside; ``caption`` says what it shows."""

    spec: Mapping[str, Any]
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo as it was uploaded; ``caption`` says what, when and by whom, ``sha256`` which file."""

    data: bytes
    caption: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatures:
    """Places to sign by hand on the printed form: a label each."""

    labels: Sequence[str]


Block = Heading | Paragraph | Fields | Table | Plot | Picture | Signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where every figure of a document comes from; printed at the foot of each page.

    Args:
        project: name of the project.
        as_of: the moment whose knowledge the document shows (aware).
        made_at: when it was made (aware).
        source: what it was made from, e.g. the model revision, in the reader's language.
        ledger_entries: number of entries of the ledger at that moment.
        ledger_head: hash of the last of them.
    """

    project: str
    as_of: datetime
    made_at: datetime
    source: str
    ledger_entries: int
    ledger_head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document.

    ``form`` is the name of the standard's form that it corresponds to, empty where there is none.
    """

    title: str
    origin: Origin
    blocks: Sequence[Block] = field(default=())
    form: str = ""
    landscape: bool = False
