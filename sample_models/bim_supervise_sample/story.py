"""What happens on the sample site, as data: delays, stop and go, breaches, and faults of instruments.

A new chapter is a new row in one of these tables; the machinery that plays them is elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bim_supervise_sample.site import ZONE


def at(text: str) -> datetime:
    """A site wall time ``MM-DD HH:MM`` of 2026 as an aware time."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}").replace(tzinfo=ZONE)


# -- work ------------------------------------------------------------------------------------------

HOURS: dict[str, float] = {
    "2.10": 72.0,
    "4.11": 64.0,
    "5.1.3": 48.0,
    "6.1.1": 44.0,
}
"""Working hours that tasks really took, by code, where not the planned ones."""

DELAYS: dict[str, float] = {
    # The cold week: the corner braces reach their strength late.
    "4.4": 32.0,
    # The mats of A1 are repaired and inspected again.
    "5.1.4": 8.0,
    # Nobody pours B2 and B3 or takes the formwork of A away before the supervisor has said so.
    "5.4.4": 400.0,
    "5.5.4": 400.0,
    "6.1.4": 400.0,
    "6.2.1": 400.0,
    # The fixing of the wall bars begins the morning after the slab may be walked on.
    "6.1.1": 0.5,
}
"""Working hours that tasks started later than their predecessors allowed."""

SPANS: dict[str, tuple[datetime, datetime]] = {
    # The pour of A2 begins in the afternoon and runs into the night: no release, no night permit.
    "5.2.4": (at("04-09 14:00"), at("04-10 01:30")),
    "2.11": (at("01-30 17:00"), at("08-10 17:00")),
}
"""Actual start and finish of tasks that did not keep to working hours."""

FAILED_FIRST: dict[str, tuple[str, datetime, datetime]] = {
    # tag: (remark, first inspection fails, second passes)
    "RB-A1-TY": (
        "面筋间距超差，局部180mm / Spacing of top bars out of tolerance, 180 mm in places",
        at("03-31 17:10"),
        at("04-01 15:00"),
    ),
    "RB-A1-TX": (
        "保护层垫块缺失 / Spacers for the concrete cover missing",
        at("03-31 17:20"),
        at("04-01 15:10"),
    ),
}
"""Elements whose inspection fails at first and passes after repair."""

FAILED: dict[str, tuple[str, datetime]] = {
    "RB-B3-TY": (
        "搭接长度不足 / Lap length too short",
        at("04-29 17:20"),
    ),
}
"""Elements whose inspection fails and is not repaired within the period."""

UNINSPECTED: frozenset[str] = frozenset({"TW-A1-N1", "TW-A2-S1"})
"""Elements that nobody has inspected: their hold point stays undetermined."""

