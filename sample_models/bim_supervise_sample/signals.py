"""What the instruments of the sample site would see: weather, work rhythms, machines and structure.

Every function takes moments as epoch seconds (UTC, shape (n,)) and gives values of the same shape; the same
seed always gives the same values, whatever was asked before.
"""

from __future__ import annotations

import zlib
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bim_supervise_sample import story
from bim_supervise_sample.facts import actual
from bim_supervise_sample.plan.calendars import SITE
from bim_supervise_sample.site import START, ZONE

Floats = NDArray[np.float64]
DAY_S = 86_400.0
ORIGIN = START.timestamp()
"""Site midnight of the first simulated day [s since 1970]; the site keeps no summer time."""
DOME_PRESSURE = 250.0
"""Working over-pressure [Pa] of the sample's dome; a made-up design value."""


def generator(seed: int, *key: object) -> np.random.Generator:
    """A random generator of its own for a key, independent of every other."""
    return np.random.default_rng([seed, zlib.crc32("/".join(map(str, key)).encode())])


def hour_of_day(seconds: Floats) -> Floats:
    """Site wall time as hours 0..24."""
    return np.asarray((seconds - ORIGIN) % DAY_S / 3600.0, dtype=np.float64)


def within(seconds: Floats, start: datetime, end: datetime) -> NDArray[np.bool_]:
    """Which moments lie in [start, end)."""
    return (seconds >= start.timestamp()) & (seconds < end.timestamp())


