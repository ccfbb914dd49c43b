"""What every store keeps of telemetry: nothing lost, nothing counted twice, whatever the order."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest
from contract_evidence import KIND, cut, dump
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from store_samples import DAY, NOW, T0, readings, window

from bim_supervise.core.errors import StoreFailed
from bim_supervise.events.readings import no_readings

MINUTE = 60_000

reading_rows = st.lists(
    st.tuples(
        st.sampled_from(["N-01", "N-02"]),
        st.sampled_from([KIND]),
        st.integers(0, 12).map(lambda n: T0 + n * 25_000),
        st.integers(-2, 2),
        st.sampled_from([10_000, 60_000, 200_000]),
        st.integers(0, 3),
    ),
    max_size=25,
)


def covered(rows, device):
    """Per minute, the covered time of a series, worked out the plain way."""
    minutes: dict[int, int] = defaultdict(int)
    ordered = sorted((event_ms, interval) for name, _, event_ms, _, interval, _ in rows if name == device)
    for n, (start, interval) in enumerate(ordered):
        end = start + interval
        if n + 1 < len(ordered):
            end = min(end, ordered[n + 1][0])
        for minute in range(start // MINUTE * MINUTE, max(end, start + 1), MINUTE):
            minutes[minute] += max(0, min(end, minute + MINUTE) - max(start, minute))
    return dict(minutes)


class ReadingsContract:
    """Inherited once per kind of database; ``stores`` makes empty stores."""

    examples = 30

    # ---- readings ------------------------------------------------------------------------------

    def test_readings_come_back_as_they_went_in(self, stores):
        store = stores()
        rows = [
            ("N-01", KIND, T0 + 1000, 10**12, 1000, 0),
            ("N-01", KIND, T0, -(10**12), 1000, 3),
            ("A-01", "pm10", T0, 0, 0, 0),
        ]
        with store.transaction() as work:
            added = work.add_readings(readings(*rows), "mqtt", NOW)
        assert (added.stored, added.duplicates, added.conflicts) == (3, 0, 0)
        with store.reading() as work:
            kept = work.readings("N-01", KIND, T0, T0 + 1001)
            assert kept.series == (("N-01", KIND),)
            assert kept.series_index.tolist() == [0, 0]
            assert kept.event_ms.tolist() == [T0, T0 + 1000]
            assert kept.steps.tolist() == [-(10**12), 10**12]
            assert kept.interval_ms.tolist() == [1000, 1000]
            assert kept.flags.tolist() == [3, 0]
            assert [column.dtype for column in (kept.series_index, kept.event_ms, kept.flags)] == [
                np.int32, np.int64, np.uint8
            ]  # fmt: skip
            assert len(work.readings("N-01", KIND, T0, T0 + 1000)) == 1
            assert len(work.readings("N-01", "pm10", T0, T0 + 1000)) == 0
            assert len(work.readings("nobody", KIND, T0, T0 + 1000)) == 0
            assert work.readings("N-01", KIND, T0 + 1, T0 + 1000, lead_in=True).event_ms.tolist() == [T0]
            assert work.readings("N-01", KIND, T0, T0 + 1, lead_in=True).event_ms.tolist() == [T0]
            assert work.latest_readings() == {
                ("N-01", KIND): (T0 + 1000, 10**12, 0),
                ("A-01", "pm10"): (T0, 0, 0),
            }
            assert work.latest_readings(T0) == {
                ("N-01", KIND): (T0, -(10**12), 3),
                ("A-01", "pm10"): (T0, 0, 0),
            }

    def test_no_readings_are_no_news(self, stores):
        store = stores()
        with store.transaction() as work:
            added = work.add_readings(no_readings(), "mqtt", NOW)
        assert (added.stored, added.duplicates, added.conflicts, added.touched) == (0, 0, 0, [])

    def test_an_error_of_the_driver_is_told_like_any_other(self, stores):
        store = stores()
        with pytest.raises(StoreFailed) as refused, store.transaction() as work:  # noqa: PT012 - one unit of work
            work._connection.execute(text("ALTER TABLE reading_cell RENAME TO elsewhere"))
            work.add_readings(readings(("N-01", KIND, T0, 1, 1000, 0)), "mqtt", NOW)
        assert refused.value.code == "store_refused"
        with store.transaction() as work:
            assert work.add_readings(readings(("N-01", KIND, T0, 1, 1000, 0)), "mqtt", NOW).stored == 1

    def test_readings_that_are_sent_again_touch_nothing(self, stores):
        store = stores()
        batch = readings(*(("N-01", KIND, T0 + n * 1000, n, 1000, 0) for n in range(200)))
        with store.transaction() as work:
            assert work.add_readings(batch, "mqtt", NOW).stored == 200
        with store.transaction() as work:
            again = work.add_readings(batch, "csv", NOW + DAY)
        assert (again.stored, again.duplicates, again.conflicts, again.touched) == (0, 200, 0, [])

    def test_duplicates_inside_one_batch(self, stores):
        store = stores()
        row = ("N-01", KIND, T0, 5, 1000, 0)
        with store.transaction() as work:
            added = work.add_readings(readings(row, row, ("N-01", KIND, T0, 6, 1000, 0), row), "mqtt", NOW)
            assert (added.stored, added.duplicates, added.conflicts) == (1, 2, 1)
            assert work.readings("N-01", KIND, T0, T0 + 1).steps.tolist() == [6]

    def test_the_larger_of_two_values_counts_and_the_other_is_kept(self, stores):
        for rows in ((5, 9), (9, 5)):
            store = stores()
            for n, steps in enumerate(rows):
                with store.transaction() as work:
                    source = f"door{n}"
                    added = work.add_readings(
                        readings(("N-01", KIND, T0, steps, 1000, 0)), source, NOW + n * DAY
                    )
                    assert (added.stored, added.conflicts) == ((1, 0), (0, 1))[n]
            assert bool(added.touched) == (rows == (5, 9)), "only what changed is worked out anew"
            with store.reading() as work:
                assert work.readings("N-01", KIND, T0, T0 + 1).steps.tolist() == [9]
                (conflict,) = work.conflicts()
            assert conflict.kept == {"steps": 9, "interval_ms": 1000, "flags": 0}
            assert conflict.other == {"steps": 5, "interval_ms": 1000, "flags": 0}
            assert (conflict.shape, conflict.identity) == ("reading", f"N-01|{KIND}|{T0}")
            assert (conflict.subject, conflict.kind) == ("N-01", KIND)
            assert conflict.source == f"door{rows.index(5)}"
            assert abs(conflict.received_time - NOW - rows.index(5) * DAY) < timedelta(milliseconds=1)

    def test_an_anonymous_reading_does_not_push_out_a_vouched_for_one(self, stores):
        store = stores()
        with store.transaction() as work:
            work.add_readings(readings(("N-01", KIND, T0, 5, 1000, 0)), "mqtt", NOW)
            work.add_readings(readings(("N-01", KIND, T0, 900, 1000, 2)), "http", NOW)
            assert work.readings("N-01", KIND, T0, T0 + 1).steps.tolist() == [5]
            assert work.conflicts()[0].other == {"steps": 900, "interval_ms": 1000, "flags": 2}

    def test_order_and_batches_of_readings_do_not_matter(self, stores):
        @given(reading_rows, st.randoms(use_true_random=False))
        @settings(max_examples=self.examples, deadline=None, suppress_health_check=list(HealthCheck))
        def holds(rows, shuffler):
            straight, shuffled = stores(), stores()
            with straight.transaction() as work:
                whole = work.add_readings(readings(*rows), "a", NOW) if rows else None
            parts = []
            for batch in cut(shuffler, rows):
                with shuffled.transaction() as work:
                    parts.append(work.add_readings(readings(*batch), "b", NOW))
            assert dump(straight) == dump(shuffled)
            if whole:
                assert whole.stored == sum(part.stored for part in parts) == len({row[:3] for row in rows})
                assert whole.conflicts == sum(part.conflicts for part in parts)
                assert whole.stored + whole.conflicts == len({row[:5] for row in rows})
            stores.done(straight)
            stores.done(shuffled)

        holds()

    def test_only_touched_minutes_change(self, stores):
        """Working out the touched minutes anew gives what working out everything gives."""

        @given(reading_rows, st.randoms(use_true_random=False))
        @settings(max_examples=self.examples, deadline=None, suppress_health_check=list(HealthCheck))
        def holds(rows, shuffler):
            store = stores()
            kept: dict[tuple[str, int], int] = {}
            for batch in cut(shuffler, rows):
                with store.transaction() as work:
                    added = work.add_readings(readings(*batch), "mqtt", NOW)
                    for device, kind, first, last in added.touched:
                        columns = work.readings(device, kind, first, last + MINUTE, lead_in=True)
                        arrived = [
                            (device, kind, event_ms, 0, interval_ms, 0)
                            for event_ms, interval_ms in zip(
                                columns.event_ms, columns.interval_ms, strict=True
                            )
                        ]
                        for key in [key for key in kept if key[0] == device and first <= key[1] <= last]:
                            del kept[key]
                        for minute, share in covered(arrived, device).items():
                            if first <= minute <= last:
                                kept[device, int(minute)] = int(share)
            with store.reading() as work:
                for device in ("N-01", "N-02"):
                    columns = work.readings(device, KIND, 0, 2 * T0)
                    everything = [
                        (device, KIND, event_ms, 0, interval_ms, 0)
                        for event_ms, interval_ms in zip(columns.event_ms, columns.interval_ms, strict=True)
                    ]
                    assert covered(everything, device) == {
                        minute: share for (name, minute), share in kept.items() if name == device
                    }
            stores.done(store)

        holds()

    def test_touched_ranges_lie_apart(self, stores):
        store = stores()
        times = [0, 1000, 59_000, 60_000, 10 * MINUTE, 300 * MINUTE]
        rows = [(name, KIND, T0 + t, 1, 1000, 0) for name in ("N-01", "N-02") for t in times]
        with store.transaction() as work:
            touched = work.add_readings(readings(*rows), "mqtt", NOW).touched
        assert touched == [
            (name, KIND, *span)
            for name in ("N-01", "N-02")
            for span in ((T0, T0 + 10 * MINUTE), (T0 + 300 * MINUTE, T0 + 300 * MINUTE))
        ]

    def test_a_reading_that_speaks_for_an_hour_touches_the_hour(self, stores):
        store = stores()
        with store.transaction() as work:
            hour = work.add_readings(readings(("N-01", KIND, T0 + 500, 1, 60 * MINUTE, 0)), "mqtt", NOW)
            assert hour.touched == [("N-01", KIND, T0, T0 + 60 * MINUTE)]
            cut_short = work.add_readings(readings(("N-01", KIND, T0 + 5 * MINUTE, 1, 1000, 0)), "mqtt", NOW)
            assert cut_short.touched == [("N-01", KIND, T0 + 5 * MINUTE, T0 + 60 * MINUTE)]

    # ---- windows -------------------------------------------------------------------------------

    def test_windows_come_back_and_are_replaced(self, stores):
        store = stores()
        first, second = window("N-01", T0), window("N-01", T0 + MINUTE)
        with store.transaction() as work:
            assert work.extents() == {}
            work.replace_windows([])
            work.replace_windows([second, first, window("N-02", T0)])
            assert work.windows("N-01", KIND, T0, T0 + 2 * MINUTE) == [first, second]
            assert work.windows("N-01", KIND, T0, T0 + MINUTE) == [first]
            assert work.windows("nobody", KIND, T0, T0 + MINUTE) == []
            assert work.extents() == {
                ("N-01", KIND): (T0, T0 + 2 * MINUTE),
                ("N-02", KIND): (T0, T0 + MINUTE),
            }
            changed = window("N-01", T0, count=1)
            work.replace_windows([changed])
            assert work.windows("N-01", KIND, T0, T0 + 2 * MINUTE) == [changed, second]

    def test_windows_that_are_not_any_more_are_removed(self, stores):
        store = stores()
        minutes = [window("N-01", T0 + n * MINUTE) for n in range(4)]
        other = window("N-02", T0 + MINUTE)
        with store.transaction() as work:
            work.replace_windows([*minutes, other])
            work.replace_windows([minutes[1]], within=[("N-01", KIND, T0 + MINUTE, T0 + 2 * MINUTE)])
            assert work.windows("N-01", KIND, 0, 2 * T0) == [minutes[0], minutes[1], minutes[3]]
            assert work.windows("N-02", KIND, 0, 2 * T0) == [other]
