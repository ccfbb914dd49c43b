"""DUS-BJ-04: work under a heavy-pollution order."""
# ruff: noqa: N999 - a rule file bears the permanent code of its rule

from collections.abc import Mapping
from typing import ClassVar

from bim_supervise.checkpoints.contract import Kind
from bim_supervise.packs.dust.orders import OrderRule


class PollutionOrder(OrderRule):
    """Work that an order on heavy pollution names must not be under way while the order is in force.

    **Why**: the level is the authority's to declare: it is entered as a record and never worked out from
    the sensors of the site.

    **Fails**: the orange order of the morning stands and excavation was started and not stopped.

    **Passes**: the order stands and every task it names is stopped or not under way; or the last record
    says that there is none.

    **Undetermined**: nobody has recorded an order or that there is none.

    **Clause**: Beijing emergency plan for heavy air pollution; measures by level (2018, 2021, 2024
    orders).
    """

    id: ClassVar[str] = "DUS-BJ-04"
    title: ClassVar[Mapping[str, str]] = {
        "en": "Heavy-pollution order",
        "zh": "重污染天气应急令",
    }
    why: ClassVar[Mapping[str, str]] = {
        "en": "While an order is in force, the work that it names stops.",
        "zh": "应急令期间，令中所列作业必须停止。",
    }
    kind: ClassVar[Kind] = Kind.GREEN
