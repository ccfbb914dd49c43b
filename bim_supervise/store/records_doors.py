"""Records of how evidence comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRecord:
    """A device or gateway that may send through one door.

    ``devices`` are the ids or patterns it may speak for; ``addresses`` the networks it must come from (none:
    from anywhere); ``statements`` whether it may state facts. ``secret_hash`` never leaves the facade.
    """

    id: str
    name: str
    door: str
    secret_hash: str = field(repr=False)
    devices: tuple[str, ...]
    addresses: tuple[str, ...]
    statements: bool
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentRecord:
    """From ``from_ms`` [UTC epoch ms] on, ``sender`` reports the series of ``device``.

    ``offsets`` [steps of the kind's resolution] by kind are added to what it reports: a series goes on over
    a new benchmark or a new counter.
    """

    device: str
    sender: str
    from_ms: int
    offsets: Mapping[str, int]
    note: str
    changed_by: str
    changed_at: datetime
    id: int = 0
