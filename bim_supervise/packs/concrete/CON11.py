"""CON-11: frost-critical strength."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.strength import StrengthRule


class FrostStrength(StrengthRule):
    """Frost-critical strength.

    Strength before concrete may freeze; the parameter ``criterion`` names which value the method and the
    temperature ask for.

    **Why**: concrete that freezes before it is strong stays weak.

    **Fails**: 8.9 MPa of C30 where 30 % are asked for.

    **Passes**: 9.0 MPa of C30.

    **Undetermined**: no result was stated, or none whose report is named; the grade was not entered.

    **Clause**: GB 50666-2011, 10.2.12.
    """

    id: ClassVar[str] = "CON-11"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Frost-critical strength",
        "zh": "受冻临界强度",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Concrete that freezes before it is strong stays weak.",
        "zh": "受冻前未达临界强度的混凝土将永久受损。",
    }
    records: ClassVar[Mapping[str, str]] = {
        "30 %": "strength_result",
        "40 %": "strength_result",
        "4.0 MPa": "strength_result",
        "5.0 MPa": "strength_result",
    }
    optional: ClassVar[frozenset[str]] = frozenset(records)
