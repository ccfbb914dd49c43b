"""CON-21: maturity (Nurse-Saul)."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.age import AgeRule


class NurseSaul(AgeRule):
    """Maturity M = sum of max(Ta - T0, 0) x dt since a pour, from a thermometer in the concrete.

    **Why**: it triggers the strength test of a mix whose curve was found in the laboratory; it releases
    nothing.

    **Fails**: the target is not reached yet.

    **Passes**: the target of the mix is reached: the strength test is due.

    **Undetermined**: no target was entered; more than a tenth of the time since the pour was not
    measured; the pour has not finished.

    **Clause**: ASTM C1074; T0 is the parameter ``datum_degc`` (0 degC for Type I cement without
    admixture).
    """

    id: ClassVar[str] = "CON-21"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Maturity (Nurse-Saul)",
        "zh": "成熟度（Nurse-Saul）",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Maturity says when a strength test is worth making.",
        "zh": "成熟度提示何时适合做强度试验。",
    }
    kind: ClassVar[Kind] = Kind.QUALITY
    measure: ClassVar[str] = "nurse_saul"
