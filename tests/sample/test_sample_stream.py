"""The stream of the simulated site: reproducible, ordered, and with the faults that it promises."""

import asyncio
import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import numpy as np
import pytest
from bim_supervise_sample import END, START, story
from bim_supervise_sample.simulator import main, mqtt_publisher, play, topic
from bim_supervise_sample.stream import Channel, Simulator
from bim_supervise_sample.telemetry import device_rows, parcels

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def sent():
    """(device, kind) -> columns: time sent, true time, stated time, value."""
    rows = defaultdict(list)
    for parcel in parcels(1):
        for reading in parcel.readings:
            rows[reading.series.device, reading.series.kind].append(
                (parcel.sent.timestamp(), reading.seconds, reading.shown_s, reading.value)
            )
    return {key: np.array(values) for key, values in rows.items()}


def _between(column, start, end):
    return (column >= start.timestamp()) & (column < end.timestamp())


def _level(columns, start, end):
    """LAeq [dB(A)] of equally long readings, each counted once."""
    inside = columns[_between(columns[:, 1], start, end)]
    _, first = np.unique(inside[:, 1], return_index=True)
    return 10 * np.log10(np.mean(10 ** (inside[first, 3] / 10)))


def test_about_half_a_million_readings_of_about_thirty_devices(sent):
    assert 500_000 < sum(len(columns) for columns in sent.values()) < 620_000
    assert 30 <= len(device_rows()) <= 36
    assert {device for device, _ in sent} == {row["id"] for row in device_rows()}
    assert {(d, k) for d, k in sent} == {(row["id"], kind) for row in device_rows() for kind in row["kinds"]}


def test_the_same_seed_gives_the_same_messages():
    def beginning(seed):
        messages = Simulator(seed).messages()
        return [next(messages).payload() for _ in range(400)]

    assert beginning(7) == beginning(7)
    assert beginning(7) != beginning(8)


def test_messages_are_ordered_small_and_clocked():
    last = START
    channels = Counter()
    for message in Simulator(1).messages():
        if message.received >= START + 3 * DAY:
            break
        assert message.received >= last
        assert len(message.body.get("readings", ())) <= 100
        last = message.received
        channels[message.channel] += 1
        if message.channel is Channel.CLOCK:
            assert datetime.fromisoformat(message.body["time"]) == message.received
    assert channels[Channel.CLOCK] == 3 * 144


