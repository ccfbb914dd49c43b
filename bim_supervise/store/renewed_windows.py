"""Windows of touched minutes worked out anew from readings in memory, many series at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bim_supervise.events.observations import ObservationKind
from bim_supervise.events.partials import MinutePartials, series_partials
from bim_supervise.store.cells import Ints, Kept, keys_of

Ranges = Sequence[tuple[int, int, int]]
"""Series, first and last minute [UTC epoch ms], ascending and apart from each other."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """Windows of the series of one kind; ``counts`` tells how many lie in a range (series, first minute)."""

    series: Ints
    partials: MinutePartials
    counts: dict[tuple[int, int], int]


def renewed(kept: Kept, touched: Ranges, kind_of: Callable[[int], ObservationKind]) -> list[Renewed]:
    """The windows in the touched ranges.

    Args:
        kept: all readings in the ranges, and the last one before each, by series and time.
        touched: the ranges.
        kind_of: the kind of a series, by its number.
    """
    bounds = np.array(touched, np.int64).reshape(-1, 3)
    begins, ends = keys_of(bounds[:, 0], bounds[:, 1]), keys_of(bounds[:, 0], bounds[:, 2])
    by_kind: dict[ObservationKind, list[int]] = {}
    for number in dict.fromkeys(number for number, _, _ in touched):
        by_kind.setdefault(kind_of(number), []).append(number)
    made = []
    for kind, numbers in by_kind.items():
        rows = kept if len(by_kind) == 1 else kept.take(np.isin(kept.series, numbers))
        series, partials = series_partials(
            rows.series, rows.event_ms, rows.steps, rows.interval_ms, rows.flags.astype(np.uint8), kind
        )
        if not len(series):
            continue
        keys = keys_of(series, partials.start_ms)
        place = np.searchsorted(begins, keys, "right") - 1
        chosen = (place >= 0) & (keys <= ends[np.maximum(place, 0)])
        counts = np.bincount(place[chosen], minlength=len(touched)).tolist()
        made.append(
            Renewed(
                series=series[chosen],
                partials=partials.take(chosen),
                counts={
                    (number, first): count
                    for (number, first, _), count in zip(touched, counts, strict=True)
                    if count
                },
            )
        )
    return made
