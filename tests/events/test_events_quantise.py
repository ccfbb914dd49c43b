"""Numbers are rounded once, exactly, half to even, whatever their unit."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim_supervise.events.kinds import BUILT_IN_KINDS
from bim_supervise.events.quantise import MAX_STEPS, Quantiser, conversion, parse_number, step_bounds


@pytest.mark.parametrize(
    ("value", "steps"),
    [(68.25, 682), (68.35, 684), (0.05, 0), (0.15, 2), (-0.25, -2), (70, 700), (69.95, 700), (1e-300, 0)],
)
def test_ties_go_to_the_even_step_of_the_written_decimal(value, steps):
    assert Quantiser(0.1).steps(value) == (steps, False)


@given(
    st.decimals(-100_000, 100_000, places=4, allow_nan=False),
    st.sampled_from([0.001, 0.01, 0.1, 0.5, 1.0, 0.25]),
)
def test_equals_decimal_arithmetic(value, resolution):
    expected = (value / Decimal(repr(resolution))).to_integral_value(ROUND_HALF_EVEN)
    assert Quantiser(resolution).steps(float(value)) == (int(expected), False)


@given(st.floats(allow_nan=False))
def test_any_float_gives_a_step(value):
    steps, saturated = Quantiser(0.1).steps(value)
    assert -MAX_STEPS <= steps <= MAX_STEPS
    if not saturated:
        assert abs(Fraction(steps, 10) - Fraction(value)) <= Fraction(1, 20) + abs(Fraction(value)) / 10**15


@pytest.mark.parametrize("value", [math.inf, 1e300, 10**400, 1.1e11])
def test_what_is_too_large_saturates(value):
    assert Quantiser(0.1).steps(value) == (MAX_STEPS, True)
    assert Quantiser(0.1).steps(-value) == (-MAX_STEPS, True)


@pytest.mark.parametrize(
    ("unit", "kind_unit", "value", "steps"),
    [
        ("mg/m3", "ug/m3", 0.15, 1500),
        ("mg/m³", "ug/m3", 0.07005, 700),
        ("µg/m³", "ug/m3", 35.0, 350),
        ("kPa", "Pa", 0.2503, 2503),
        ("m", "mm", 0.0123, 123),
        ("K", "degC", 300.15, 270),
        ("°F", "degC", 212.0, 1000),
        ("km/h", "m/s", 36.0, 100),
        ("dBA", "dB(A)", 70.0, 700),
    ],
)
def test_units_are_converted_exactly(unit, kind_unit, value, steps):
    assert Quantiser(0.1, *conversion(unit, kind_unit)).steps(value) == (steps, False)


@pytest.mark.parametrize(
    ("unit", "kind_unit"), [("dB", "dB(A)"), ("ppm", "mg/m3"), ("", "Pa"), ("x" * 999, "Pa")]
)
def test_unsafe_units_are_not_converted(unit, kind_unit):
    assert conversion(unit, kind_unit) is None


@pytest.mark.parametrize(
    ("raw", "number"),
    [("68.5", 68.5), (" -1e3 ", -1000.0), (".5", 0.5), ("5.", 5.0), (True, 1), (7, 7), ("-inf", -math.inf),
     ("1_000", None), ("１２", None), ("1,5", None), ("0x10", None), ("", None), (None, None), ([], None),
     ("1e99999", None), ("Infinity", math.inf)],
)  # fmt: skip
def test_numbers_are_read_strictly(raw, number):
    assert parse_number(raw) == number


def test_decimal_comma():
    assert parse_number("1,5", decimal_comma=True) == 1.5


def test_bounds_of_every_kind_are_steps():
    for kind in BUILT_IN_KINDS:
        low, high = step_bounds(kind.resolution, kind.minimum, kind.maximum)
        assert low < high
        if kind.maximum is not None:
            assert Fraction(high) * Fraction(repr(kind.resolution)) == Fraction(repr(kind.maximum))
