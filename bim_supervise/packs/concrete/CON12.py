"""CON-12: curing of Portland and slag cement."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.curing import CuringRule


class CuringSeven(CuringRule):
    """Days of curing of concrete with Portland or slag cement.

    **Why**: concrete that dries too early stays weak and cracks.

    **Fails**: 6 days after the pour.

    **Passes**: 7 days after the pour has finished.

    **Undetermined**: the parameter ``pour`` names no task, or the pour has not finished.

    **Clause**: GB 50666-2011, 8.5.2; check with your authority.
    """

    id: ClassVar[str] = "CON-12"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Curing of Portland and slag cement",
        "zh": "普通及矿渣水泥养护",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Concrete that dries too early stays weak and cracks.",
        "zh": "养护不足的混凝土强度低、易开裂。",
    }
    kind: ClassVar[Kind] = Kind.QUALITY
