"""Device files, kinds and places."""

from __future__ import annotations

import pickle
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.core.errors import InputRefused, NotFound
from bim_supervise.events.devices import Device
from bim_supervise.events.kinds import BUILT_IN_KINDS, KindTable
from bim_supervise.events.observations import ObservationKind, Shape
from bim_supervise.events.place import Zone, ZoneIndex, zones_of_spaces
from bim_supervise.events.read_devices import parse_devices, read_devices
from bim_supervise.model.elements import Space

KINDS = KindTable()


def test_a_device_file(tmp_path):
    path = tmp_path / "devices.yaml"
    path.write_text(
        "devices:\n"
        "  - id: n1\n"
        "    name: 北侧噪声仪\n"
        "    kinds: [noise_level, pm10]\n"
        "    purpose: boundary\n"
        "    position: [1, 2.5, 0]\n"
        "    expected_interval_s: 1\n"
        "    calibrated_until: 2026-12-31\n"
        "    life_safety: true\n"
        "  - {id: 7, kinds: power}\n",
        "utf-8",
    )
    assert read_devices(path, kinds=KINDS) == [
        Device(
            id="n1", name="北侧噪声仪", kinds=("noise_level", "pm10"), purpose="boundary",
            position=(1.0, 2.5, 0.0), expected_interval_s=1.0, calibrated_until=date(2026, 12, 31),
            life_safety=True,
        ),
        Device(id="7", name="7", kinds=("power",)),
    ]  # fmt: skip


def entry(**changes):
    return {"devices": [{"id": "n1", "kinds": ["power"]} | changes]}


@pytest.mark.parametrize(
    ("data", "code", "where"),
    [
        (None, "devices_invalid", "its top"),
        ({"devices": []}, "devices_invalid", "its top"),
        ({"devices": [1]}, "devices_invalid", "devices[0]"),
        ({"devices": [{}]}, "devices_invalid", "devices[0].id"),
        (entry(colour="red"), "devices_invalid", "n1"),
        (entry(kinds=[]), "devices_invalid", "kinds"),
        (entry(kinds=["loudness"]), "device_kind_unknown", "loudness"),
        (entry(kinds=["installed"]), "device_kind_unknown", "installed"),
        (entry(position=[1, 2]), "devices_invalid", "position"),
        (entry(position=[1, 2, "x"]), "devices_invalid", "position"),
        (entry(expected_interval_s=0), "devices_invalid", "expected_interval_s"),
        (entry(calibrated_until="soon"), "devices_invalid", "calibrated_until"),
        (entry(life_safety="yes"), "devices_invalid", "life_safety"),
        ({"devices": entry()["devices"] * 2}, "device_duplicate", "n1"),
    ],
)
def test_errors_name_device_and_field(data, code, where):
    with pytest.raises(InputRefused) as refused:
        parse_devices(data, kinds=KINDS)
    assert refused.value.code == code
    assert where in refused.value.message


def test_kinds():
    assert len(KINDS) == len(BUILT_IN_KINDS) == len({kind.key for kind in BUILT_IN_KINDS})
    assert KINDS["noise_level"].energetic
    assert "noise_level" in KINDS
    assert KINDS.get("x") is None
    with pytest.raises(NotFound):
        KINDS["x"]
    more = ObservationKind(key="strain", shape=Shape.TELEMETRY, unit="um/m", resolution=0.1)
    assert KINDS.with_kinds([more])["strain"] == more
    assert "strain" not in KINDS
    assert len(KINDS.with_kinds([more, *BUILT_IN_KINDS])) == len(KINDS) + 1
    with pytest.raises(InputRefused, match="twice"):
        KINDS.with_kinds([ObservationKind(key="power", shape=Shape.FACT)])
    assert pickle.loads(pickle.dumps(KINDS)) == KINDS


def square(name: str, x: float, y: float, size: float, **more) -> Zone:
    return Zone(
        id=name, name=name, polygon=((x, y), (x + size, y), (x + size, y + size), (x, y + size)), **more
    )


PIT = square("pit", 0, 0, 10, z_min=-6.0, z_max=0.0)
SITE = square("site", -50, -50, 200)
CRANE = square("crane", 5, 5, 20, z_min=0.0)


def test_zones_that_hold_a_position():
    index = ZoneIndex([SITE, CRANE, PIT])
    assert index.holding((1, 1, -2)) == ("pit", "site")
    assert index.holding((1, 1, 5)) == ("site",)
    assert index.holding((7, 7, 0)) == ("pit", "crane", "site")
    assert index.holding((10, 10, -6)) == ("pit", "site")
    assert index.holding((500, 0, 0)) == ()
    assert index.holding((float("nan"), 0, 0)) == ()


@given(st.lists(st.tuples(*[st.integers(-60, 60)] * 3), max_size=30))
def test_many_positions_at_once(positions):
    index = ZoneIndex([SITE, CRANE, PIT])
    array = np.array(positions, float).reshape(-1, 3)
    for position, chosen in zip(positions, index.assign(array).tolist(), strict=True):
        holding = index.holding(position)
        assert (index.zones[chosen].id if chosen >= 0 else None) == (holding[0] if holding else None)


def test_no_zones():
    assert ZoneIndex([]).holding((0, 0, 0)) == ()
    assert ZoneIndex([]).assign(np.zeros((2, 3))).tolist() == [-1, -1]


@pytest.mark.parametrize(
    "polygon", [(), ((0, 0), (1, 1)), ((0, 0), (1, 1), (2, 2)), ((0, 0), (1, 0), (float("nan"), 1))]
)
def test_zones_without_area_are_refused(polygon):
    with pytest.raises(InputRefused) as refused:
        ZoneIndex([Zone(id="z", name="z", polygon=polygon)])
    assert refused.value.code == "zone_polygon_invalid"


def test_spaces_become_zones():
    space = Space(
        global_id="g", name="1.01", long_name="Pump room", storey=None,
        polygon=((0, 0), (4, 0), (4, 3), (0, 3)), z_min=0.0, z_max=3.0,
    )  # fmt: skip
    bare = Space(global_id="h", name="x", long_name=None, storey=None, polygon=None, z_min=None, z_max=None)
    (zone,) = zones_of_spaces([space, bare])
    assert (zone.id, zone.name, zone.purpose) == ("g", "Pump room", "space")
    assert ZoneIndex([zone]).holding((1, 1, 1)) == ("g",)
