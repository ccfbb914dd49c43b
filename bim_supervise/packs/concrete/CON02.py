"""CON-02: formwork of slabs and beams to 8 m."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind, Severity
from bim_supervise.packs.concrete.strength import FormworkRule


class FormworkToEight(FormworkRule):
    """Formwork of slabs and beams to 8 m.

    Strength before the soffit formwork of a slab over 2 to 8 m, or of a beam, arch or shell to 8 m goes.

    **Why**: maturity and age only say when to test; what releases the formwork is a strength that a
    laboratory has found and whose report is attached.

    **Fails**: 22.4 MPa of C30.

    **Passes**: 22.5 MPa of C30: 75 %.

    **Undetermined**: no result, no report named in it, a grade that was not entered, or a member that is
    not of this class.

    **Clause**: GB 50666-2011, Table 4.5.2.
    """

    id: ClassVar[str] = "CON-02"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Formwork of slabs and beams to 8 m",
        "zh": "8 m 及以下板、梁底模拆除",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A beam that carries its own weight too early falls.",
        "zh": "过早拆模的梁板会塌落。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    span_class: ClassVar[str] = "to 8 m"
    records: ClassVar[Mapping[str, str]] = {"strength": "strength_result"}
