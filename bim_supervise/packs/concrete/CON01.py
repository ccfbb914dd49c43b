"""CON-01: formwork of slabs to 2 m."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind, Severity
from bim_supervise.packs.concrete.strength import FormworkRule


class FormworkToTwo(FormworkRule):
    """Strength before the soffit formwork of a slab of at most 2 m span goes.

    **Why**: maturity and age only say when to test; what releases the formwork is a strength that a
    laboratory has found and whose report is attached.

    **Fails**: 14.9 MPa of C30.

    **Passes**: 15.0 MPa of C30: 50 %.

    **Undetermined**: no result, no report named in it, a grade that was not entered, or a member that is
    not of this class.

    **Clause**: GB 50666-2011, Table 4.5.2.
    """

    id: ClassVar[str] = "CON-01"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Formwork of slabs to 2 m",
        "zh": "2 m 及以下板底模拆除",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A slab that carries its own weight too early falls.",
        "zh": "过早拆模的板会塌落。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    span_class: ClassVar[str] = "slab to 2 m"
    records: ClassVar[Mapping[str, str]] = {"strength": "strength_result"}
