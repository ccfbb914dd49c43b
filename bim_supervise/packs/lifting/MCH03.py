"""MCH-03: new-energy share of machines."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.lifting.share import ShareRule


class NewEnergyShare(ShareRule):
    """Share of electric machines over the last 30 days by hours, by energy and by count; three verdicts.

    **Why**: one number alone can be made to look good: a machine that stands counts, one that runs on
    diesel does the work. All three are published.

    **Fails**: the contract asks for 50 % by hours and 40 % were electric.

    **Passes**: 50 % by hours.

    **Undetermined**: no target has been entered, or a machine reported nothing.

    **Clause**: none; no official percentage was found. Diesel counts 9.95 kWh per litre, a platform
    default.
    """

    id: ClassVar[str] = "MCH-03"
    title: ClassVar[Mapping[str, str]] = {
        "en": "New-energy share of machines",
        "zh": "新能源机械占比",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "How much of the machine work is electric: by hours, by energy and by count.",
        "zh": "机械作业中新能源的比例：按工时、按能量、按台数。",
    }
    kind: ClassVar[Kind] = Kind.GREEN
