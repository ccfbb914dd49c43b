"""NOI-CN-10: permit for work at night."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.noise.permits import PermitRule


class NightPermit(PermitRule):
    """Permit for work at night.

    Work that was stated to start or finish between 22:00 and 06:00 has a permit for its task, stated
    before it.

    **Why**: the neighbours' sleep; without a permit the law fines 10,000 to 100,000 yuan. The article is
    a matter of the Ecological Environment Code since August 2026: check the citation.

    **Fails**: a pour that finishes at 01:30 without a permit.

    **Passes**: the same with a permit that was stated before 22:00 and covers the night.

    **Undetermined**: the task has not started, or nothing stated about it falls into the night.

    **Clause**: law on noise, articles 43 and 77 (to be cited anew).
    """

    id: ClassVar[str] = "NOI-CN-10"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Permit for work at night",
        "zh": "夜间施工许可",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "Work between 22:00 and 06:00 needs a permit.",
        "zh": "22 时至次日 6 时施工须有许可。",
    }
    kind: ClassVar[Kind] = Kind.GREEN
