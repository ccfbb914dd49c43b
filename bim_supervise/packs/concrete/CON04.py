"""CON-04: formwork of the quick-strip system."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Kind, Limit, Severity
from bim_supervise.checkpoints.recorded import RecordedRule
from bim_supervise.packs.concrete.kinds import POST_SPACING, STRENGTH_RESULT
from bim_supervise.packs.concrete.strength import StrengthRule
from bim_supervise.tracking.state import Fact


class QuickStrip(StrengthRule):
    """Posts that stay when the panels go early: how far apart they stand, and what strength that asks for.

    **Why**: the posts make a slab of 2 m of one of 8 m; where they stand further apart, the strength of a
    slab of 2 m does not carry it.

    **Fails**: posts 2.1 m apart; 14.9 MPa of C30.

    **Passes**: posts 2.0 m apart and 15.0 MPa of C30, reported by a laboratory: 50 %.

    **Undetermined**: the spacing was not recorded, no result, no report named in it, or a grade that was not
    entered.

    **Clause**: GB 50666-2011, 4.5.5; the strength is that of a span of 2 m in Table 4.5.2.
    """

    id: ClassVar[str] = "CON-04"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Formwork of the quick-strip system",
        "zh": "快拆支架体系底模拆除",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "The posts that stay make a short span of a long one only where they stand close.",
        "zh": "保留的立杆间距足够小，大跨才能按小跨拆模。",
    }
    severity: ClassVar[Severity] = Severity.LIFE_SAFETY
    records: ClassVar[Mapping[str, str]] = {"spacing": POST_SPACING.key, "strength": STRENGTH_RESULT.key}

    def measure(
        self, fact: Fact, limit: Limit, parameters: Mapping[str, Any]
    ) -> tuple[float | None, str | None]:
        """The spacing as it was measured, the strength in percent of the grade."""
        if fact.kind == POST_SPACING.key:
            return RecordedRule.measure(self, fact, limit, parameters)
        return super().measure(fact, limit, parameters)
