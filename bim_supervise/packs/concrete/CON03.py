"""CON-03: formwork over 8 m and of cantilevers."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind, Severity
from bim_supervise.packs.concrete.strength import FormworkRule


class FormworkOverEight(FormworkRule):
    """Formwork over 8 m and of cantilevers.

    Strength before the soffit formwork of a slab, beam, arch or shell over 8 m, or of any cantilever
    goes.

    **Why**: maturity and age only say when to test; what releases the formwork is a strength that a
    laboratory has found and whose report is attached.

    **Fails**: 29.9 MPa of C30.

    **Passes**: 30.0 MPa of C30: 100 %.

    **Undetermined**: no result, no report named in it, a grade that was not entered, or a member that is
    not of this class.

    **Clause**: GB 50666-2011, Table 4.5.2.
    """

    id: ClassVar[str] = "CON-03"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Formwork over 8 m and of cantilevers",
        "zh": "8 m 以上及悬臂构件底模拆除",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "A cantilever has nothing to fall back on.",
        "zh": "悬臂构件没有任何冗余。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    span_class: ClassVar[str] = "over 8 m or cantilever"
    records: ClassVar[Mapping[str, str]] = {"strength": "strength_result"}
