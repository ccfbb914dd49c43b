"""Random and mutated payloads of every format: rejected with a reason, and the stream goes on."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bim_supervise.core.wording import core_catalogue
from bim_supervise.events.fast_messages import fast_messages
from bim_supervise.events.kinds import KindTable
from bim_supervise.events.normalise import normalise
from bim_supervise.events.sources_formats import FORMATS, decode_with

COUNT = 10_000 if os.environ.get("BIM_SUPERVISE_FULL") == "1" else 700
TIME = "2026-03-20T03:00:00Z"
STREAM = {"@iot.id": 7, "unitOfMeasurement": {"symbol": "dB(A)"}, "Thing": {"name": "N1"},
          "ObservedProperty": {"name": "noise_level"}}  # fmt: skip
GOOD = {
    "readings": {"device": "N1", "kind": "noise_level", "readings": [{"value": 60, "time": TIME}] * 2},
    "chirpstack": {"time": TIME, "deviceInfo": {"devEui": "N1"}, "object": {"laeq": 60, "humidity": 40}},
    "sensorthings": {"Datastream": STREAM, "components": ["phenomenonTime", "result"],
                     "dataArray": [[TIME, 61], [f"{TIME}/2026-03-20T03:15:00Z", 62]]},
    "aemp": {"Equipment": [{"EquipmentHeader": {"EquipmentID": "N1", "PIN": "P1"},
                            "Location": {"datetime": TIME, "Latitude": 39.9, "Longitude": 116.6},
                            "FuelUsed": {"datetime": TIME, "FuelUnits": "litre", "FuelConsumed": 5}}]},
    "vision": {"camera": "C", "time": TIME, "model": "m", "image_sha256": "ab" * 32,
               "detections": [{"class": "x", "confidence": 0.5, "box": [1, 2, 3, 4]}]},
}  # fmt: skip
ODD = [None, True, -1, 1e308, 10**400, "", "x" * 300, "\x00", "ÿ", [], {}, [[]], {"a": {}}, "NaN", "1e999"]


def mutated(document, dice):
    """The document with something else put into a random place of it."""
    if isinstance(document, dict) and document and dice.random() < 0.8:
        key = dice.choice(list(document))
        return {**document, key: mutated(document[key], dice)}
    if isinstance(document, list) and document and dice.random() < 0.8:
        place = dice.randrange(len(document))
        return [*document[:place], mutated(document[place], dice), *document[place + 1 :]]
    return dice.choice(ODD)


def payloads(form, dice):
    for number in range(COUNT):
        data = json.dumps(GOOD[form] if number % 3 == 0 else mutated(GOOD[form], dice)).encode()
        if number % 3 == 0:
            whole = bytearray(data)
            for _ in range(dice.randrange(1, 6)):
                place = dice.randrange(len(whole))
                whole[place : place + dice.randrange(3)] = dice.randbytes(dice.randrange(3))
            data = bytes(whole) if number % 9 else dice.randbytes(dice.randrange(80))
        yield data


@pytest.mark.parametrize("form", GOOD)
def test_every_fuzzed_payload_is_read_or_rejected_with_a_reason(form):
    dice = random.Random(form)
    reasons = set()

    def run(messages):
        batch = normalise(
            decode_with(form, messages), FORMATS[form].mapping, kinds=KindTable(), zone=ZoneInfo("UTC"),
            received=datetime(2026, 3, 20, 4, tzinfo=UTC), source="test", authenticated=True,
        )  # fmt: skip
        assert batch.read == len(batch.facts) + len(batch.readings) + len(batch.rejected)
        return batch

    for data in payloads(form, dice):
        if form == "readings":
            # Common messages take a path of their own; what it does not understand is left to the other.
            fast_messages(
                [("a/b", data)], kinds=KindTable(), zone=ZoneInfo("UTC"), authenticated=True, intervals={},
                received=datetime(2026, 3, 20, 4, tzinfo=UTC),
            )  # fmt: skip
        batch = run([("a/b", data), ("a/b", json.dumps(GOOD[form]).encode())])
        assert len(batch.facts) + len(batch.readings) >= 1, "the good message beside it is read"
        reasons |= {item.reason for item in batch.rejected}
    assert len(reasons) > 3
    for language in ("en", "zh"):
        assert {f"reject.{reason}" for reason in reasons} <= core_catalogue().keys(language)
