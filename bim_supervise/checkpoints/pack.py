"""A pack (规则包): a plug-in with rules, dated limits, observation kinds, figures, rows and sentences."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from bim_supervise.checkpoints.contract import Limit, Rule
from bim_supervise.checkpoints.period_figures import PeriodFigure, ReportRow
from bim_supervise.events.observations import ObservationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What an entry point of the group ``bim_supervise.packs`` names.

    ``title`` maps ``en`` and ``zh`` to a text. ``catalogue`` is the folder that holds ``en.yaml`` and
    ``zh.yaml`` with a ``reason.<code>`` for every reason that its rules give and nobody else has worded yet.
    """

    name: str
    version: str
    title: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()
    kinds: tuple[ObservationKind, ...] = field(default=())
    """Kinds of observation beyond the built-in ones."""
    catalogue: Traversable | None = None
    figures: tuple[PeriodFigure, ...] = ()
    """Derived figures about a period: what the pack works out and shows beside what its rules find."""
    rows: tuple[ReportRow, ...] = ()
    """Rows of its section of the green screen and report, in their order.

    A rule or figure without a row follows after them under its own title: nothing a rule found is left out.
    """

    @property
    def section_rows(self) -> tuple[ReportRow, ...]:
        """All rows of the section: the declared ones, then the rules and figures that have none."""
        declared = {row.of for row in self.rows}
        every = (*(rule.id for rule in self.rules), *(figure.key for figure in self.figures))
        return (*self.rows, *(ReportRow(of=name) for name in every if name not in declared))


def rules_in(package: str) -> tuple[Rule, ...]:
    """One of every rule in a package, by the names of their modules.

    A rule's module bears its code without the hyphens (``AIR07DP``); other modules of the package are in
    lower case and hold none.
    """
    found: list[Rule] = []
    for module in sorted(pkgutil.iter_modules(importlib.import_module(package).__path__)):
        if module.name.isupper():
            own = importlib.import_module(f"{package}.{module.name}")
            found += [
                one()
                for one in vars(own).values()
                if isinstance(one, type) and one.__module__ == own.__name__ and hasattr(one, "id")
            ]
    return tuple(found)
