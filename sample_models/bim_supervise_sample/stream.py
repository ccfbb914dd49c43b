"""The simulated site as one stream of timed messages: clock, telemetry, statements."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from bim_supervise_sample.facts import statements
from bim_supervise_sample.site import END, START, ZONE
from bim_supervise_sample.telemetry import TICK_S, parcels


class Channel(IntEnum):
    """What a message is; at one moment the clock goes first: nothing may seem to come from the future."""

    CLOCK = 0
    OBSERVATIONS = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One message: when it arrives (aware), on which channel, and what it says."""

    received: datetime
    channel: Channel
    body: dict[str, Any]

    def payload(self) -> bytes:
        """The JSON that travels."""
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Simulator:
    """The 60 days of the sample site for one seed; iterate ``messages()``.

    The story (who fails, signs, stops) is the same for every seed; weather, levels and delays vary with it.
    """

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed

    def messages(self) -> Iterator[Message]:
        """Every message from the first simulated moment to the last, in order of arrival."""
        return heapq.merge(
            self._clock(),
            self._telemetry(),
            self.spoken(),
            key=lambda message: (message.received, message.channel),
        )

    def _clock(self) -> Iterator[Message]:
        moment = START
        while moment <= END:
            yield Message(moment, Channel.CLOCK, {"time": moment.isoformat(timespec="seconds")})
            moment += timedelta(seconds=TICK_S)

    def _telemetry(self) -> Iterator[Message]:
        for parcel in parcels(self.seed):
            yield Message(
                parcel.sent,
                Channel.OBSERVATIONS,
                {"gateway": parcel.gateway, "readings": [reading.body() for reading in parcel.readings]},
            )

    def spoken(self) -> Iterator[Message]:
        """What people state, without clock and telemetry."""
        for statement in statements(self.seed):
            if statement.sent >= START:
                # The clock ticks every ten minutes; a statement goes out with the tick that covers it.
                late = (statement.sent - START).total_seconds() % TICK_S
                sent = statement.sent + timedelta(seconds=(TICK_S - late) % TICK_S)
                yield Message(sent.astimezone(ZONE), Channel.OBSERVATIONS, dict(statement.body))


def replay_lines(simulator: Simulator) -> Iterator[str]:
    """The stream as lines of a replay file: observations only, each with the time it was received."""
    for message in simulator.messages():
        if message.channel is Channel.OBSERVATIONS:
            received = message.received.isoformat(timespec="seconds")
            yield json.dumps(
                {**message.body, "received": received}, ensure_ascii=False, separators=(",", ":")
            )
