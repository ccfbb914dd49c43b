"""CON-05: strength to walk on."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.strength import StrengthRule


class WalkOn(StrengthRule):
    """Strength before people walk, stack or shore on fresh concrete.

    **Why**: steps on green concrete stay in it.

    **Fails**: 1.1 MPa.

    **Passes**: 1.2 MPa.

    **Undetermined**: no result was stated, or none whose report is named.

    **Clause**: GB 50666-2011, 8.5.8; recalled, check with your authority.
    """

    id: ClassVar[str] = "CON-05"
    kind: ClassVar[Kind] = Kind.QUALITY
    title: ClassVar[Mapping[str, str]] = {
        "en": "Strength to walk on",
        "zh": "可上人强度",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Steps on green concrete stay in it.",
        "zh": "过早上人会损伤新浇混凝土。",
    }
    records: ClassVar[Mapping[str, str]] = {"strength": "strength_result"}
