"""A pack (规则包): a plug-in with rules, dated limits, observation kinds and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable

from bim_supervise.checkpoints.contract import Limit, Rule
from bim_supervise.events.observations import ObservationKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What an entry point of the group ``bim_supervise.packs`` names.

    ``title`` maps ``en`` and ``zh`` to a text. ``catalogue`` is the folder that holds ``en.yaml`` and
    ``zh.yaml`` with ``rule.<id>.title``, ``rule.<id>.why`` and a ``reason.<code>`` for every reason its rules
    give.
    """

    name: str
    version: str
    title: Mapping[str, str]
    rules: tuple[Rule, ...] = ()
    limits: tuple[Limit, ...] = ()
    kinds: tuple[ObservationKind, ...] = field(default=())
    """Kinds of observation beyond the built-in ones."""
    catalogue: Traversable | None = None
