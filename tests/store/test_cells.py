"""Cells give back exactly what was put into them, whichever layouts they take."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.store.cells import MINUTE_MS, Kept, from_cells, joined, last_of, starts_of, to_cells

FIELDS = ("series", "event_ms", "steps", "interval_ms", "flags", "received_ms", "source")


def kept(rows) -> Kept:
    columns = np.array(rows, np.int64).reshape(-1, len(FIELDS)).T
    return Kept(**dict(zip(FIELDS, columns, strict=True)))


def rows_of(some: Kept) -> list[tuple[int, ...]]:
    return list(zip(*(getattr(some, name).tolist() for name in FIELDS), strict=True))


def mostly(usual: int, *others: int):
    return st.one_of(st.just(usual), st.just(usual), st.just(usual), st.sampled_from(others))


@st.composite
def readings(draw) -> Kept:
    """Mostly what a busy instrument sends in one message; sometimes what fits no narrow layout."""
    rows = {}
    for _ in range(draw(st.integers(0, 40))):
        series, event_ms = draw(st.integers(1, 3)), draw(st.integers(0, 4 * MINUTE_MS))
        rows[series, event_ms] = (
            draw(mostly(500, 501, 40_000, -(2**31) + 1, 2**31, 2**52)),
            draw(mostly(1000, 65_535, 65_536, 2**40)),
            draw(mostly(0, 1, 255)),
            draw(mostly(5 * MINUTE_MS, 6 * MINUTE_MS, -1, 2**42)),
            draw(mostly(1, 2, 255, 256)),
        )
    return kept([(*key, *rows[key]) for key in sorted(rows)])


@given(readings())
def test_what_was_put_in_comes_back(some):
    cells = to_cells(some)
    assert [cell[:2] for cell in cells] == sorted({(row[0], row[1] // MINUTE_MS) for row in rows_of(some)})
    assert rows_of(from_cells(cells)) == rows_of(from_cells(reversed(cells))) == rows_of(some)


@given(readings(), st.randoms())
def test_only_the_wanted_cells_and_their_last_readings(some, random):
    cells = to_cells(some)
    wanted = np.array([random.random() < 0.5 for _ in cells], np.bool_)
    assert to_cells(some, wanted) == [cell for cell, one in zip(cells, wanted, strict=True) if one]
    ends = np.append(starts_of(some.series, some.minute)[1:], len(some)) - 1
    lasts = rows_of(some.take(ends[: len(cells)])) if cells else []
    assert rows_of(from_cells(last_of(cell) for cell in cells)) == lasts


@given(readings())
def test_parts_are_joined_in_order(some):
    even = np.arange(len(some)) % 2 == 0
    assert rows_of(joined((some.take(~even), some.take(even)))) == rows_of(some)


@pytest.mark.parametrize(("alike", "most"), [(True, 270), (False, 850)])
def test_what_comes_together_takes_a_third_of_the_room(alike, most):
    minute = [
        (1, 1000 * second, 500 + second % 7, 1000, 0, 60_000 + (not alike) * second, 1)
        for second in range(60)
    ]
    ((_, _, data),) = to_cells(kept(minute))
    assert len(data) < most
