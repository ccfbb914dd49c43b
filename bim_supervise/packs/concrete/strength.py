"""Strength results of a laboratory, and which members need how much before their formwork goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from bim_supervise.checkpoints.contract import Limit
from bim_supervise.checkpoints.recorded import RecordedRule
from bim_supervise.tracking.state import Fact


class StrengthRule(RecordedRule):
    """A rule about a strength that a laboratory has found; the result has to name its report.

    **Parameters**: ``grade_mpa``, the characteristic strength of the grade [MPa], for limits in percent.
    """

    def measure(
        self, fact: Fact, limit: Limit, parameters: Mapping[str, Any]
    ) -> tuple[float | None, str | None]:
        """The strength in the limit's unit; without a report it proves nothing."""
        value, doubt = super().measure(fact, limit, parameters)
        if value is None:
            return value, doubt
        if limit.unit == "%":
            grade = parameters.get("grade_mpa")
            if not isinstance(grade, int | float) or grade <= 0:
                return None, "grade_unknown"
            value = round(100 * value / grade, 9)
        return value, None if fact.payload.get("report") else "laboratory_report_missing"


class FormworkRule(StrengthRule):
    """A rule about soffit formwork of one class of members.

    **Parameters**: ``member`` (``slab``, ``beam``, ``arch`` or ``shell``), ``span_m``, ``cantilever``
    (default false), ``grade_mpa``.
    """

    span_class: ClassVar[str]

    def measure(
        self, fact: Fact, limit: Limit, parameters: Mapping[str, Any]
    ) -> tuple[float | None, str | None]:
        """The strength in percent of the grade; nothing for a member of another class."""
        if span_class(parameters) != self.span_class:
            return None, "member_of_other_class"
        return super().measure(fact, limit, parameters)


def span_class(parameters: Mapping[str, Any]) -> str | None:
    """The class of a member by kind, span and cantilever; None when they do not say."""
    member, span = parameters.get("member"), parameters.get("span_m")
    if member not in ("slab", "beam", "arch", "shell") or not isinstance(span, int | float) or span <= 0:
        return None
    if parameters.get("cantilever", False) or span > 8:
        return "over 8 m or cantilever"
    return "slab to 2 m" if member == "slab" and span <= 2 else "to 8 m"
