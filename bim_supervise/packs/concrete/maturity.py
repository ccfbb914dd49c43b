"""Maturity of concrete (ASTM C1074): pure functions of a temperature history."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAS_CONSTANT = 8.314
"""Universal gas constant [J/(mol K)]."""

ZERO_CELSIUS = 273.15
"""0 degC [K]."""


def nurse_saul(degc: Floats, hours: Floats, datum_degc: float = 0.0) -> float:
    """Maturity [degC h]: ``sum of max(Ta - T0, 0) x dt``; what lies below the datum counts nothing.

    Args:
        degc: temperatures [degC], shape (n,).
        hours: how long each held [h], shape (n,).
        datum_degc: T0 [degC] of the mix.

    Example: 24 h each at 10, 20 and 30 degC make 1440 degC h.
    """
    return float(np.sum(np.maximum(degc - datum_degc, 0.0) * hours))


def equivalent_age(degc: Floats, hours: Floats, q_kelvin: float, reference_degc: float) -> float:
    """Equivalent age [h]: ``sum of exp(-Q (1/Ta - 1/Ts)) x dt``, temperatures in kelvin.

    Args:
        degc: temperatures [degC], shape (n,).
        hours: how long each held [h], shape (n,).
        q_kelvin: activation energy over the gas constant [K] of the mix.
        reference_degc: Ts [degC].

    Example: 24 h each at 10, 20 and 30 degC with Q = 5000 K and Ts = 20 degC make 79.27 h.
    """
    kelvin = degc + ZERO_CELSIUS
    return float(np.sum(np.exp(-q_kelvin * (1 / kelvin - 1 / (reference_degc + ZERO_CELSIUS))) * hours))
