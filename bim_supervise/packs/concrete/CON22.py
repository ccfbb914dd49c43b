"""CON-22: equivalent age."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.age import AgeRule


class EquivalentAge(AgeRule):
    """Equivalent age.

    Equivalent age te = sum of exp(-Q (1/Ta - 1/Ts)) x dt since a pour, in kelvin, from a thermometer in
    the concrete.

    **Why**: it triggers the strength test of a mix whose curve was found in the laboratory; it releases
    nothing.

    **Fails**: the target is not reached yet.

    **Passes**: the target of the mix is reached: the strength test is due.

    **Undetermined**: no target was entered; ``q_kelvin`` or ``reference_degc`` of the mix are missing;
    the thermometer was silent; the pour has not finished.

    **Clause**: ASTM C1074; Q and Ts are the mix's: parameters ``q_kelvin`` (or ``activation_kj``) and
    ``reference_degc``.
    """

    id: ClassVar[str] = "CON-22"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Equivalent age",
        "zh": "等效龄期",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Equivalent age weighs warm hours more than cold ones.",
        "zh": "等效龄期按温度加权计时。",
    }
    kind: ClassVar[Kind] = Kind.QUALITY
    measure: ClassVar[str] = "equivalent_age"
