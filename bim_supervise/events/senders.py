"""Who sent it: what a sender may speak for, and what becomes of the rest.

A sender that is known speaks for the devices it was given and for no other. What it says beyond them is
kept and marked as coming from nobody known: it can be looked into, but it proves and releases nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import numpy as np

from bim_supervise.events.observations import Batch, Observation, SubjectType
from bim_supervise.events.readings import UNAUTHENTICATED, Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a known sender may speak for.

    ``devices`` are ids or patterns of them (``NM-*``). ``statements`` allows it to state facts about
    elements, tasks and checkpoints; a measuring device has no business doing so.
    """

    devices: tuple[str, ...] = ()
    statements: bool = False

    def covers(self, device: str) -> bool:
        """Whether the sender may speak for the device."""
        return any(fnmatchcase(device, pattern) for pattern in self.devices)


def permitted(batch: Batch, permission: Permission | None) -> Batch:
    """The batch with everything marked unauthenticated that its sender may not say.

    Args:
        batch: normalised as authenticated.
        permission: of its sender; None allows everything.
    """
    if permission is None:
        return batch
    facts = tuple(
        fact if _may_state(permission, fact) else replace(fact, authenticated=False) for fact in batch.facts
    )
    return replace(batch, facts=facts, readings=_marked(batch.readings, permission))


def _may_state(permission: Permission, fact: Observation) -> bool:
    if fact.subject_type is SubjectType.DEVICE:
        return permission.covers(fact.subject)
    return permission.statements


def _marked(readings: Readings, permission: Permission) -> Readings:
    foreign = np.array([not permission.covers(device) for device, _ in readings.series], np.bool_)
    if not foreign.any():
        return readings
    mark = np.where(foreign[readings.series_index], UNAUTHENTICATED, 0).astype(np.uint8)
    return replace(readings, flags=readings.flags | mark)


def from_address(address: str, networks: Sequence[str]) -> bool:
    """Whether an IP address is in one of the networks (``10.1.2.3``, ``10.1.2.0/24``); none allows none."""
    try:
        here = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(here, ipaddress.IPv6Address) and here.ipv4_mapped:
        here = here.ipv4_mapped
    return any(here in ipaddress.ip_network(network, strict=False) for network in networks)
