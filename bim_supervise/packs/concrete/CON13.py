"""CON-13: curing of retarded, impermeable and high-grade concrete."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.concrete.curing import CuringRule


class CuringFourteen(CuringRule):
    """Curing of retarded, impermeable and high-grade concrete.

    Days of curing of concrete with retarder or much mineral admixture, impermeable, of C60 and above, or
    of a post-cast strip.

    **Why**: concrete that dries too early stays weak and cracks.

    **Fails**: 13 days after the pour.

    **Passes**: 14 days after the pour has finished.

    **Undetermined**: the parameter ``pour`` names no task, or the pour has not finished.

    **Clause**: GB 50666-2011, 8.5.2; check with your authority.
    """

    id: ClassVar[str] = "CON-13"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Curing of retarded, impermeable and high-grade concrete",
        "zh": "缓凝、抗渗及高强混凝土养护",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Concrete that dries too early stays weak and cracks.",
        "zh": "养护不足的混凝土强度低、易开裂。",
    }
    kind: ClassVar[Kind] = Kind.QUALITY
