"""CON-10: rain at a pour."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.rain import RainRule


class RainAtPour(RainRule):
    """No open pour in heavy rain, no large one in light or moderate rain.

    **Why**: rain washes the cement out of a fresh surface and fills the formwork with water.

    **Fails**: moderate rain before a large open pour; heavy rain before any.

    **Passes**: no rain; light rain before a small pour (parameter ``large`` is false).

    **Undetermined**: nobody has stated the weather within six hours.

    **Clause**: GB 50666-2011, 10.4.4.
    """

    id: ClassVar[str] = "CON-10"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Rain at a pour",
        "zh": "雨天浇筑",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Rain washes the cement out of a fresh surface.",
        "zh": "雨水会冲走新浇表面的水泥浆。",
    }
    kind: ClassVar[Kind] = Kind.QUALITY
