"""Readings of all instruments, day by day, with the faults that instruments and lines really have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from bim_supervise_sample import story
from bim_supervise_sample.signals import DAY_S, ORIGIN, Floats, Signals, first_moment, generator
from bim_supervise_sample.site import DAYS, END, START, ZONE

TICK_S = 600
"""Gateways send what they have gathered every ten minutes."""

UNITS: Mapping[str, tuple[str, int]] = {
    "noise_level": ("dB(A)", 1),
    "noise_level_max": ("dB(A)", 1),
    "pm10": ("ug/m3", 1),
    "pm25": ("ug/m3", 1),
    "wind_speed": ("m/s", 1),
    "wind_gust": ("m/s", 1),
    "air_temperature": ("degC", 1),
    "humidity": ("%", 0),
    "dome_pressure": ("Pa", 1),
    "purifier_state": ("", 0),
    "exhaust_state": ("", 0),
    "airlock_inner_open": ("", 0),
    "airlock_outer_open": ("", 0),
    "power": ("kW", 2),
    "energy_total": ("kWh", 2),
    "co": ("mg/m3", 2),
    "no2": ("mg/m3", 3),
    "concrete_temperature": ("degC", 1),
    "water_level": ("m", 3),
    "settlement": ("mm", 2),
    "crane_load": ("%", 1),
}
"""Unit and decimals that the instruments write."""

SPOT_KINDS = frozenset({"settlement", "water_level", "concrete_temperature", "energy_total"})
SPOT_DEVICES = frozenset({"RFID-GATE", "RFID-PIT", "EX-1"})
MAXIMA_S = {"noise_level_max": 600}
"""Seconds over which instruments gather what they send less often than their means."""
SPOT_S = 60
"""Seconds that a spot value speaks for: a survey or a counter is no mean over the time until the next."""

METER_START = {"EM-1": 48_210.0, "EM-2": 15_880.0, "PVM-1": 1_204.0}
"""Meter readings [kWh] at the first simulated moment."""


@dataclass(frozen=True, slots=True)
class Series:
    """One device and kind, with the interval [s] of its readings and the gateway that carries them."""

    device: str
    kind: str
    interval_s: int
    gateway: str

    @property
    def spot(self) -> bool:
        """Whether its values are taken at a moment, not averaged over the interval."""
        return self.kind in SPOT_KINDS or self.device in SPOT_DEVICES


@dataclass(frozen=True, slots=True)
class Reading:
    """One value as an instrument sends it, with its true and its stated time [s since 1970]."""

    seconds: float
    shown_s: float
    series: Series
    value: float

    def body(self) -> dict[str, Any]:
        """The reading as a message item."""
        stated = datetime.fromtimestamp(self.shown_s, UTC).astimezone(ZONE)
        return {
            "device": self.series.device,
            "kind": self.series.kind,
            "value": self.value,
            "unit": UNITS[self.series.kind][0],
            "time": stated.isoformat(timespec="seconds"),
            "interval_s": SPOT_S if self.series.spot else self.series.interval_s,
        }


@cache
def device_rows() -> tuple[Mapping[str, Any], ...]:
    """The rows of ``devices.yaml``."""
    text = files("bim_supervise_sample").joinpath("devices.yaml").read_text("utf-8")
    return tuple(yaml.safe_load(text)["devices"])


def _gateway(row: Mapping[str, Any]) -> str:
    if row.get("zone") == "DOME" or row.get("purpose") == "dome_supply":
        return "GW-DOME"
    return "GW-BOUNDARY" if row.get("purpose") == "boundary" else "GW-SITE"


@cache
def all_series() -> tuple[Series, ...]:
    """Every telemetry series of the site."""
    return tuple(
        Series(row["id"], kind, MAXIMA_S.get(kind, int(row["expected_interval_s"])), _gateway(row))
        for row in device_rows()
        for kind in row["kinds"]
    )


def day_readings(signals: Signals, day: int) -> list[Reading]:
    """What the instruments measured and stated on a simulated day (0 is the first), in order of true time."""
    found: list[Reading] = []
    for series in all_series():
        start = max(ORIGIN + day * DAY_S, first_moment(series.device).timestamp())
        stop = ORIGIN + (day + 1) * DAY_S
        seconds = np.arange(start, stop, float(series.interval_s))
        if seconds.size == 0:
            continue
        values = (
            _energy(signals, series, seconds)
            if series.kind == "energy_total"
            else signals.values(series.device, series.kind, seconds)
        )
        values = np.round(_stuck(signals, series, seconds, values), UNITS[series.kind][1])
        keep = _present(series.device, seconds)
        shown = seconds + _clock_error(series.device, seconds)
        found.extend(
            Reading(float(s), float(t), series, float(v))
            for s, t, v, kept in zip(seconds, shown, values, keep, strict=True)
            if kept
        )
    found.sort(key=lambda reading: (reading.seconds, reading.series.device, reading.series.kind))
    return found


def _energy(signals: Signals, series: Series, seconds: Floats) -> Floats:
    """Meter readings [kWh]: the power of every quarter of an hour since the first day, added up."""
    step = series.interval_s
    day = int((seconds[0] - ORIGIN) // DAY_S)
    total = METER_START[series.device] + sum(
        _energy_of_day(signals, series.device, before, step) for before in range(day)
    )
    power = signals.values(series.device, "power", seconds)
    return np.asarray(total + (np.cumsum(power) - power) * step / 3600.0, dtype=np.float64)


@lru_cache(maxsize=512)
def _energy_of_day(signals: Signals, device: str, day: int, step: int) -> float:
    power = signals.values(device, "power", _whole_day(day, step))
    return float(power.sum()) * step / 3600.0


def _whole_day(day: int, step: int) -> Floats:
    return np.arange(ORIGIN + day * DAY_S, ORIGIN + (day + 1) * DAY_S, float(step))


def _stuck(signals: Signals, series: Series, seconds: Floats, values: Floats) -> Floats:
    for fault in story.STUCK:
        if (fault.device, fault.kind) == (series.device, series.kind):
            begin = fault.start.timestamp()
            where = (seconds >= begin) & (seconds < fault.end.timestamp())
            if where.any():
                day = int((begin - ORIGIN) // DAY_S)
                whole = _whole_day(day, series.interval_s)
                held = signals.values(series.device, series.kind, whole)[
                    int((begin - whole[0]) // series.interval_s)
                ]
                values = np.where(where, held, values)
    return values


def _present(device: str, seconds: Floats) -> NDArray[np.bool_]:
    keep = np.ones(seconds.size, dtype=np.bool_)
    for gap in story.GAPS:
        if gap.device == device:
            keep &= ~((seconds >= gap.start.timestamp()) & (seconds < gap.end.timestamp()))
    return keep


def _clock_error(device: str, seconds: Floats) -> Floats:
    error = np.zeros(seconds.size)
    for fault in story.WRONG_CLOCKS:
        if fault.device == device:
            wrong = (seconds >= fault.start.timestamp()) & (seconds < fault.end.timestamp())
            error = np.where(wrong, fault.offset.total_seconds(), error)
    return error


@dataclass(frozen=True, slots=True)
class Parcel:
    """Readings that a gateway sends together, and when (aware)."""

    sent: datetime
    gateway: str
    readings: Sequence[Reading]


MOST_READINGS = 100
"""Readings in one message."""


def parcels(seed: int) -> Iterator[Parcel]:
    """All telemetry of the simulated period as gateways send it, in order of sending."""
    signals = Signals(seed)
    waiting: list[Parcel] = []
    for day in range(DAYS):
        waiting.extend(_day_parcels(seed, day_readings(signals, day), day))
        waiting.sort(key=lambda parcel: (parcel.sent, parcel.gateway))
        end = START + timedelta(days=day + 1)
        ready = [parcel for parcel in waiting if parcel.sent < end]
        waiting = waiting[len(ready) :]
        yield from ready
    yield from (parcel for parcel in waiting if parcel.sent <= END)


def _day_parcels(seed: int, readings: Sequence[Reading], day: int) -> Iterator[Parcel]:
    rng = generator(seed, "line", day)
    gathered: dict[tuple[int, str], list[Reading]] = {}
    for reading in readings:
        tick = int((reading.seconds - ORIGIN) // TICK_S) + 1
        gathered.setdefault((tick, reading.series.gateway), []).append(reading)
    kept: dict[tuple[datetime, str], list[Reading]] = {}
    for (tick, gateway), batch in sorted(gathered.items(), key=lambda item: item[0]):
        sent = START + timedelta(seconds=tick * TICK_S)
        late = next(
            (
                fault.sent
                for fault in story.LATE_BATCHES
                if fault.gateway == gateway and fault.start < sent <= fault.end
            ),
            None,
        )
        if late is not None:
            kept.setdefault((late, gateway), []).extend(batch)
            continue
        yield Parcel(sent, gateway, batch)
        if rng.random() < story.DUPLICATE_SHARE:
            yield Parcel(sent + timedelta(seconds=30), gateway, batch)
        for fault in story.RESENT:
            if fault.gateway == gateway and fault.start < sent <= fault.end:
                kept.setdefault((fault.sent, gateway), []).extend(batch)
    for (sent, gateway), backlog in kept.items():
        for first in range(0, len(backlog), MOST_READINGS):
            yield Parcel(sent, gateway, backlog[first : first + MOST_READINGS])
