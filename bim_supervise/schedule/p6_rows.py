"""Rows of a Primavera export by column name, with the line they stand in; values checked as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bim_supervise.core.errors import InputRefused
from bim_supervise.schedule.tasks import Calendar, Skipped
from bim_supervise.schedule.values import iso_moment, refuse_date

_AGAIN = "Correct the value in Primavera P6 and export again."


@dataclass(frozen=True, slots=True)
class P6Row:
    """One row. Columns are named as in the XER whatever the format of the file."""

    line: int
    values: Mapping[str, str]

    def get(self, column: str) -> str | None:
        """The stripped text; None when the column is absent or empty."""
        return self.values.get(column, "").strip() or None

    def need(self, column: str) -> str:
        """The text of a column that may not be empty.

        Raises:
            InputRefused: ``p6_value_missing`` with the line.
        """
        text = self.get(column)
        if text is None:
            raise InputRefused(
                "p6_value_missing",
                f"line {self.line}: {column} is empty.",
                "Export the plan again.",
                field=column,
                line=self.line,
            )
        return text

    def flag(self, column: str) -> bool:
        """Whether the column says yes (``Y`` or ``1``)."""
        return self.get(column) in ("Y", "1", "true")

    def moment(self, column: str) -> datetime | None:
        """A date as naive wall time.

        Raises:
            InputRefused: ``date_invalid`` with the line.
        """
        text = self.get(column)
        if text is None:
            return None
        moment = iso_moment(text)
        if moment is None:
            raise refuse_date(text, f"line {self.line}", column, _AGAIN)
        return moment

    def number(self, column: str) -> float | None:
        """A number, also with a decimal comma.

        Raises:
            InputRefused: ``number_invalid`` with the line.
        """
        text = self.get(column)
        if text is None:
            return None
        try:
            return float(text.replace(",", ".") if "." not in text else text.replace(",", ""))
        except ValueError as error:
            raise InputRefused(
                "number_invalid",
                f"line {self.line}: '{text}' in {column} is not a number.",
                _AGAIN,
                value=text,
                field=column,
                line=self.line,
            ) from error


@dataclass(slots=True)
class P6Report:
    """What was skipped or converted."""

    skipped: list[Skipped] = field(default_factory=list)
    converted: list[Skipped] = field(default_factory=list)

    def skip(self, what: str, reason: str) -> None:
        """Note something that was not taken over."""
        self.skipped.append(Skipped(what=what, reason=reason))

    def convert(self, what: str, reason: str) -> None:
        """Note something that was taken over in another form."""
        self.converted.append(Skipped(what=what, reason=reason))


@dataclass(slots=True, kw_only=True)
class P6Plan:
    """The rows of one project, before they become a schedule."""

    project: P6Row
    name: str
    options: P6Row | None
    calendars: dict[str, Calendar]
    wbs: list[P6Row]
    activities: list[P6Row]
    relations: list[P6Row]
    assignments: list[P6Row] = field(default_factory=list)
    resources: list[P6Row] = field(default_factory=list)
    expenses: list[P6Row] = field(default_factory=list)
    baseline: dict[str, P6Row] = field(default_factory=dict)
    """Activities of the baseline in use by activity code."""
    baselines: dict[str, dict[str, P6Row]] = field(default_factory=dict)
    """The same for every baseline of the file, by its name."""
    units: list[P6Row] = field(default_factory=list)
    code_types: list[P6Row] = field(default_factory=list)
    code_values: list[P6Row] = field(default_factory=list)
    codes: list[P6Row] = field(default_factory=list)
    report: P6Report = field(default_factory=P6Report)
