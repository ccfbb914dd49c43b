"""CON-14: 600 degree-days."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.age import AgeRule


class SixHundredDegreeDays(AgeRule):
    """600 degree-days.

    Sum of the daily means of the air since a pour, days at or below 0 degC left out; the age at least 14
    days.

    **Why**: it says when the same-condition cubes are to be tested, and nothing about their strength: the
    test value divided by 0.88 is judged by people.

    **Fails**: the sum is 595, or it is reached but the concrete is 13 days old: not yet.

    **Passes**: the sum has reached 600 and the concrete is 14 days old: the strength test is due.

    **Undetermined**: a day since the pour was not measured; the pour has not finished.

    **Clause**: GB 50204-2015, 10.1.2 and appendix C.
    """

    id: ClassVar[str] = "CON-14"
    title: ClassVar[Mapping[str, str]] = {
        "en": "600 degree-days",
        "zh": "600 °C·d 等效养护龄期",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "At 600 degree-days the same-condition cubes are to be tested.",
        "zh": "累计达到 600 °C·d 时应试压同条件试块。",
    }
    kind: ClassVar[Kind] = Kind.QUALITY
    measure: ClassVar[str] = "degree_days"