class Signals:
    """The site as its instruments see it, for one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = generator(seed, "days")
        self._warmth = rng.normal(0.0, 1.3, 130)
        self._breeze = rng.gamma(4.0, 0.3, 130)
        self._haze = rng.lognormal(0.0, 0.35, 130)
        self._cloud = rng.uniform(0.35, 1.0, 130)

    # -- rhythms -----------------------------------------------------------------------------------

    def activity(self, seconds: Floats) -> Floats:
        """How busy the site is, 0..1: shifts, lunch, rest days, rain."""
        hour = hour_of_day(seconds)
        busy = np.interp(
            hour, [0, 5.5, 7.2, 8.0, 11.6, 12.1, 12.9, 13.2, 16.6, 17.3, 19.0, 24],
            [0, 0, 0.35, 1.0, 1.0, 0.25, 0.25, 1.0, 0.95, 0.3, 0.05, 0],
        )  # fmt: skip
        worked = np.array([SITE.works_on(self._day(s)) for s in _day_starts(seconds)])
        share = np.where(worked[_day_index(seconds)], 1.0, 0.08)
        for start, end in story.RAIN_DAYS:
            share = np.where(within(seconds, start, end), share * 0.4, share)
        start, finish = story.SPANS["5.2.4"]
        night_pour = within(seconds, start, finish)
        return np.where(night_pour, np.maximum(busy * share, 0.1), busy * share)

    def temperature(self, seconds: Floats) -> Floats:
        """Air temperature [degC]: spring warming, day and night, spells."""
        days = (seconds - ORIGIN) / DAY_S
        mean = 5.0 + 0.2 * days + np.interp(days, np.arange(-2, 128), self._warmth)
        swing = 5.5 * np.sin((hour_of_day(seconds) - 9.0) / 24.0 * 2 * np.pi)
        for start, end, change in story.COLD_SPELLS:
            mean = mean + change * _soft(seconds, start, end, 12 * 3600)
        for start, end in story.RAIN_DAYS:
            swing = np.where(within(seconds, start, end), swing * 0.3, swing)
        return np.asarray(mean + swing, dtype=np.float64)

    def wind(self, seconds: Floats) -> Floats:
        """Mean wind at 10 m [m/s]."""
        days = (seconds - ORIGIN) / DAY_S
        base = 0.5 + np.interp(days, np.arange(-2, 128), self._breeze)
        afternoon = 1.0 + 0.5 * np.sin((hour_of_day(seconds) - 9.0) / 24.0 * 2 * np.pi)
        wind = base * afternoon
        for start, end, change in story.WIND_SPELLS:
            wind = wind + change * _soft(seconds, start, end, 3600)
        return np.asarray(wind, dtype=np.float64)

    def humidity(self, seconds: Floats) -> Floats:
        """Relative humidity [%]."""
        humid = 45.0 - 14.0 * np.sin((hour_of_day(seconds) - 9.0) / 24.0 * 2 * np.pi)
        for start, end in story.RAIN_DAYS:
            humid = humid + 45.0 * _soft(seconds, start, end, 2 * 3600)
        return np.clip(humid, 12.0, 99.0)

    # -- series ------------------------------------------------------------------------------------

    def values(self, device: str, kind: str, seconds: Floats) -> Floats:
        """The undisturbed values of one device and kind, noise of the instrument included."""
        day = int((seconds[0] - ORIGIN) // DAY_S)
        rng = generator(self.seed, device, kind, day)
        value = self._pure(device, kind, seconds, rng)
        for episode in story.EPISODES:
            if (episode.device, episode.kind) == (device, kind):
                value = _changed(value, within(seconds, episode.start, episode.end), episode, rng)
        return value

    def _pure(self, device: str, kind: str, seconds: Floats, rng: np.random.Generator) -> Floats:
        busy = self.activity(seconds)
        match kind:
            case "noise_level":
                return _noise(device, seconds, busy, rng)
            case "noise_level_max":
                # What a meter hears as its loudest within ten minutes lies some dB above the mean.
                return _noise(device, seconds, busy, rng) + 5.0 + np.abs(rng.normal(0, 2.0, seconds.size))
            case "pm10" | "pm25":
                return self._dust(device, kind, seconds, busy, rng)
            case "air_temperature":
                return self.temperature(seconds) + rng.normal(0, 0.1, seconds.size)
            case "humidity":
                return np.clip(self.humidity(seconds) + rng.normal(0, 1.0, seconds.size), 5, 100)
            case "wind_speed":
                height = 1.35 if device == "TC-1" else 1.0
                return np.abs(self.wind(seconds) * height + rng.normal(0, 0.35, seconds.size))
            case "wind_gust":
                return np.abs(self.wind(seconds) * 1.35 * 1.3 + np.abs(rng.normal(0, 0.5, seconds.size)))
            case "dome_pressure":
                return DOME_PRESSURE + 4.0 * busy + rng.normal(0, 2.0, seconds.size)
            case "purifier_state" | "exhaust_state":
                return np.ones(seconds.size)
            case "airlock_inner_open" | "airlock_outer_open":
                return np.zeros(seconds.size)
            case "power":
                return self._power(device, seconds, busy, rng)
            case "co":
                return np.abs(1.2 + 5.5 * busy + rng.normal(0, 0.4, seconds.size))
            case "no2":
                return np.abs(0.05 + 0.35 * busy + rng.normal(0, 0.03, seconds.size))
            case "concrete_temperature":
                return self._concrete(device, seconds, rng)
            case "water_level":
                drawdown = {"WT-N": -12.1, "WT-S": -12.0}[device]
                tide = 0.06 * np.sin((seconds - ORIGIN) / (6.5 * 3600) * 2 * np.pi)
                return drawdown + tide + rng.normal(0, 0.01, seconds.size)
            case "settlement":
                rate = {"SP-01": 0.07, "SP-02": 0.06, "SP-03": 0.09, "SP-04": 0.05}[device]
                return 2.0 + rate * (seconds - ORIGIN) / DAY_S + rng.normal(0, 0.08, seconds.size)
            case "crane_load":
                lifting = rng.random(seconds.size) < 0.55
                return np.where(busy > 0.5, lifting * rng.uniform(15, 82, seconds.size), 0.0)
            case _:
                raise ValueError(f"the sample has no signal for {kind}")

    def _dust(
        self, device: str, kind: str, seconds: Floats, busy: Floats, rng: np.random.Generator
    ) -> Floats:
        days = (seconds - ORIGIN) / DAY_S
        region = 62.0 * np.interp(days, np.arange(-2, 128), self._haze)
        for start, end in story.RAIN_DAYS:
            region = region * (1.0 - 0.6 * _soft(seconds, start, end, 4 * 3600))
        added = {"DS-GATE": 38.0, "DS-SOUTH": 24.0, "DS-DOME": 95.0, "DS-REF": 0.0}[device]
        value = (region + added * busy) * rng.normal(1.0, 0.05, seconds.size)
        return np.maximum(4.0, value * (0.45 if kind == "pm25" else 1.0))

    def _power(self, device: str, seconds: Floats, busy: Floats, rng: np.random.Generator) -> Floats:
        """Electric power [kW]."""
        jitter = rng.normal(1.0, 0.04, seconds.size)
        match device:
            case "EM-1":
                return (58.0 + 170.0 * busy) * jitter
            case "EM-2":
                return (46.0 + 9.0 * busy) * jitter
            case "RFID-GATE" | "RFID-PIT":
                return 0.02 * jitter
            case "PVM-1":
                sun = np.clip(np.sin((hour_of_day(seconds) - 6.0) / 12.5 * np.pi), 0, None)
                cloud = self._cloud[np.clip(((seconds - ORIGIN) // DAY_S).astype(int) + 2, 0, 129)]
                return np.asarray(np.maximum(0.0, 21.0 * sun * cloud * jitter), dtype=np.float64)
            case "EX-1":
                digging = rng.random(seconds.size) < 0.8
                return np.where((busy > 0.5) & digging, rng.uniform(30, 75, seconds.size), 0.0)
            case _:
                raise ValueError(f"the sample has no power signal for {device}")

    def _concrete(self, device: str, seconds: Floats, rng: np.random.Generator) -> Floats:
        segment, place = device.split("-")[1:]
        pour = {"A1": "5.1.4", "A2": "5.2.4", "B1": "5.3.4"}[segment]
        poured = actual()[pour].finish.replace(tzinfo=ZONE).timestamp()
        hours = np.maximum(0.0, (seconds - poured) / 3600.0)
        rise = 33.0 if place == "C" else 19.0
        heat = rise * (1 - np.exp(-hours / 16.0)) * np.exp(-np.maximum(0.0, hours - 44.0) / 190.0)
        swing = 0.0 if place == "C" else 0.12 * (self.temperature(seconds) - 10.0)
        return np.asarray(15.0 + heat + swing + rng.normal(0, 0.15, seconds.size), dtype=np.float64)

    @staticmethod
    def _day(start: float) -> date:
        return datetime.fromtimestamp(start + 1, ZONE).date()


def first_moment(device: str) -> datetime:
    """When a device begins to measure: thermometers are cast in, the others are there from the start."""
    pours = {"CT-A1": "5.1.4", "CT-A2": "5.2.4", "CT-B1": "5.3.4"}
    pour = pours.get(device[:5])
    if pour is None:
        return START
    finish = actual()[pour].finish.replace(tzinfo=ZONE)
    return finish.replace(minute=0, second=0) + timedelta(hours=1)


def _noise(device: str, seconds: Floats, busy: Floats, rng: np.random.Generator) -> Floats:
    """Level at the boundary [dB(A)]: street, fans and work add up as energies."""
    street = 45.5 + 4.5 * np.clip(np.sin((hour_of_day(seconds) - 7.0) / 16.0 * np.pi), 0, 1)
    work = {"NM-N": 62.5, "NM-E": 61.0, "NM-S": 60.0, "NM-W": 61.5}[device]
    site = work + 10 * np.log10(np.maximum(busy, 1e-3)) + rng.normal(0, 1.6, seconds.size)
    level = 10 * np.log10(10 ** (street / 10) + 10 ** (site / 10))
    return np.asarray(level + rng.normal(0, 0.8, seconds.size), dtype=np.float64)


def _changed(
    value: Floats, where: NDArray[np.bool_], episode: story.Episode, rng: np.random.Generator
) -> Floats:
    if not where.any():
        return value
    if episode.replaces:
        return np.where(where, episode.change, value)
    if episode.kind in ("noise_level", "noise_level_max"):
        source = episode.change + rng.normal(0, 0.7, value.size)
        return np.where(where, 10 * np.log10(10 ** (value / 10) + 10 ** (source / 10)), value)
    return np.where(where, value + episode.change, value)


def _soft(seconds: Floats, start: datetime, end: datetime, ramp_s: float) -> Floats:
    """1 within [start, end], 0 far outside, straight ramps between."""
    a, b = start.timestamp(), end.timestamp()
    return np.interp(seconds, [a - ramp_s, a, b, b + ramp_s], [0.0, 1.0, 1.0, 0.0])


def _day_starts(seconds: Floats) -> list[float]:
    first, last = (int((moment - ORIGIN) // DAY_S) for moment in (seconds[0], seconds[-1]))
    return [ORIGIN + day * DAY_S for day in range(first, last + 1)]


def _day_index(seconds: Floats) -> NDArray[np.int64]:
    days = (seconds - ORIGIN) // DAY_S
    return np.asarray(days - days[0], dtype=np.int64)