UNINSPECTED_TASKS: frozenset[str] = frozenset({"5.3.2"})
"""Tasks without any inspection record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """What a person of the sample signs when; for players that act for the people."""

    time: datetime
    checkpoint: str
    user: str
    decision: str
    reason: str


SIGN_OFFS: tuple[SignOff, ...] = (
    SignOff(
        time=at("03-02 06:30"),
        checkpoint="CP-DOME",
        user="liu.min",
        decision="accept",
        reason="调压试验与门联锁合格 / Pressure test and door interlock in order",
    ),
    SignOff(
        time=at("03-02 06:45"),
        checkpoint="CP-DOME",
        user="chen.wei",
        decision="accept",
        reason="同意投入使用 / May be used",
    ),
    SignOff(
        time=at("03-16 07:30"),
        checkpoint="CP-BRACE",
        user="liu.min",
        decision="accept",
        reason="同条件试块达到设计强度 / Site-cured cubes reached the design strength",
    ),
    SignOff(
        time=at("03-20 19:00"),
        checkpoint="CP-FORM-A",
        user="liu.min",
        decision="accept",
        reason="基底土质与标高符合设计 / Soil and level as designed",
    ),
    SignOff(
        time=at("03-20 19:10"),
        checkpoint="CP-FORM-A",
        user="chen.wei",
        decision="accept",
        reason="同意垫层施工 / Blinding may start",
    ),
    SignOff(
        time=at("04-01 16:00"),
        checkpoint="CP-RB-A1",
        user="liu.min",
        decision="accept",
        reason="整改复验合格 / Repaired and inspected again, passed",
    ),
    SignOff(
        time=at("04-15 17:10"),
        checkpoint="CP-RB-B1",
        user="liu.min",
        decision="accept",
        reason="钢筋隐蔽验收合格 / Reinforcement accepted before covering",
    ),
)


# -- weather ---------------------------------------------------------------------------------------

COLD_SPELLS: tuple[tuple[datetime, datetime, float], ...] = ((at("03-08 12:00"), at("03-15 00:00"), -6.5),)
"""From, to, and change of the air temperature [K]."""
RAIN_DAYS: tuple[tuple[datetime, datetime], ...] = (
    (at("03-21 03:00"), at("03-21 16:00")),
    (at("04-11 20:00"), at("04-12 11:00")),
    (at("04-24 01:00"), at("04-24 09:00")),
)
WIND_SPELLS: tuple[tuple[datetime, datetime, float], ...] = (
    (at("03-17 09:00"), at("03-17 19:00"), 6.5),
    (at("04-14 10:00"), at("04-14 16:30"), 10.0),
)
"""From, to, and rise of the mean wind at 10 m [m/s]."""


# -- breaches --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """Something that shows in a series for a while.

    ``change`` is added to the value (for levels: energetically, as a second source of this level), or, if
    ``replaces``, stands in its place. ``name`` says what happened.
    """

    name: str
    device: str
    kind: str
    start: datetime
    end: datetime
    change: float
    replaces: bool = False


EPISODES: tuple[Episode, ...] = (
    Episode(
        name="breaker",
        device="NM-E",
        kind="noise_level",
        start=at("03-17 14:00"),
        end=at("03-17 15:30"),
        change=76.0,
    ),
    Episode(
        name="breaker",
        device="NM-N",
        kind="noise_level",
        start=at("03-17 14:00"),
        end=at("03-17 15:30"),
        change=69.0,
    ),
    Episode(
        name="strut welding alarm",
        device="NM-N",
        kind="noise_level",
        start=at("04-08 10:00"),
        end=at("04-08 10:40"),
        change=74.5,
    ),
    Episode(
        name="night pour",
        device="NM-S",
        kind="noise_level",
        start=at("04-09 21:40"),
        end=at("04-10 01:30"),
        change=63.0,
    ),
    Episode(
        name="night pour",
        device="NM-E",
        kind="noise_level",
        start=at("04-09 21:40"),
        end=at("04-10 01:30"),
        change=57.5,
    ),
    Episode(
        name="night pour",
        device="NM-S",
        kind="noise_level_max",
        start=at("04-09 21:40"),
        end=at("04-10 01:30"),
        change=74.0,
    ),
    Episode(
        name="night delivery",
        device="NM-W",
        kind="noise_level",
        start=at("03-24 23:00"),
        end=at("03-24 23:25"),
        change=61.0,
    ),
    Episode(
        name="dust day",
        device="DS-GATE",
        kind="pm10",
        start=at("03-17 09:00"),
        end=at("03-17 19:00"),
        change=240.0,
    ),
    Episode(
        name="dust day",
        device="DS-SOUTH",
        kind="pm10",
        start=at("03-17 09:00"),
        end=at("03-17 19:00"),
        change=190.0,
    ),
    Episode(
        name="dust day",
        device="DS-REF",
        kind="pm10",
        start=at("03-17 09:00"),
        end=at("03-17 19:00"),
        change=90.0,
    ),
    Episode(
        name="purifier fault",
        device="PU-A",
        kind="purifier_state",
        start=at("03-24 10:10"),
        end=at("03-24 15:30"),
        change=0.0,
        replaces=True,
    ),
    Episode(
        name="purifier fault",
        device="DS-DOME",
        kind="pm10",
        start=at("03-24 10:40"),
        end=at("03-24 16:30"),
        change=520.0,
    ),
    Episode(
        name="purifier fault",
        device="GAS-1",
        kind="co",
        start=at("03-24 10:40"),
        end=at("03-24 16:00"),
        change=17.0,
    ),
    Episode(
        name="airlock both open",
        device="DP-1",
        kind="dome_pressure",
        start=at("03-27 15:05"),
        end=at("03-27 15:25"),
        change=-95.0,
    ),
    Episode(
        name="airlock both open",
        device="DP-2",
        kind="dome_pressure",
        start=at("03-27 15:05"),
        end=at("03-27 15:25"),
        change=-88.0,
    ),
    Episode(
        name="airlock both open",
        device="AL-1",
        kind="airlock_inner_open",
        start=at("03-27 15:05"),
        end=at("03-27 15:25"),
        change=1.0,
        replaces=True,
    ),
    Episode(
        name="airlock both open",
        device="AL-1",
        kind="airlock_outer_open",
        start=at("03-27 15:05"),
        end=at("03-27 15:25"),
        change=1.0,
        replaces=True,
    ),
    Episode(
        name="storm pressure",
        device="DP-1",
        kind="dome_pressure",
        start=at("04-14 09:00"),
        end=at("04-14 18:00"),
        change=110.0,
    ),
    Episode(
        name="storm pressure",
        device="DP-2",
        kind="dome_pressure",
        start=at("04-14 09:00"),
        end=at("04-14 18:00"),
        change=110.0,
    ),
    Episode(
        name="heavy lift",
        device="TC-1",
        kind="crane_load",
        start=at("03-20 10:00"),
        end=at("03-20 10:20"),
        change=97.0,
        replaces=True,
    ),
    Episode(
        name="crane stop",
        device="TC-1",
        kind="crane_load",
        start=at("04-14 10:20"),
        end=at("04-14 17:00"),
        change=0.0,
        replaces=True,
    ),
    Episode(
        name="settlement jump",
        device="SP-03",
        kind="settlement",
        start=at("04-16 00:00"),
        end=at("05-01 00:00"),
        change=4.6,
    ),
)


# -- faults of instruments and lines ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A device that says nothing from ``start`` to ``end``."""

    device: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A sensor that repeats the value it had at ``start``."""

    device: str
    kind: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongClock:
    """A device whose clock is off by ``offset``."""

    device: str
    start: datetime
    end: datetime
    offset: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class LateBatch:
    """A gateway that keeps what it measured from ``start`` to ``end`` and sends it all at ``sent``."""

    gateway: str
    start: datetime
    end: datetime
    sent: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """A gateway that sends everything from ``start`` to ``end`` a second time at ``sent``."""

    gateway: str
    start: datetime
    end: datetime
    sent: datetime


GAPS: tuple[Gap, ...] = (
    Gap(device="NM-W", start=at("03-11 02:10"), end=at("03-11 09:35")),
    Gap(device="WS-1", start=at("03-21 05:00"), end=at("03-21 08:00")),
    Gap(device="EM-1", start=at("03-30 11:00"), end=at("03-31 16:00")),
    Gap(device="WT-S", start=at("04-18 00:00"), end=at("04-19 12:00")),
)
STUCK: tuple[Stuck, ...] = (
    Stuck(device="DS-SOUTH", kind="pm10", start=at("04-05 06:00"), end=at("04-06 14:00")),
    Stuck(device="NM-N", kind="noise_level", start=at("04-21 13:00"), end=at("04-21 20:00")),
)
WRONG_CLOCKS: tuple[WrongClock, ...] = (
    WrongClock(device="GAS-2", start=at("04-02 00:00"), end=at("04-02 15:00"), offset=timedelta(hours=9)),
)
LATE_BATCHES: tuple[LateBatch, ...] = (
    LateBatch(gateway="GW-DOME", start=at("03-26 00:00"), end=at("03-27 00:00"), sent=at("03-27 06:30")),
)
RESENT: tuple[Resent, ...] = (
    Resent(gateway="GW-BOUNDARY", start=at("04-12 08:00"), end=at("04-12 12:00"), sent=at("04-12 14:00")),
)
DUPLICATE_SHARE = 0.01
"""Share of messages that a gateway sends twice because it missed the acknowledgement."""
