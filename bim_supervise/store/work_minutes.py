"""The stored minutes of series: how far they reach, and whole histories in columns."""

from __future__ import annotations

from sqlalchemy import func, select

from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.periods import MinuteSums, no_minutes
from bim_supervise.store.bulk_windows import minute_sums, window_extent
from bim_supervise.store.tables_base import table_of
from bim_supervise.store.tables_evidence import MinuteWindowTable, SeriesTable
from bim_supervise.store.work_readings import WorkReadings

_WINDOW = table_of(MinuteWindowTable)
_SERIES = table_of(SeriesTable)


class WorkMinutes(WorkReadings):
    """Minute windows of one series or of all."""

    def minute_sums(self, device: str, kind: ObservationKind, start_ms: int, end_ms: int) -> MinuteSums:
        """The windows of one series whose start lies in [start, end) [UTC epoch ms], in columns."""
        number = self._series_number(device, kind.key)
        if number is None:
            return no_minutes()
        return minute_sums(self._connection, number, kind.energetic, start_ms, end_ms)

    def extent(self, device: str, kind: str) -> tuple[int, int] | None:
        """Start of the first and end of the last window of a series [UTC epoch ms], or None."""
        number = self._series_number(device, kind)
        if number is None:
            return None
        return window_extent(self._connection, number)

    def extents(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Start of the first and end of the last window of every series that has one [UTC epoch ms]."""
        start = select(func.min(_WINDOW.c.start_ms)).where(_WINDOW.c.series == _SERIES.c.id)
        end = (
            select(_WINDOW.c.end_ms)
            .where(_WINDOW.c.series == _SERIES.c.id)
            .order_by(_WINDOW.c.start_ms.desc())
            .limit(1)
        )
        statement = select(
            _SERIES.c.device,
            _SERIES.c.kind,
            start.correlate(_SERIES).scalar_subquery(),
            end.correlate(_SERIES).scalar_subquery(),
        )
        rows = self._connection.execute(statement.order_by(_SERIES.c.device, _SERIES.c.kind))
        return {(row[0], row[1]): (row[2], row[3]) for row in rows if row[2] is not None}
