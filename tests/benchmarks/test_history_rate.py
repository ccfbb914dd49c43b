"""A long history read anew as 1-, 15- and 20-minute LAeq beside a vectorised pandas computation of the same.

What each side reads: pandas has all readings in memory as columns, which costs it nothing here, and works the
three statistics out from them. Ours reads the stored minutes of each meter from the project's database; those
were worked out when the readings came in and are kept right by every late one, so the readings themselves are
not read again. That is what makes it fast. Both give every period of every meter, and they must agree.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas

from bim_supervise.events.kinds import KindTable
from bim_supervise.events.periods import in_periods
from bim_supervise.events.readings import Readings
from bim_supervise.store import Store

METERS = 10
LENGTHS = (1, 15, 20)
START_MS = int(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp() * 1000)
KINDS = KindTable()
NOISE = KINDS["noise_level"]


def history(meters: int, seconds: int) -> tuple[np.ndarray, np.ndarray]:
    """Levels [0.1 dB] at 1 Hz, shape (meters, seconds): days are louder than nights; and their times [ms]."""
    dice = np.random.default_rng(5)
    times = START_MS + 1000 * np.arange(seconds, dtype=np.int64)
    day = 120 * np.sin(2 * np.pi * np.arange(seconds) / 86_400)
    return (560 + day + dice.normal(0, 40, (meters, seconds))).astype(np.int64), times


def stored(store: Store, levels: np.ndarray, times: np.ndarray) -> None:
    for meter, steps in enumerate(levels):
        for begin in range(0, len(times), 100_000):
            part = slice(begin, begin + 100_000)
            count = len(times[part])
            readings = Readings(
                series=((f"N{meter}", NOISE.key),),
                series_index=np.zeros(count, np.int32),
                event_ms=times[part],
                steps=steps[part],
                interval_ms=np.full(count, 1000, np.int64),
                flags=np.zeros(count, np.uint8),
            )
            with store.transaction() as work:
                added = work.add_readings(readings, "benchmark", datetime.now(UTC), kinds=KINDS)
            assert added.stored == count


def test_history_beside_vectorised_pandas(tmp_path, full, capsys):
    seconds = 1_000_000 if full else 60_000
    levels, times = history(METERS, seconds)
    store = Store.open(f"sqlite:///{tmp_path / 'project.db'}", create=True)
    stored(store, levels, times)
    frame = pandas.DataFrame(
        {
            "meter": np.repeat(np.arange(METERS), seconds),
            "time": np.tile(times, METERS),
            "level": levels.ravel() * NOISE.resolution,
        }
    )

    def plain():
        energy = frame.assign(energy=10 ** (frame["level"] / 10))
        return {
            length: 10
            * np.log10(energy.groupby(["meter", energy["time"] // (60_000 * length)])["energy"].mean())
            for length in LENGTHS
        }

    def ours():
        made = {length: [] for length in LENGTHS}
        with store.reading() as work:
            for meter in range(METERS):
                heard = work.minute_sums(f"N{meter}", NOISE, 0, 2**62)
                for length in LENGTHS:
                    made[length].append(in_periods(heard, length, ZoneInfo("Asia/Shanghai"), NOISE))
        return made

    spent: dict[str, list[float]] = {"plain": [], "ours": []}
    for _ in range(3):
        for name, work in (("plain", plain), ("ours", ours)):
            began = time.process_time()
            answer = work()
            spent[name].append(time.process_time() - began)
            if name == "plain":
                wanted = answer
    for length in LENGTHS:
        starts = np.concatenate([one.start_ms for one in answer[length]])
        assert np.array_equal(starts // (60_000 * length), wanted[length].index.get_level_values(1))
        values = np.concatenate([one.value for one in answer[length]])
        assert np.abs(values - wanted[length].to_numpy()).max() < 1e-4
    store.close()
    ratio = min(spent["plain"]) / min(spent["ours"])
    with capsys.disabled():
        print(f"\n{METERS * seconds:,} readings as 1-, 15- and 20-minute LAeq, processor seconds:")
        print(f"  pandas from readings in memory {min(spent['plain']):.3f}")
        print(f"  ours from stored minutes       {min(spent['ours']):.3f}: {ratio:.1f} times as fast")
    assert ratio >= (3 if full else 1)