def test_noise_mostly_complies_and_exceeds_by_day_and_by_night(sent):
    day_windows, night_windows = [], []
    for device in ("NM-N", "NM-E", "NM-S", "NM-W"):
        columns = sent[device, "noise_level"]
        _, first = np.unique(columns[:, 1], return_index=True)
        seconds = columns[first, 1] - START.timestamp()
        window = (seconds // 1200).astype(int)
        energy = np.bincount(window, 10 ** (columns[first, 3] / 10)) / np.maximum(np.bincount(window), 1)
        hours = np.arange(len(energy)) // 3 % 24
        level = 10 * np.log10(np.maximum(energy, 1.0))
        by_day = (hours >= 6) & (hours < 22)
        day_windows.extend(level[by_day])
        night_windows.extend(level[~by_day])
    day_over = sum(level > 70 for level in day_windows)
    night_over = sum(level > 55 for level in night_windows)
    assert 4 <= day_over <= 20
    assert 10 <= night_over <= 40
    assert day_over + night_over < 0.01 * (len(day_windows) + len(night_windows))


def test_the_night_pour_is_heard_in_the_south(sent):
    start, end = story.at("04-09 22:00"), story.at("04-10 01:20")
    assert _level(sent["NM-S", "noise_level"], start, end) > 60
    assert _level(sent["NM-S", "noise_level"], start - DAY, end - DAY) < 52


@pytest.mark.parametrize("gap", story.GAPS, ids=lambda gap: gap.device)
def test_gaps(sent, gap):
    for (device, _), columns in sent.items():
        if device == gap.device:
            assert not _between(columns[:, 1], gap.start, gap.end).any()
            assert _between(columns[:, 1], gap.start - DAY, gap.start).any()


@pytest.mark.parametrize("fault", story.STUCK, ids=lambda fault: fault.device)
def test_stuck_sensors(sent, fault):
    columns = sent[fault.device, fault.kind]
    held = columns[_between(columns[:, 1], fault.start, fault.end), 3]
    assert len(held) > 10
    assert len(set(held)) == 1
    before = columns[_between(columns[:, 1], fault.start - DAY, fault.start), 3]
    assert len(set(before)) > 10


@pytest.mark.parametrize("fault", story.WRONG_CLOCKS, ids=lambda fault: fault.device)
def test_wrong_clock(sent, fault):
    columns = sent[fault.device, "co"]
    wrong = columns[_between(columns[:, 1], fault.start, fault.end)]
    assert (wrong[:, 2] - wrong[:, 1] == fault.offset.total_seconds()).all()
    assert (wrong[:, 2] > wrong[:, 0]).all()
    right = columns[columns[:, 1] >= fault.end.timestamp()]
    # Once it is right again it states times that it has used before: conflicts that must be kept.
    assert set(wrong[:, 2]) & set(right[:, 2])


@pytest.mark.parametrize("fault", story.LATE_BATCHES, ids=lambda fault: fault.gateway)
def test_a_day_comes_late_and_at_once(sent, fault):
    columns = sent["DP-1", "dome_pressure"]
    late = columns[_between(columns[:, 1], fault.start, fault.end)]
    assert len(late) == 144
    assert set(late[:, 0]) == {fault.sent.timestamp()}


def test_duplicates(sent):
    doubled = total = 0
    for columns in sent.values():
        _, counts = np.unique(columns[:, 2], return_counts=True)
        doubled += int((counts > 1).sum())
        total += len(counts)
    assert 0.005 < doubled / total < 0.03
    columns = sent["NM-N", "noise_level"]
    (again,) = story.RESENT
    block = columns[_between(columns[:, 1], again.start, again.end)]
    assert len(block) >= 2 * 240


@pytest.mark.parametrize("episode", story.EPISODES, ids=lambda e: f"{e.name} {e.device}")
def test_episodes_show(sent, episode):
    columns = sent[episode.device, episode.kind]
    inside = columns[_between(columns[:, 1], episode.start, episode.end), 3]
    before = columns[_between(columns[:, 1], episode.start - DAY, episode.start), 3]
    assert len(inside) > 0
    assert abs(np.median(inside) - np.median(before)) > 1 or episode.replaces
    if episode.replaces:
        assert set(inside) == {episode.change}


def test_meters_count_on_through_their_gap(sent):
    columns = sent["EM-1", "energy_total"]
    order = np.argsort(columns[:, 1])
    assert (np.diff(columns[order, 3]) >= -1e-9).all()


def test_cold_week_and_spring(sent):
    columns = sent["WS-1", "air_temperature"]

    def mean(first, days):
        start = story.at(first)
        return columns[_between(columns[:, 1], start, start + days * DAY), 3].mean()

    assert mean("03-09 00:00", 5) < 4
    assert mean("04-20 00:00", 7) > 10


def test_play_publishes_in_order_and_stops_when_asked():
    published = []

    async def run():
        stop = asyncio.Event()

        async def publish(name, payload):
            published.append((name, json.loads(payload)))
            if len(published) == 500:
                stop.set()

        return await play(publish, speed=1e9, seed=1, stop=stop)

    assert asyncio.run(run()) == 500
    assert published[0] == (topic(Channel.CLOCK), {"time": "2026-03-02T00:00:00+08:00"})
    assert {name for name, _ in published} == {topic(Channel.CLOCK), topic(Channel.OBSERVATIONS)}


def test_play_keeps_the_pace():
    async def run():
        stop = asyncio.Event()
        clocks = []

        async def publish(name, payload):
            if name == topic(Channel.CLOCK):
                clocks.append(asyncio.get_running_loop().time())
                if len(clocks) == 6:
                    stop.set()

        await play(publish, speed=6_000.0, seed=1, stop=stop)
        return clocks[-1] - clocks[0]

    # Five steps of 600 s at 6,000 s a second.
    assert asyncio.run(run()) == pytest.approx(0.5, abs=0.4)


def test_wrong_addresses_are_refused_clearly(capsys):
    assert main(["--mqtt", "http://example.invalid"]) == 1
    assert "mqtt://" in capsys.readouterr().err

    async def run():
        async with mqtt_publisher("mqtt:///nowhere"):
            pass

    with pytest.raises(ValueError, match="mqtt://"):
        asyncio.run(run())


def test_the_end_is_reached(sent):
    newest = max(columns[:, 1].max() for columns in sent.values())
    assert newest >= (END - timedelta(hours=1)).timestamp()
